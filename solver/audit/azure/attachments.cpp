// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/attachments.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/path/route_list.h"

namespace polreach::solver::audit::azure {
namespace {

using model::Cloud;
using model::Direction;
using sets::Diagram;
using sets::Diagrams;

bool is_in(const model::Interface& interface, model::SubnetId id) {
  return std::any_of(interface.addresses.begin(), interface.addresses.end(),
                     [&](const auto& each) { return each.subnet == id; });
}

bool has_group(const model::Interface& interface) {
  return interface.group || interface.group_open || interface.admin;
}

std::string interface_name(const model::Interface& interface) {
  return interface.is_scale_set ? "scale set " + interface.machine
                                : "network interface " + interface.name;
}

bool has_public_address(const model::Interface& interface) {
  return std::any_of(interface.addresses.begin(), interface.addresses.end(),
                     [](const auto& each) { return each.is_public; });
}

// Missing groups
// --------------------------------------------------------------------------------------

/// What is known to be in a subnet, and whether all of it is guarded or beyond groups.
struct Occupants {
  std::vector<std::string> unguarded;
  bool has_any = false;
  bool pods = false;  // with addresses of the subnet
};

Occupants occupants_of(const Cloud& cloud, model::SubnetId id) {
  Occupants result;
  for (const model::Interface& each : cloud.interfaces) {
    if (!is_in(each, id)) continue;
    result.has_any = true;
    if (!has_group(each) && !each.is_private_endpoint) {
      result.unguarded.push_back(interface_name(each));
    }
  }
  for (const model::ManagedCluster& cluster : cloud.clusters) {
    for (const model::NodePool& pool : cluster.pools) {
      // AKS puts its group on the interfaces of nodes.
      result.has_any = result.has_any || pool.node_subnet == id || pool.pod_subnet == id;
      const bool flat = cluster.mode == model::NetworkMode::NodeSubnet && pool.node_subnet == id;
      result.pods = result.pods || flat || pool.pod_subnet == id;
    }
  }
  return result;
}

/// Subnets of one network are one finding each: every one needs a group of its own.
void check_subnets(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    const auto id = static_cast<model::SubnetId>(i);
    const model::Subnet& subnet = cloud.subnets[i];
    if (subnet.group || subnet.group_open || is_of_platform(subnet)) continue;
    const Occupants inside = occupants_of(cloud, id);
    if (inside.has_any && inside.unguarded.empty() && !inside.pods) continue;
    const std::string name = compiler::name_of(cloud, id);
    const model::VirtualNetwork& network = cloud[subnet.network];
    Finding finding = Ground::finding(
        Id::SubnetWithoutNsg,
        "subnet " + qualified(network.resource_group, network.name) + "/" + subnet.name, "",
        subnet.where);
    finding.message = name + " has no security group: everything that is routed there passes";
    finding.also = inside.unguarded;
    ground.add(std::move(finding));
  }
}

void check_interfaces(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  for (const model::Interface& each : cloud.interfaces) {
    if (has_group(each) || each.is_private_endpoint || !has_public_address(each)) continue;
    const bool is_bare = std::all_of(each.addresses.begin(), each.addresses.end(),
                                     [&](const model::InterfaceAddress& address) {
                                       return address.subnet && !cloud[*address.subnet].group &&
                                              !cloud[*address.subnet].group_open;
                                     });
    if (!is_bare) continue;
    Finding finding = Ground::finding(
        Id::InterfaceWithoutNsg, "network interface " + qualified(each.resource_group, each.name),
        "", each.where);
    finding.message =
        interface_name(each) + " has a public address, and no security group acts there";
    ground.add(std::move(finding));
  }
}

/// One finding for each network.
void check_public_addresses(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  std::map<model::NetworkId, Finding> found;
  for (const model::Interface& each : cloud.interfaces) {
    for (const model::InterfaceAddress& address : each.addresses) {
      if (!address.is_public || !address.subnet || each.is_private_endpoint) continue;
      const model::VirtualNetwork& network = cloud[cloud[*address.subnet].network];
      Finding& finding = found[cloud[*address.subnet].network];
      if (finding.check == nullptr) {
        finding = Ground::finding(Id::InterfacePublicAddress, subject_of(network), "", each.where);
        finding.message = interface_name(each) + " has a public address";
      } else {
        finding.also.push_back(interface_name(each));
      }
      finding.causes.push_back({each.where, "a public address of " + interface_name(each)});
      break;
    }
  }
  for (auto& [network, finding] : found) ground.add(std::move(finding));
}

/// Only where the input holds what groups are attached to: an export of groups alone says nothing.
void check_attached(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  if (cloud.subnets.empty() && cloud.interfaces.empty()) return;
  for (std::size_t i = 0; i < cloud.groups.size(); ++i) {
    const auto id = static_cast<model::GroupId>(i);
    const model::SecurityGroup& group = cloud.groups[i];
    const auto uses = [&](const auto& each) { return each.group == id; };
    const bool is_used =
        std::any_of(cloud.subnets.begin(), cloud.subnets.end(), uses) ||
        std::any_of(cloud.interfaces.begin(), cloud.interfaces.end(),
                    [&](const auto& each) { return each.group == id || each.admin == id; }) ||
        std::any_of(cloud.clusters.begin(), cloud.clusters.end(),
                    [&](const auto& each) { return each.node_group == id; });
    // A reference that could not be evaluated may be to this one.
    const auto open = [](const auto& each) { return each.group_open.has_value(); };
    const bool may_be = std::any_of(cloud.subnets.begin(), cloud.subnets.end(), open) ||
                        std::any_of(cloud.interfaces.begin(), cloud.interfaces.end(), open);
    if (is_used || may_be || group.missing) continue;
    Finding finding = Ground::finding(Id::NsgNotAttached, subject_of(group), "", group.where);
    finding.message = subject_of(group) + " is attached to nothing in the input";
    ground.add(std::move(finding));
  }
}

// Private endpoints
// -----------------------------------------------------------------------------------

/// Where the group would stop something that reaches an endpoint in its subnet.
void check_private_endpoints(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  std::map<model::SubnetId, Finding> found;
  for (const model::Interface& each : cloud.interfaces) {
    if (!each.is_private_endpoint) continue;
    for (const model::InterfaceAddress& address : each.addresses) {
      if (!address.subnet) continue;
      const model::Subnet& subnet = cloud[*address.subnet];
      const bool acts = subnet.private_endpoints == model::PrivateEndpointPolicies::Enabled ||
                        subnet.private_endpoints == model::PrivateEndpointPolicies::SecurityGroups;
      if (acts || !subnet.group || cloud[*subnet.group].missing) continue;
      const model::VirtualNetwork& network = cloud[subnet.network];
      const bool restricts =
          std::any_of(cloud[*subnet.group].inbound.begin(), cloud[*subnet.group].inbound.end(),
                      [](const model::SecurityRule& rule) { return !rule.is_default; });
      if (!restricts) continue;
      const auto known = found.find(*address.subnet);
      if (known != found.end()) {
        known->second.also.push_back(interface_name(each));
        continue;
      }
      Finding finding = Ground::finding(
          Id::PrivateEndpointUnfiltered,
          "subnet " + qualified(network.resource_group, network.name) + "/" + subnet.name, "",
          subnet.group_where.exists() ? subnet.group_where : subnet.where);
      finding.message = subject_of(cloud[*subnet.group]) + " at " +
                        compiler::name_of(cloud, *address.subnet) +
                        " does not act on the private endpoint of " + interface_name(each);
      finding.causes.push_back({subnet.where,
                                "privateEndpointNetworkPolicies does not say Enabled "
                                "or NetworkSecurityGroupEnabled"});
      found.emplace(*address.subnet, std::move(finding));
    }
  }
  for (auto& [id, finding] : found) ground.add(std::move(finding));
}

// Routes
// ----------------------------------------------------------------------------------------------

/// An interface that forwards, and that no route of the input needs.
void check_forwarding(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  const bool open_routes =
      std::any_of(cloud.route_tables.begin(), cloud.route_tables.end(), [](const auto& table) {
        return table.missing || std::any_of(table.routes.begin(), table.routes.end(),
                                            [](const auto& each) { return !each.open.empty(); });
      });
  for (const model::Interface& each : cloud.interfaces) {
    if (!each.ip_forwarding || each.is_scale_set) continue;
    bool is_next_hop = false;
    bool is_known = !each.addresses.empty();
    for (const model::InterfaceAddress& address : each.addresses) {
      is_known = is_known && address.address;
      for (const model::RouteTable& table : cloud.route_tables) {
        is_next_hop = is_next_hop ||
                      std::any_of(table.routes.begin(), table.routes.end(), [&](const auto& route) {
                        return route.appliance && route.appliance == address.address;
                      });
      }
    }
    if (is_next_hop) continue;
    if (!is_known || open_routes) {
      ground.unchecked(Id::IpForwarding,
                       "whether a route leads to " + interface_name(each) + " is not known");
      continue;
    }
    Finding finding = Ground::finding(
        Id::IpForwarding, "network interface " + qualified(each.resource_group, each.name), "",
        each.where);
    finding.message =
        interface_name(each) + " forwards packets of others, and no route of the input leads to it";
    ground.add(std::move(finding));
  }
}

/// The route that could put the internet into VirtualNetwork.
const model::Route* default_route_of(const Cloud& cloud, model::NetworkId network) {
  for (const model::Subnet& subnet : cloud.subnets) {
    if (subnet.network != network || !subnet.routes) continue;
    for (const model::Route& route : cloud[*subnet.routes].routes) {
      if (route.prefix && route.prefix->length == 0) return &route;
    }
  }
  return nullptr;
}

/// Places at which a broad part of the internet gets in only if VirtualNetwork holds the default
/// route.
void check_routes(Ground& ground) {
  const Cloud& cloud = ground.cloud();
  const model::UnknownId unknown = ground.around().filters().tags().routes_unknown();
  std::map<model::NetworkId, Finding> found;
  for (const Place& place : ground.places()) {
    if (!place.site.network) continue;
    if (!ground.around().filters().tags().routes_change_internet(place.site.network)) continue;
    const auto pair = ground.flows().between(ground.internet(), place.site);
    if (pair.routed.answer == compiler::Routed::Answer::No) continue;
    Diagrams& diagrams = ground.flows().space().diagrams();
    const Diagram open = diagrams.minus(pair.flows.may, pair.flows.must);
    if (broad_ports(diagrams, open, Direction::Ingress).empty()) continue;
    const auto points =
        sets::rests_on(ground.flows().space(), nullptr, pair.ways, pair.flows, open);
    if (!points) throw sets::OverBudget(points.error().message);
    const auto& unknowns = points->unknowns;
    if (std::find(unknowns.begin(), unknowns.end(), unknown) == unknowns.end()) continue;
    const auto known = found.find(*place.site.network);
    if (known != found.end()) {
      known->second.also.push_back(place.name);
      continue;
    }
    const model::VirtualNetwork& network = cloud[*place.site.network];
    const model::Route* route = default_route_of(cloud, *place.site.network);
    Finding finding = Ground::finding(Id::RoutesWidenNetwork, subject_of(network), "",
                                      route != nullptr ? route->where : network.where);
    finding.message = "the internet may be in the tag VirtualNetwork of " + network.name +
                      ", and reach " + place.name + " by AllowVnetInBound";
    if (route != nullptr) {
      finding.causes.push_back({route->where, "route " + route->name + " for everything"});
    }
    const model::Unknown& what = ground.around().unknowns()[unknown];
    finding.certain = false;
    finding.rests_on.push_back({"A-VNET-TAG-UDR", what.what, what.settle, {}});
    found.emplace(*place.site.network, std::move(finding));
  }
  for (auto& [id, finding] : found) ground.add(std::move(finding));
}

}  // namespace

void check_attachments(Ground& ground) {
  if (ground.wants(Id::SubnetWithoutNsg)) check_subnets(ground);
  if (ground.wants(Id::InterfaceWithoutNsg)) check_interfaces(ground);
  if (ground.wants(Id::InterfacePublicAddress)) check_public_addresses(ground);
  if (ground.wants(Id::NsgNotAttached)) check_attached(ground);
  if (ground.wants(Id::PrivateEndpointUnfiltered)) check_private_endpoints(ground);
  if (ground.wants(Id::IpForwarding)) check_forwarding(ground);
  if (ground.wants(Id::RoutesWidenNetwork)) check_routes(ground);
}

}  // namespace polreach::solver::audit::azure
