// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/site.h"

#include <algorithm>
#include <utility>

namespace polreach::compiler {
namespace {

using model::Cloud;
using model::Interface;
using model::InterfaceId;
using model::SubnetId;
using net::AddressSet;

const model::SecurityGroup* group_of(const Cloud& cloud, const std::optional<model::GroupId>& id) {
  return id ? &cloud[*id] : nullptr;
}

/// "An NSG on the subnet applies to private endpoints where privateEndpointNetworkPolicies is
/// Enabled or NetworkSecurityGroupEnabled" (Azure documentation, "Manage network policies for
/// private endpoints"). The default is Disabled.
bool filters_private_endpoints(const model::Subnet& subnet) {
  return subnet.private_endpoints == model::PrivateEndpointPolicies::Enabled ||
         subnet.private_endpoints == model::PrivateEndpointPolicies::SecurityGroups;
}

/// The guards of an interface in a subnet, and what the answer should say of them.
Stand stand_of(const Cloud& cloud, const Interface& interface, SubnetId subnet,
               std::vector<std::string>& notes) {
  Stand stand;
  const Guard at_subnet = compiler::guard_of(cloud, subnet);
  if (interface.is_private_endpoint && !filters_private_endpoints(cloud[subnet])) {
    if (at_subnet.acts()) {
      notes.push_back("the security group of " + at_subnet.place +
                      " does not act on private endpoints: privateEndpointNetworkPolicies is " +
                      "not enabled");
    }
    return stand;
  }
  Guard own = guard_of(cloud, interface, cloud[subnet].network);
  if (own.acts()) stand.guards.push_back(std::move(own));
  if (at_subnet.acts()) stand.guards.push_back(at_subnet);
  return stand;
}

bool stands_apart(const Interface& interface) {
  return interface.group || interface.group_open || interface.admin ||
         interface.is_private_endpoint;
}

AddressSet one(const net::Address& address) { return {address, address}; }

/// The addresses of the interface in the subnet; whether there are others that nobody knows.
struct Known {
  AddressSet addresses;
  bool others = false;
  bool is_in = false;
  bool has_public_address = false;
};
Known known_addresses(const Interface& interface, SubnetId subnet) {
  Known known;
  for (const model::InterfaceAddress& each : interface.addresses) {
    if (each.subnet != subnet) continue;
    known.is_in = true;
    known.has_public_address = known.has_public_address || each.is_public;
    if (each.address) known.addresses |= one(*each.address);
    if (!each.address) known.others = true;
  }
  known.others = known.others || interface.is_scale_set;
  return known;
}

/// All addresses that the subnet can have: where its prefixes are not known, private ones.
AddressSet space_of(const Cloud& cloud, SubnetId id) {
  const model::Subnet& subnet = cloud[id];
  AddressSet space = compiler::addresses_of(subnet.space);
  if (space.empty()) space = compiler::addresses_of(cloud[subnet.network].space);
  return space.empty() ? private_addresses() : space;
}

Site interface_site(const Cloud& cloud, InterfaceId id, SubnetId subnet, const Known& known) {
  const Interface& interface = cloud[id];
  Site site;
  site.kind = Site::Kind::Interface;
  site.name = interface.is_scale_set ? "scale set " + interface.machine
                                     : "network interface " + interface.name;
  site.addresses = known.addresses;
  // Instances, and configurations without an address, have some address of the subnet.
  if (known.others) site.addresses = space_of(cloud, subnet);
  site.is_asked = !known.others;
  site.network = cloud[subnet].network;
  site.subnet = subnet;
  site.interface = id;
  site.has_public_address = known.has_public_address;
  site.stands.push_back(stand_of(cloud, interface, subnet, site.notes));
  return site;
}

/// What else may stand at addresses of a subnet that has nodes or pods of a cluster.
void add_cluster_stands(Surroundings& around, SubnetId id, Site& site) {
  const Cloud& cloud = around.cloud();
  for (std::size_t c = 0; c < cloud.clusters.size(); ++c) {
    const model::ManagedCluster& cluster = cloud.clusters[c];
    bool pods = false;
    for (std::size_t p = 0; p < cluster.pools.size(); ++p) {
      const model::NodePool& pool = cluster.pools[p];
      const Nodes nodes{static_cast<model::ManagedClusterId>(c), p};
      const bool flat = cluster.mode == model::NetworkMode::NodeSubnet;
      pods = pods || pool.pod_subnet == id || (flat && pool.node_subnet == id);
      if (pool.node_subnet == id) {
        site.stands.push_back(
            {"as a node of node pool " + pool.name, node_guards(around, nodes), nodes});
      }
    }
    if (pods) {
      site.notes.push_back("pods of cluster " + cluster.name + " have addresses in " +
                           name_of(cloud, id) +
                           ": their policies are no part of this answer, ask for them by name");
    }
  }
}

}  // namespace

std::string name_of(const Cloud& cloud, SubnetId id) {
  return "subnet " + cloud[cloud[id].network].name + "/" + cloud[id].name;
}

Guard guard_of(const Cloud& cloud, SubnetId id) {
  const model::Subnet& subnet = cloud[id];
  Guard guard;
  guard.place = name_of(cloud, id);
  guard.group = group_of(cloud, subnet.group);
  guard.open = subnet.group_open;
  guard.network = subnet.network;
  return guard;
}

Guard guard_of(const Cloud& cloud, const Interface& interface,
               std::optional<model::NetworkId> network) {
  Guard guard;
  guard.place =
      std::string(interface.is_scale_set ? "interfaces of scale set " : "network interface ") +
      (interface.is_scale_set && !interface.machine.empty() ? interface.machine : interface.name);
  guard.group = group_of(cloud, interface.group);
  guard.open = interface.group_open;
  guard.admin = group_of(cloud, interface.admin);
  guard.network = network;
  return guard;
}

AddressSet node_addresses(const Cloud& cloud, const Nodes& nodes) {
  const model::NodePool& pool = cloud[nodes.cluster].pools[nodes.pool];
  return pool.node_subnet ? space_of(cloud, *pool.node_subnet) : private_addresses();
}

std::vector<Guard> node_guards(Surroundings& around, const Nodes& nodes) {
  const Cloud& cloud = around.cloud();
  const model::ManagedCluster& cluster = cloud[nodes.cluster];
  const model::NodePool& pool = cluster.pools[nodes.pool];
  Guard own;
  own.group = &around.node_group(nodes.cluster);
  if (!pool.node_subnet) {
    // In a network of its own AKS attaches its group to the subnet.
    own.place = "subnet of node pool " + pool.name;
    return {std::move(own)};
  }
  own.place = "interfaces of node pool " + pool.name;
  own.network = cloud[*pool.node_subnet].network;
  Guard subnet = guard_of(cloud, *pool.node_subnet);
  std::vector<Guard> guards = {std::move(own)};
  if (subnet.acts()) guards.push_back(std::move(subnet));
  return guards;
}

std::vector<Site> subnet_sites(Surroundings& around, SubnetId id, const AddressSet& within) {
  const Cloud& cloud = around.cloud();
  Site rest;
  rest.kind = Site::Kind::Subnet;
  rest.name = name_of(cloud, id);
  rest.network = cloud[id].network;
  rest.subnet = id;
  rest.addresses = space_of(cloud, id) & within;
  if (cloud[id].space.prefixes.empty()) {
    rest.is_asked = false;
    rest.notes.push_back("the addresses of " + rest.name + " are not known");
  }
  const Guard guard = guard_of(cloud, id);
  Stand plain;
  if (guard.acts()) plain.guards.push_back(guard);
  rest.stands.push_back(std::move(plain));
  std::vector<Site> sites;
  for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
    const Interface& interface = cloud.interfaces[i];
    if (!stands_apart(interface)) continue;
    Known known = known_addresses(interface, id);
    if (!known.is_in) continue;
    if (known.others) {
      Stand stand = stand_of(cloud, interface, id, rest.notes);
      stand.label = "as " + (interface.is_scale_set ? "an instance of " + interface.machine
                                                    : "network interface " + interface.name);
      rest.stands.push_back(std::move(stand));
    }
    known.others = false;
    known.addresses &= rest.addresses;
    if (known.addresses.empty()) continue;
    sites.push_back(interface_site(cloud, static_cast<InterfaceId>(i), id, known));
    rest.addresses -= known.addresses;
  }
  add_cluster_stands(around, id, rest);
  if (!rest.addresses.empty()) sites.insert(sites.begin(), std::move(rest));
  return sites;
}

