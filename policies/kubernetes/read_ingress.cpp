// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "policies/kubernetes/names.h"
#include "policies/kubernetes/read_entrance.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

using Port = model::EntrancePort;

/// Reads the backends of one Ingress, all of its own namespace.
class Backends {
 public:
  Backends(Fields& fields, const Context& context, bool beta, EntranceObject& entrance)
      : fields_(fields), context_(context), beta_(beta), entrance_(entrance) {}

  void read(const Value& spec) {
    if (const auto backend =
            fields_.get(spec, beta_ ? "backend" : "defaultBackend", Type::Mapping)) {
      add(*backend);
    }
    const auto rules = fields_.get(spec, "rules", Type::Sequence);
    if (!rules) return;
    for (const Value rule : *rules) {
      if (!fields_.expect(rule, Type::Mapping, "an item of rules")) continue;
      // Without http the default backend serves the rule.
      const auto http = fields_.get(rule, "http", Type::Mapping);
      const auto paths = http ? fields_.require(*http, "paths", Type::Sequence) : std::nullopt;
      if (!paths) continue;
      for (const Value path : *paths) {
        if (!fields_.expect(path, Type::Mapping, "an item of paths")) continue;
        if (const auto backend = fields_.require(path, "backend", Type::Mapping)) add(*backend);
      }
    }
  }

 private:
  void add(const Value& backend) {
    const bool resource = Fields::get(backend, "resource").has_value();
    const bool service = Fields::get(backend, beta_ ? "serviceName" : "service").has_value();
    if (resource && service) {
      fields_.error("bad-backend", backend.span(), "the backend has both a Service and a resource",
                    "remove one of the two");
      return;
    }
    if (resource) {
      fields_.warning("entrance-other-backend", backend.span(),
                      "this backend is not a Service: where it leads is not known");
      return;
    }
    if (!service) {
      const bool old = !beta_ && Fields::get(backend, "serviceName");
      fields_.error("bad-backend", backend.span(), "the backend names no Service",
                    beta_ ? "add serviceName and servicePort"
                    : old ? "serviceName is of older versions: write service: {name: ..., port: "
                            "{number: ...}}"
                          : "add service: {name: ..., port: {number: ...}}");
      return;
    }
    if (beta_) {
      add_beta(backend);
    } else {
      add_v1(backend);
    }
  }

  void add_v1(const Value& backend) {
    const auto service = fields_.get(backend, "service", Type::Mapping);
    if (!service) return;
    const auto name = read_name(*service, "name");
    const auto port = fields_.require(*service, "port", Type::Mapping);
    if (!port) return;
    const auto number = Fields::get(*port, "number");
    const auto text = fields_.get(*port, "name", Type::String);
    if (number.has_value() == text.has_value()) {
      fields_.error("bad-backend", port->span(),
                    number ? "the port has both a name and a number"
                           : "the port has neither a name nor a number",
                    "give exactly one of name and number");
      return;
    }
    push(name, number ? numbered(*number, "number") : named(*text), backend);
  }

  void add_beta(const Value& backend) {
    const auto name = read_name(backend, "serviceName");
    const auto port = Fields::get(backend, "servicePort");
    if (!port) {
      fields_.error("missing-field", backend.span(), "servicePort is missing",
                    "add servicePort, a number or the name of a port of the Service");
      return;
    }
    push(name, port->is(Type::String) ? named(*port) : numbered(*port, "servicePort"), backend);
  }

  std::optional<Symbol> read_name(const Value& parent, std::string_view field) {
    const auto name = fields_.require(parent, field, Type::String);
    if (!name) return std::nullopt;
    if (!is_dns_label(name->text())) {
      fields_.error("bad-name", name->span(),
                    "\"" + std::string(name->text()) + "\" is not the name of a Service",
                    "use at most 63 lower-case letters, digits and '-'");
      return std::nullopt;
    }
    return context_.symbols.intern(name->text());
  }

  std::optional<Port> numbered(const Value& value, std::string_view what) {
    const auto number = read_port(fields_, value, what);
    return number ? std::optional<Port>(*number) : std::nullopt;
  }

  std::optional<Port> named(const Value& value) {
    if (is_port_name(value.text())) return context_.symbols.intern(value.text());
    fields_.error("bad-port", value.span(),
                  "\"" + std::string(value.text()) + "\" is not a port's name",
                  "write a number without quotes, or a name of at most 15 lower-case letters, "
                  "digits and '-'");
    return std::nullopt;
  }

  void push(std::optional<Symbol> name, const std::optional<Port>& port, const Value& backend) {
    if (!name || !port) return;
    entrance_.backends.push_back({std::nullopt, *name, *port, backend.span()});
  }

  Fields& fields_;
  const Context& context_;
  bool beta_;
  EntranceObject& entrance_;
};

/// The class: the field, or the annotation that it replaced.
std::string class_of(Fields& fields, const Value& root, const std::optional<Value>& spec) {
  if (spec) {
    if (const auto name = fields.get(*spec, "ingressClassName", Type::String)) {
      return std::string(name->text());
    }
  }
  const auto metadata = Fields::get(root, "metadata");
  const auto annotations = metadata && metadata->is(Type::Mapping)
                               ? Fields::get(*metadata, "annotations")
                               : std::nullopt;
  if (!annotations || !annotations->is(Type::Mapping)) return "";
  const auto name = Fields::get(*annotations, "kubernetes.io/ingress.class");
  return name && name->is(Type::String) ? std::string(name->text()) : "";
}

}  // namespace

void read_ingress(Fields& fields, const Context& context, const Value& root, bool beta,
                  Objects& objects) {
  EntranceObject entrance;
  entrance.kind = context.symbols.intern("Ingress");
  const auto metadata = read_metadata(fields, context, root, false);
  const auto spec = fields.get(root, "spec", Type::Mapping);
  entrance.controller = class_of(fields, root, spec);
  if (spec) Backends(fields, context, beta, entrance).read(*spec);
  if (!metadata || !fields.ok()) return;
  entrance.metadata = *metadata;
  objects.entrances.push_back(std::move(entrance));
}

}  // namespace polreach::kubernetes
