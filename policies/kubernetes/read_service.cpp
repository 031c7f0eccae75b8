// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/read_service.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policies/kubernetes/names.h"
#include "policies/kubernetes/read_outside.h"

namespace polreach::kubernetes {

using model::ServiceType;
using syntax::Type;
using syntax::Value;

namespace {

std::optional<ServiceType> read_type(Fields& fields, const Value& spec) {
  constexpr std::array<std::pair<std::string_view, ServiceType>, 4> kTypes = {
      {{"ClusterIP", ServiceType::ClusterIp},
       {"NodePort", ServiceType::NodePort},
       {"LoadBalancer", ServiceType::LoadBalancer},
       {"ExternalName", ServiceType::ExternalName}}};
  const auto value = Fields::get(spec, "type");
  if (!value) return ServiceType::ClusterIp;
  if (!fields.expect(*value, Type::String, "type")) return std::nullopt;
  if (value->text().empty()) return ServiceType::ClusterIp;  // the API server's default
  for (const auto& [name, type] : kTypes) {
    if (value->text() == name) return type;
  }
  fields.error("bad-service", value->span(), in_quotes(value->text()) + " is not a type of Service",
               "use ClusterIP, NodePort, LoadBalancer or ExternalName");
  return std::nullopt;
}

/// "None" marks a headless Service; other texts that are no addresses do no harm.
void read_addresses(Fields& fields, const Value& spec, ServiceObject& service) {
  const auto add = [&](const Value& value) {
    if (value.text() == "None") service.headless = true;
    if (const auto address = net::Address::parse(value.text())) {
      service.cluster_addresses.push_back(*address);
    }
  };
  if (const auto list = fields.get(spec, "clusterIPs", Type::Sequence)) {
    for (const Value each : *list) add(each);
  } else if (const auto single = Fields::get(spec, "clusterIP")) {
    add(*single);
  }
}

/// What the type says about the other fields.
void check_type(Fields& fields, const Value& spec, ServiceObject& service) {
  const auto cluster_ip = Fields::get(spec, "clusterIP");
  const Span place = cluster_ip ? cluster_ip->span() : spec.span();
  if (service.type == ServiceType::ExternalName) {
    const auto name = fields.require(spec, "externalName", Type::String);
    if (!name) return;
    std::string_view host = name->text();
    if (host.ends_with('.')) host.remove_suffix(1);
    if (!is_dns_subdomain(host)) {
      fields.error("bad-name", name->span(), in_quotes(name->text()) + " is not a domain name",
                   "use at most 253 lower-case letters, digits, '-' and '.'");
    }
    service.external_name = name->text();
    if (service.headless || !service.cluster_addresses.empty()) {
      fields.error("bad-service", place, "a Service of type ExternalName has no clusterIP",
                   "remove clusterIP, or use another type");
    }
    return;
  }
  const bool reached_by_address =
      service.type == ServiceType::NodePort || service.type == ServiceType::LoadBalancer;
  if (service.headless && reached_by_address) {
    fields.error("bad-service", place,
                 "a Service of type NodePort or LoadBalancer needs a cluster address",
                 "remove clusterIP: None, or use type ClusterIP");
  }
}

/// A number, or a name that each pod resolves; 0 and "" stand for the port itself, as for the API
/// server.
std::optional<std::variant<net::Port, Symbol>> read_target(Fields& fields, const Context& context,
                                                           const Value& entry, net::Port port) {
  const auto value = Fields::get(entry, "targetPort");
  if (!value || value->text() == "0" || (value->is(Type::String) && value->text().empty())) {
    return port;
  }
  if (!value->is(Type::String)) return read_port(fields, *value, "targetPort");
  if (is_port_name(value->text())) return context.symbols.intern(value->text());
  const bool digits = value->text().find_first_not_of("0123456789") == std::string_view::npos;
  fields.error("bad-port", value->span(),
               "targetPort " + in_quotes(value->text()) + " is not a port's name",
               digits ? "write the number without quotes"
                      : "use at most 15 lower-case letters, digits and '-', at least one a letter");
  return std::nullopt;
}

std::optional<Symbol> read_port_name(Fields& fields, const Context& context, const Value& entry) {
  const auto name = fields.get(entry, "name", Type::String);
  if (!name || name->text().empty()) return std::nullopt;
  if (!is_dns_label(name->text())) {
    fields.error("bad-name", name->span(),
                 in_quotes(name->text()) + " is not a name for a port of a Service",
                 "use at most 63 lower-case letters, digits and '-'");
  }
  return context.symbols.intern(name->text());
}

/// Reads the list, and holds its entries against each other.
class Ports {
 public:
  Ports(Fields& fields, const Context& context, ServiceObject& service)
      : fields_(fields), context_(context), service_(service) {}