std::vector<Site> interface_sites(Surroundings& around, InterfaceId id) {
  const Cloud& cloud = around.cloud();
  std::vector<SubnetId> seen;
  std::vector<Site> sites;
  for (const model::InterfaceAddress& each : cloud[id].addresses) {
    if (!each.subnet || std::find(seen.begin(), seen.end(), *each.subnet) != seen.end()) continue;
    seen.push_back(*each.subnet);
    sites.push_back(
        interface_site(cloud, id, *each.subnet, known_addresses(cloud[id], *each.subnet)));
  }
  return sites;
}

Site node_site(Surroundings& around, const Nodes& nodes) {
  const Cloud& cloud = around.cloud();
  const model::NodePool& pool = cloud[nodes.cluster].pools[nodes.pool];
  Site site;
  site.kind = Site::Kind::Nodes;
  site.name = "node pool " + cloud[nodes.cluster].name + "/" + pool.name;
  site.addresses = node_addresses(cloud, nodes);
  site.is_asked = false;
  site.subnet = pool.node_subnet;
  if (pool.node_subnet) site.network = cloud[*pool.node_subnet].network;
  site.nodes = nodes;
  site.has_public_address = pool.node_public_ip;
  site.stands.push_back({"", node_guards(around, nodes), nodes});
  if (!pool.node_subnet) {
    site.notes.push_back("the addresses of the nodes are not known: AKS manages their network");
  }
  return site;
}

Site outside_site(std::string name, AddressSet addresses) {
  Site site;
  site.name = std::move(name);
  site.addresses = std::move(addresses);
  site.stands.emplace_back();
  return site;
}

}  // namespace polreach::compiler
