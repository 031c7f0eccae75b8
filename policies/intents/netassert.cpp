// SPDX-License-Identifier: Apache-2.0
// Tests of NetAssert (github.com/controlplaneio/netassert), versions 1 and 2.
#include "policies/intents/languages.h"
#include "policies/intents/ports.h"

namespace polreach::intents {
namespace {

using syntax::Type;
using syntax::Value;

constexpr std::string_view kHosts =
    "it is about the host that runs the test, and names of the DNS, which no manifest holds";

Intent started(std::string name, const source::Span& where) {
  Intent intent;
  intent.language = Language::NetAssert;
  intent.name = std::move(name);
  intent.where = where;
  return intent;
}

/// Version 1: all that one source expects of others. "namespace:name" names a deployment; a
/// destination is the name of a Service in the DNS: name, or name.namespace.
class VersionOne {
 public:
  VersionOne(source::Diagnostics& diagnostics, const Context& context, std::vector<Intent>& intents)
      : fields_(diagnostics, "NetAssert test"), context_(context), intents_(intents) {}

  void run(const Value& root) {
    if (const auto hosts = fields_.get(root, "host", Type::Mapping)) add_hosts(*hosts);
    const auto k8s = fields_.get(root, "k8s", Type::Mapping);
    if (!k8s) return;
    for (const Value kind : *k8s) {
      if (!fields_.expect(kind, Type::Mapping, kind.key())) continue;
      for (const Value source : kind) {
        if (fields_.expect(source, Type::Mapping, source.key())) add_source(kind.key(), source);
      }
    }
  }

 private:
  void add_hosts(const Value& hosts) {
    for (const Value host : hosts) {
      Intent intent = started("host " + std::string(host.key()), host.key_span());
      intent.inexpressible = kHosts;
      intents_.push_back(std::move(intent));
    }
  }

  void add_source(std::string_view kind, const Value& source) {
    const std::string_view text = source.key();
    const std::size_t colon = text.find(':');
    const std::string ns(colon == std::string_view::npos ? context_.default_namespace
                                                         : text.substr(0, colon));
    const std::string name(colon == std::string_view::npos ? text : text.substr(colon + 1));
    const std::string from = ns + "/" + std::string(kind) + "/" + name;
    for (const Value destination : source) {
      if (destination.is(Type::Sequence)) {
        for (const Value port : destination) add(from, ns, destination, port);
      } else {
        add(from, ns, destination, destination);
      }
    }
  }

  void add(const std::string& from, const std::string& ns, const Value& destination,
           const Value& port) {
    std::string text(port.text());
    const bool denied = text.starts_with("-");
    if (denied) text.erase(0, 1);
    std::string to(destination.key());
    Intent intent =
        started(from + (denied ? " not to " : " to ") + to + " " + text, destination.key_span());
    intent.expect = denied ? Expect::Denied : Expect::Allowed;
    intent.from = end_of(from, source_of(destination));
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos) text[colon] = '/';  // "UDP:53"
    const auto ports = parse_ports(text, port.span(), context_.symbols);
    if (!ports) {
      fields_.error("bad-port", port.span(), "\"" + std::string(port.text()) + "\" is not a port",
                    "NetAssert writes 80, -80, or UDP:53");
      return;
    }
    intent.ports = *ports;
    intent.ports_text = text_of(intent.ports, context_.symbols);
    set_destination(intent, ns, to, text);
    intents_.push_back(std::move(intent));
  }

  static source::Span source_of(const Value& destination) { return destination.key_span(); }

  /// A Service by its name in the DNS. An address is one; a name with more than one dot is outside
  /// of the cluster, but for those of its own domain.
  void set_destination(Intent& intent, const std::string& ns, const std::string& to,
                       const std::string& port) {
    if (net::Address::parse(to) || net::Prefix::parse(to)) {
      intent.to = end_of(to, intent.where);
      return;
    }
    std::string name = to;
    for (const std::string_view domain : {".svc.cluster.local", ".svc"}) {
      if (name.ends_with(domain)) name.erase(name.size() - domain.size());
    }
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos && name.find('.', dot + 1) != std::string::npos) {
      intent.inexpressible = "no manifest holds the addresses of " + to;
      return;
    }
    const std::string space = dot == std::string::npos ? ns : name.substr(dot + 1);
    name.erase(std::min(dot, name.size()));
    // A port of the Service, not of its pods.
    const std::size_t slash = port.find('/');
    const std::string number = slash == std::string::npos ? port : port.substr(slash + 1);
    intent.to = end_of("svc/" + space + "/" + name + ":" + number, intent.where);
    intent.ports.clear();
  }