  void read(const Value& list) {
    const bool several = std::distance(list.begin(), list.end()) > 1;
    for (const Value entry : list) {
      if (fields_.expect(entry, Type::Mapping, "an item of ports")) add(entry, several);
    }
  }

 private:
  void add(const Value& entry, bool several) {
    const auto name = read_port_name(fields_, context_, entry);
    const auto protocol = read_protocol(fields_, entry);
    const auto value = Fields::get(entry, "port");
    if (!value) {
      fields_.error("missing-field", entry.span(), "port is missing",
                    "add port, which must be a number from 1 to 65535");
    }
    const auto number = value ? read_port(fields_, *value, "port") : std::nullopt;
    if (several && !name && !Fields::get(entry, "name")) {
      // Its meaning is clear all the same, and examples everywhere leave it out.
      fields_.warning("service-port-unnamed", entry.span(),
                      "the Service has several ports, and this one has no name",
                      "add a name: the API server refuses the Service without it");
    }
    if (!number || !protocol) return;
    const auto target = read_target(fields_, context_, entry, *number);
    if (name && !names_.insert(*name).second) {
      refuse(entry,
             "two ports of the Service have the name " + in_quotes(context_.symbols.text(*name)));
    }
    if (!numbers_.insert({*protocol, *number}).second) {
      refuse(entry, "two ports of the Service are " + std::string(net::to_string(*protocol)) + " " +
                        std::to_string(*number));
    }
    if (!target) return;
    const auto on_node = Fields::get(entry, "nodePort");
    const bool none = !on_node || on_node->text() == "0";
    const auto node_port = none ? std::nullopt : read_port(fields_, *on_node, "nodePort");
    service_.ports.push_back({name, *protocol, *number, *target, node_port, entry.span()});
  }

  void refuse(const Value& entry, std::string message) {
    fields_.error("bad-service", entry.span(), std::move(message), "remove or change one of them");
  }

  Fields& fields_;
  const Context& context_;
  ServiceObject& service_;
  std::set<Symbol> names_;
  std::set<std::pair<net::Protocol, net::Port>> numbers_;
};

void read_spec(Fields& fields, const Context& context, const Value& spec, ServiceObject& service) {
  if (const auto selector = fields.get(spec, "selector", Type::Mapping)) {
    // An empty one selects nothing: to Kubernetes it is none.
    if (!selector->empty()) service.selector = read_labels(fields, context, *selector);
  }
  read_addresses(fields, spec, service);
  const auto type = read_type(fields, spec);
  if (!type) return;
  service.type = *type;
  check_type(fields, spec, service);
  const auto list = fields.get(spec, "ports", Type::Sequence);
  if (list) Ports(fields, context, service).read(*list);
  const bool needs_ports = service.type != ServiceType::ExternalName && !service.headless;
  const bool wrong_type = !list && Fields::get(spec, "ports");  // reported already
  if (needs_ports && !wrong_type && (!list || list->empty())) {
    fields.error("missing-field", list ? list->span() : spec.span(), "the Service has no ports",
                 "add ports: [{port: ...}]");
  }
}

}  // namespace

void read_service(Fields& fields, const Context& context, const Value& root, Objects& objects) {
  ServiceObject service;
  const auto metadata = read_metadata(fields, context, root, false);
  if (const auto spec = fields.get(root, "spec", Type::Mapping)) {
    read_spec(fields, context, *spec, service);
    read_outside_access(fields, root, *spec, service.outside);
  }
  if (!metadata || !fields.ok()) return;
  service.metadata = *metadata;
  objects.services.push_back(std::move(service));
}

}  // namespace polreach::kubernetes
