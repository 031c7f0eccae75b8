// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/node_group.h"

#include <algorithm>
#include <string>
#include <utility>

namespace polreach::compiler {
namespace {

using model::Access;
using model::AddressTerm;
using model::SecurityRule;

AddressTerm any() { return {model::AnyAddress{}, "*", {}, source::Span::none()}; }
AddressTerm tag(const std::string& name) {
  return {model::ServiceTag{name}, name, {}, source::Span::none()};
}
AddressTerm prefix(const net::Prefix& value, model::Span where) {
  return {value, value.to_string(), {}, where};
}

SecurityRule rule(std::string name, std::int32_t priority, Access access, AddressTerm source,
                  AddressTerm destination) {
  SecurityRule result;
  result.name = std::move(name);
  result.priority = priority;
  result.access = access;
  result.protocols = net::ProtocolSet::all();
  result.any_protocol = true;
  result.source_ports = net::all_header_ports();
  result.destination_ports = net::all_header_ports();
  result.source.push_back(std::move(source));
  result.destination.push_back(std::move(destination));
  return result;
}

/// Of a rule for one protocol and its ports.
void restrict_to(SecurityRule& rule, net::Protocol protocol, const net::PortSet& ports) {
  rule.protocols = net::ProtocolSet(net::ip_protocol(protocol));
  rule.any_protocol = false;
  rule.destination_ports = ports;
}

std::vector<AddressTerm> frontends(const ServiceFacts& service) {
  std::vector<AddressTerm> result;
  for (const net::Address& each : service.ingress_addresses) {
    result.push_back(prefix(net::Prefix{each, net::width(each.family)}, service.where));
  }
  if (result.empty()) result.push_back(any());
  return result;
}

bool is_everyone(const net::Prefix& range) { return range.length == 0; }

/// Who the rules for a Service let in: ranges and tags; where there are none, the internet, and
/// nobody to an internal one.
std::vector<AddressTerm> admitted(const ServiceFacts& service) {
  const bool everyone = std::any_of(service.source_ranges.begin(), service.source_ranges.end(),
                                    [](const auto& r) { return is_everyone(r); });
  const bool nobody_named = service.source_ranges.empty() && service.allowed_tags.empty();
  std::vector<AddressTerm> result;
  if (everyone || (nobody_named && !service.internal)) result.push_back(tag("Internet"));
  for (const net::Prefix& range : service.source_ranges) {
    if (!is_everyone(range)) result.push_back(prefix(range, service.where));
  }
  for (const std::string& name : service.allowed_tags) result.push_back(tag(name));
  return result;
}

/// A rule for each source, protocol and destination. Their order does not matter: all allow.
void add_allow_rules(model::SecurityGroup& group, const ServiceFacts& service,
                     std::int32_t& priority) {
  const std::vector<AddressTerm> sources = admitted(service);
  if (sources.empty()) return;
  for (net::Protocol protocol : net::kProtocols) {
    net::PortSet ports;
    for (const ServiceFacts::Port& port : service.ports) {
      // Without floating IP the port has become the node's, where it is known.
      const auto seen = service.floating_ip ? port.number : port.node_port;
      if (seen && port.protocol == protocol) ports |= net::PortSet(*seen, *seen);
    }
    if (ports.empty()) continue;
    SecurityRule allow = rule("k8s-azure-lb_allow (Service " + service.name + ")", priority++,
                              Access::Allow, any(), any());
    allow.source = sources;
    // Without floating IP the frontend has become the node.
    if (service.floating_ip) allow.destination = frontends(service);
    allow.where = service.where;
    restrict_to(allow, protocol, ports);
    group.inbound.push_back(std::move(allow));
  }
}

void add_deny_rule(model::SecurityGroup& group, const ServiceFacts& service,
                   std::int32_t& priority) {
  if (!service.deny_others) return;
  SecurityRule deny = rule("k8s-azure-lb_deny-all (Service " + service.name + ")", priority--,
                           Access::Deny, any(), any());
  if (service.floating_ip) deny.destination = frontends(service);
  deny.where = service.where;
  group.inbound.push_back(std::move(deny));
}

void add_host_ports(model::SecurityGroup& group, const model::ManagedCluster& cluster) {
  for (const model::NodePool& pool : cluster.pools) {
    if (pool.host_ports_open) {
      SecurityRule some = rule("allowed host ports (node pool " + pool.name + ")", 400,
                               Access::Allow, tag("Internet"), any());
      some.where = pool.where;
      some.only_if.push_back(*pool.host_ports_open);
      group.inbound.push_back(std::move(some));
    }
    for (const model::NodePool::HostPorts& ports : pool.allowed_host_ports) {
      SecurityRule allow = rule("allowed host ports (node pool " + pool.name + ")", 400,
                                Access::Allow, tag("Internet"), any());
      allow.where = pool.where;
      restrict_to(allow, ports.protocol, net::PortSet(ports.first, ports.last));
      if (!pool.groups.empty()) {
        allow.destination.clear();
        for (model::ApplicationGroupId id : pool.groups) {
          allow.destination.push_back({id, "application group", {}, pool.where});
        }
      }
      group.inbound.push_back(std::move(allow));
    }
  }
}

}  // namespace

void add_default_rules(model::SecurityGroup& group) {
  const auto add = [](std::vector<SecurityRule>& list, const char* name, std::int32_t priority,
                      Access access, AddressTerm source, AddressTerm destination) {
    list.push_back(rule(name, priority, access, std::move(source), std::move(destination)));
    list.back().is_default = true;
  };
  const auto network = [] { return tag("VirtualNetwork"); };
  add(group.inbound, "AllowVnetInBound", 65000, Access::Allow, network(), network());
  add(group.inbound, "AllowAzureLoadBalancerInBound", 65001, Access::Allow,
      tag("AzureLoadBalancer"), any());
  add(group.inbound, "DenyAllInBound", 65500, Access::Deny, any(), any());
  add(group.outbound, "AllowVnetOutBound", 65000, Access::Allow, network(), network());
  add(group.outbound, "AllowInternetOutBound", 65001, Access::Allow, any(), tag("Internet"));
  add(group.outbound, "DenyAllOutBound", 65500, Access::Deny, any(), any());
}

model::SecurityGroup node_group(const model::ManagedCluster& cluster,
                                const std::vector<ServiceFacts>& services,
                                const ServiceFacts* at_frontend) {
  model::SecurityGroup group;
  group.name = "aks-agentpool (as AKS writes it)";
  group.resource_group = cluster.node_resource_group;
  group.where = cluster.where;
  add_host_ports(group, cluster);
  std::int32_t allow = 500;
  std::int32_t deny = 4095;
  const auto add = [&](const ServiceFacts& service) {
    add_allow_rules(group, service, allow);
    add_deny_rule(group, service, deny);
  };
  for (const ServiceFacts& service : services) {
    const bool is_asked = at_frontend != nullptr && service.name == at_frontend->name;
    if (service.type != model::ServiceType::LoadBalancer || is_asked) continue;
    if (service.floating_ip && !service.ingress_addresses.empty()) add(service);
  }
  if (at_frontend != nullptr && at_frontend->type == model::ServiceType::LoadBalancer) {
    add(*at_frontend);
  }
  std::stable_sort(group.inbound.begin(), group.inbound.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  if (cluster.outbound == model::Outbound::Block || cluster.outbound_open) {
    SecurityRule block =
        rule("block (outbound type of the cluster)", 4095, Access::Deny, any(), tag("Internet"));
    block.where = cluster.where;
    if (cluster.outbound_open) block.only_if.push_back(*cluster.outbound_open);
    group.outbound.push_back(std::move(block));
  }
  add_default_rules(group);
  return group;
}

}  // namespace polreach::compiler