  Fields fields_;
  const Context& context_;
  std::vector<Intent>& intents_;
};

/// Version 2: one test.
class VersionTwo {
 public:
  VersionTwo(source::Diagnostics& diagnostics, const Context& context, const Value& item)
      : fields_(diagnostics, "NetAssert test"), context_(context), item_(item) {}

  std::optional<Intent> run() {
    const auto name = fields_.require(item_, "name", Type::String);
    if (!name) return std::nullopt;
    intent_ = started(std::string(name->text()), name->span());
    fields_.set_subject("NetAssert test " + intent_.name);
    fields_.only(item_, {"name", "type", "protocol", "targetPort", "timeoutSeconds", "attempts",
                         "exitCode", "src", "dst"});
    read_packets();
    // The exit status of the client in the source: 0 where it connects.
    const auto code = fields_.get(item_, "exitCode", Type::Integer);
    intent_.expect = code && code->text() != "0" ? Expect::Denied : Expect::Allowed;
    read_end("src", intent_.from);
    read_end("dst", intent_.to);
    if (!fields_.ok()) return std::nullopt;
    return std::move(intent_);
  }

 private:
  void read_packets() {
    const auto protocol = fields_.get(item_, "protocol", Type::String);
    const std::string name = protocol ? std::string(protocol->text()) : "tcp";
    const auto port = fields_.require(item_, "targetPort", Type::Integer);
    if (!port) return;
    const auto ports =
        parse_ports(name + "/" + std::string(port->text()), port->span(), context_.symbols);
    if (!ports) {
      fields_.error("bad-port", port->span(),
                    name + " port " + std::string(port->text()) + " is none",
                    "give tcp or udp, and a port from 1 to 65535");
      return;
    }
    intent_.ports = *ports;
    intent_.ports_text = text_of(intent_.ports, context_.symbols);
  }

  void read_end(std::string_view which, End& end) {
    const auto value = fields_.require(item_, which, Type::Mapping);
    if (!value) return;
    if (const auto resource = fields_.get(*value, "k8sResource", Type::Mapping)) {
      const auto kind = fields_.require(*resource, "kind", Type::String);
      const auto name = fields_.require(*resource, "name", Type::String);
      const auto ns = fields_.get(*resource, "namespace", Type::String);
      if (!kind || !name) return;
      const std::string space(ns ? ns->text() : context_.default_namespace);
      end = end_of(space + "/" + std::string(kind->text()) + "/" + std::string(name->text()),
                   resource->span());
      return;
    }
    const auto host = fields_.get(*value, "host", Type::Mapping);
    if (!host) {
      fields_.error("bad-intent", value->span(), "neither k8sResource nor host is given",
                    "name what is meant");
      return;
    }
    const auto name = fields_.require(*host, "name", Type::String);
    if (!name) return;
    end = end_of(name->text(), name->span());
    if (net::Address::parse(name->text())) return;
    intent_.inexpressible = "no manifest holds the addresses of " + std::string(name->text());
  }

  Fields fields_;
  const Context& context_;
  const Value& item_;
  Intent intent_;
};

}  // namespace

void read_netassert_v1(source::Diagnostics& diagnostics, const Context& context, const Value& root,
                       std::vector<Intent>& intents) {
  VersionOne(diagnostics, context, intents).run(root);
}

void read_netassert_v2(source::Diagnostics& diagnostics, const Context& context, const Value& item,
                       std::vector<Intent>& intents) {
  if (auto intent = VersionTwo(diagnostics, context, item).run()) {
    intents.push_back(std::move(*intent));
  }
}

}  // namespace polreach::intents
