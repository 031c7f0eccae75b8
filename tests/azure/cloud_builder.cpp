// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/cloud_builder.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "compiler/path/node_group.h"

namespace polreach::support {
namespace {

using model::Unknown;

bool contains(const compiler::AddressMatch& match, const net::Address& address,
              const compiler::Unknowns& unknowns, const std::set<std::string>& holding) {
  if (match.certain.contains(address)) return true;
  return std::any_of(match.open.begin(), match.open.end(), [&](const auto& open) {
    return open.addresses.contains(address) && holding.contains(unknowns[open.unknown].id);
  });
}

bool matches(const compiler::FilterRule& rule, const net::Flow& flow,
             const compiler::Unknowns& unknowns, const std::set<std::string>& holding) {
  if (!rule.protocols.contains(flow.protocol)) return false;
  if (net::has_ports(flow.protocol) && (!rule.source_ports.contains(flow.source_port) ||
                                        !rule.destination_ports.contains(flow.destination_port))) {
    return false;
  }
  return contains(rule.source, flow.source, unknowns, holding) &&
         contains(rule.destination, flow.destination, unknowns, holding) &&
         std::all_of(rule.only_if.begin(), rule.only_if.end(),
                     [&](auto id) { return holding.contains(unknowns[id].id); });
}

net::PortSet ports(const std::string& text) {
  if (text == "*") return net::all_header_ports();
  const auto port = static_cast<net::Port>(std::stoi(text));
  return {port, port};
}

}  // namespace

net::Address address(std::string_view text) { return net::Address::parse(text).value(); }
net::Prefix prefix(std::string_view text) { return net::Prefix::parse(text).value(); }
net::AddressSet addresses(std::string_view cidr) { return net::addresses_of(prefix(cidr)); }

model::AddressTerm term(const std::string& text) {
  model::AddressTerm result;
  result.text = text;
  if (text == "*") {
    result.what = model::AnyAddress{};
  } else if (const auto cidr = net::Prefix::parse(text)) {
    result.what = *cidr;
  } else if (const auto one = net::Address::parse(text)) {
    result.what = net::Prefix{*one, net::width(one->family)};
  } else {
    result.what = model::ServiceTag{text};
  }
  return result;
}

model::SecurityRule rule(const std::string& text) {
  std::istringstream in(text);
  std::string access;
  std::string protocol;
  std::string source;
  std::string arrow;
  std::string destination;
  std::string port;
  model::SecurityRule result;
  in >> access >> result.priority >> protocol >> source >> arrow >> destination >> port;
  result.name = text;
  result.access = access == "Allow"  ? model::Access::Allow
                  : access == "Deny" ? model::Access::Deny
                                     : model::Access::AlwaysAllow;
  result.any_protocol = protocol == "*";
  result.protocols = protocol == "*"     ? net::ProtocolSet::all()
                     : protocol == "Udp" ? net::ProtocolSet(net::IpProtocol::Udp)
                                         : net::ProtocolSet(net::IpProtocol::Tcp);
  result.source.push_back(term(source));
  result.destination.push_back(term(destination));
  result.source_ports = net::all_header_ports();
  result.destination_ports = ports(port);
  return result;
}

model::UnknownId CloudBuilder::unknown(const std::string& id, Unknown::Scope scope) {
  cloud.unknowns.push_back({scope, id, id + " is not known", "know it", source::Span::none()});
  return static_cast<model::UnknownId>(cloud.unknowns.size() - 1);
}

model::GroupId CloudBuilder::group(const std::string& name, const std::vector<std::string>& inbound,
                                   const std::vector<std::string>& outbound) {
  model::SecurityGroup result;
  result.name = name;
  for (const std::string& each : inbound) result.inbound.push_back(rule(each));
  for (const std::string& each : outbound) result.outbound.push_back(rule(each));
  compiler::add_default_rules(result);
  cloud.groups.push_back(std::move(result));
  return static_cast<model::GroupId>(cloud.groups.size() - 1);
}

model::NetworkId CloudBuilder::network(const std::string& name, std::string_view cidr) {
  model::VirtualNetwork result;
  result.name = name;
  result.space.prefixes.push_back(prefix(cidr));
  cloud.networks.push_back(std::move(result));
  return static_cast<model::NetworkId>(cloud.networks.size() - 1);
}

model::SubnetId CloudBuilder::subnet(model::NetworkId network, const std::string& name,
                                     std::string_view cidr, std::optional<model::GroupId> group) {
  model::Subnet result;
  result.network = network;
  result.name = name;
  result.space.prefixes.push_back(prefix(cidr));
  result.group = group;
  cloud.subnets.push_back(std::move(result));
  return static_cast<model::SubnetId>(cloud.subnets.size() - 1);
}

model::InterfaceId CloudBuilder::interface(const std::string& name, model::SubnetId subnet,
                                           std::string_view text,
                                           std::optional<model::GroupId> group) {
  model::Interface result;
  result.name = name;
  result.machine = name + "-vm";
  result.group = group;
  model::InterfaceAddress own;
  if (!text.empty()) own.address = address(text);
  own.subnet = subnet;
  result.addresses.push_back(std::move(own));
  cloud.interfaces.push_back(std::move(result));
  return static_cast<model::InterfaceId>(cloud.interfaces.size() - 1);
}

void CloudBuilder::peer(model::NetworkId from, model::NetworkId to) {
  model::Peering peering;
  peering.name = "to-" + cloud[to].name;
  peering.network = to;
  peering.remote_name = cloud[to].name;
  cloud.networks[static_cast<std::size_t>(from)].peerings.push_back(std::move(peering));
}

void CloudBuilder::route(model::SubnetId subnet, std::string_view cidr, model::NextHop hop) {
  model::Subnet& at = cloud.subnets[static_cast<std::size_t>(subnet)];
  if (!at.routes) {
    at.routes = static_cast<model::RouteTableId>(cloud.route_tables.size());
    cloud.route_tables.emplace_back();
    cloud.route_tables.back().name = "routes-of-" + at.name;
  }
  model::Route route;
  route.name = std::string(cidr);
  route.prefix = prefix(cidr);
  route.hop = hop;
  cloud.route_tables[static_cast<std::size_t>(*at.routes)].routes.push_back(std::move(route));
}

model::ManagedClusterId CloudBuilder::cluster(model::NetworkMode mode,
                                              std::optional<model::SubnetId> nodes,
                                              std::optional<model::SubnetId> pods) {
  model::ManagedCluster result;
  result.name = "aks";
  result.mode = mode;
  result.engine = model::Engine::Calico;
  if (mode == model::NetworkMode::Overlay || mode == model::NetworkMode::Kubenet) {
    result.pod_ranges.push_back(prefix("10.244.0.0/16"));
  }
  model::NodePool pool;
  pool.name = "apps";
  pool.node_subnet = nodes;
  pool.pod_subnet = pods;
  result.pools.push_back(std::move(pool));
  cloud.clusters.push_back(std::move(result));
  return static_cast<model::ManagedClusterId>(cloud.clusters.size() - 1);
}

Decision decide(const compiler::Filter& filter, const net::Flow& flow,
                const compiler::Unknowns& unknowns, const std::set<std::string>& holding) {
  for (const compiler::FilterRule& each : filter.rules) {
    if (!matches(each, flow, unknowns, holding)) continue;
    const bool open = each.access_open && holding.contains(unknowns[*each.access_open].id);
    return {each.access_open ? open : each.access != model::Access::Deny, each.rule->name};
  }
  return {filter.otherwise != model::Access::Deny, ""};
}

net::Flow tcp(std::string_view source, std::string_view destination, net::Port port) {
  return {net::IpProtocol::Tcp, address(source), address(destination), 50000, port};
}

}  // namespace polreach::support
