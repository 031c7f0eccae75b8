// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "policies/kubernetes/names.h"
#include "policies/kubernetes/read_entrance.h"

namespace polreach::kubernetes {

using syntax::Type;
using syntax::Value;

namespace {

constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";

/// A field that is a string, or what stands for it where it is absent.
std::string text_or(Fields& fields, const Value& parent, std::string_view name,
                    std::string_view fallback) {
  const auto value = fields.get(parent, name, Type::String);
  return std::string(value ? value->text() : fallback);
}

std::optional<Symbol> read_namespace(Fields& fields, const Context& context, const Value& parent) {
  const auto ns = fields.get(parent, "namespace", Type::String);
  if (!ns) return std::nullopt;
  if (!is_dns_label(ns->text())) {
    fields.error("bad-name", ns->span(),
                 "\"" + std::string(ns->text()) + "\" is not a namespace name",
                 "use at most 63 lower-case letters, digits and '-'");
  }
  return context.symbols.intern(ns->text());
}

/// Reads where a route is attached and where it leads.
class Route {
 public:
  Route(Fields& fields, const Context& context, std::string_view own_namespace,
        EntranceObject& entrance)
      : fields_(fields), context_(context), own_namespace_(own_namespace), entrance_(entrance) {}

  /// Whether traffic from outside can come: a Gateway is named. A Service as parent is a mesh's
  /// matter, and brings in nothing.
  bool read_parents(const Value& spec) {
    const auto list = fields_.get(spec, "parentRefs", Type::Sequence);
    if (!list || list->empty()) {
      if (fields_.ok()) {
        fields_.warning("entrance-no-parent", spec.span(),
                        "the route names no Gateway in parentRefs: it brings in no traffic",
                        "add parentRefs: [{name: ...}]");
      }
      return false;
    }
    bool from_outside = false;
    std::vector<std::string> gateways;
    for (const Value parent : *list) {
      if (!fields_.expect(parent, Type::Mapping, "an item of parentRefs")) continue;
      const std::string kind = text_or(fields_, parent, "kind", "Gateway");
      const std::string group = text_or(fields_, parent, "group", kGatewayGroup);
      const auto name = fields_.require(parent, "name", Type::String);
      const auto ns = read_namespace(fields_, context_, parent);
      if (!name || (group.empty() && kind == "Service")) continue;
      from_outside = true;
      if (group != kGatewayGroup || kind != "Gateway") continue;
      gateways.push_back(std::string(ns ? context_.symbols.text(*ns) : own_namespace_) + "/" +
                         std::string(name->text()));
    }
    std::sort(gateways.begin(), gateways.end());
    gateways.erase(std::unique(gateways.begin(), gateways.end()), gateways.end());
    for (const std::string& each : gateways) {
      entrance_.controller += (entrance_.controller.empty() ? "" : ",") + each;
    }
    return from_outside;
  }

  void read_rules(const Value& spec) {
    const auto rules = fields_.get(spec, "rules", Type::Sequence);
    if (!rules) return;
    for (const Value rule : *rules) {
      if (!fields_.expect(rule, Type::Mapping, "an item of rules")) continue;
      read_filters(rule);
      const auto backends = fields_.get(rule, "backendRefs", Type::Sequence);
      if (!backends) continue;
      for (const Value backend : *backends) {
        if (!fields_.expect(backend, Type::Mapping, "an item of backendRefs")) continue;
        const auto weight = Fields::get(backend, "weight");
        if (weight && weight->text() == "0") continue;
        read_filters(backend);
        read_backend(backend);
      }
    }
  }

 private:
  /// A mirror gets the requests too.
  void read_filters(const Value& parent) {
    const auto filters = fields_.get(parent, "filters", Type::Sequence);
    if (!filters) return;
    for (const Value filter : *filters) {
      if (!fields_.expect(filter, Type::Mapping, "an item of filters")) continue;
      if (text_or(fields_, filter, "type", "") != "RequestMirror") continue;
      const auto mirror = fields_.require(filter, "requestMirror", Type::Mapping);
      if (!mirror) continue;
      if (const auto backend = fields_.require(*mirror, "backendRef", Type::Mapping)) {
        read_backend(*backend);
      }
    }
  }

  void read_backend(const Value& backend) {
    const std::string group = text_or(fields_, backend, "group", "");
    const std::string kind = text_or(fields_, backend, "kind", "Service");
    const auto name = fields_.require(backend, "name", Type::String);
    const auto ns = read_namespace(fields_, context_, backend);
    if (!group.empty() || kind != "Service") {
      fields_.warning("entrance-other-backend", backend.span(),
                      "this backend is not a Service: where it leads is not known");
      return;
    }
    const auto port = Fields::get(backend, "port");
    if (!port) {
      fields_.error("missing-field", backend.span(), "port is missing",
                    "add port, the number of a port of the Service");
      return;
    }
    const auto number = read_port(fields_, *port, "port");
    if (!name || !number) return;
    entrance_.backends.push_back(
        {ns, context_.symbols.intern(name->text()), *number, backend.span()});
  }

  Fields& fields_;
  const Context& context_;
  std::string_view own_namespace_;
  EntranceObject& entrance_;
};

}  // namespace

void read_gateway_route(Fields& fields, const Context& context, const Value& root,
                        std::string_view kind, Objects& objects) {
  EntranceObject entrance;
  entrance.kind = context.symbols.intern(kind);
  const auto metadata = read_metadata(fields, context, root, false);
  if (!metadata) return;
  entrance.metadata = *metadata;
  if (const auto spec = fields.require(root, "spec", Type::Mapping)) {
    Route route(fields, context, context.symbols.text(metadata->ns), entrance);
    const bool from_outside = route.read_parents(*spec);
    route.read_rules(*spec);
    if (!from_outside) entrance.backends.clear();
  }
  if (fields.ok()) objects.entrances.push_back(std::move(entrance));
}

void read_reference_grant(Fields& fields, const Context& context, const Value& root,
                          Objects& objects) {
  GrantObject grant;
  const auto metadata = read_metadata(fields, context, root, false);
  if (const auto spec = fields.require(root, "spec", Type::Mapping)) {
    if (const auto list = fields.require(*spec, "from", Type::Sequence)) {
      for (const Value each : *list) {
        if (!fields.expect(each, Type::Mapping, "an item of from")) continue;
        const std::string group = text_or(fields, each, "group", "");
        const auto kind = fields.require(each, "kind", Type::String);
        const auto ns = fields.require(each, "namespace", Type::String);
        if (!kind || !ns || group != kGatewayGroup) continue;
        grant.from.push_back(
            {context.symbols.intern(kind->text()), context.symbols.intern(ns->text())});
      }
    }
    if (const auto list = fields.require(*spec, "to", Type::Sequence)) {
      for (const Value each : *list) {
        if (!fields.expect(each, Type::Mapping, "an item of to")) continue;
        const std::string group = text_or(fields, each, "group", "");
        const auto kind = fields.require(each, "kind", Type::String);
        const auto name = fields.get(each, "name", Type::String);
        if (!kind || !group.empty() || kind->text() != "Service") continue;
        std::optional<Symbol> service;
        if (name && !name->text().empty()) service = context.symbols.intern(name->text());
        grant.to.push_back(service);
      }
    }
  }
  if (!metadata || !fields.ok()) return;
  grant.metadata = *metadata;
  objects.grants.push_back(std::move(grant));
}

}  // namespace polreach::kubernetes
