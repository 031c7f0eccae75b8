// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/networks.h"

#include <algorithm>
#include <utility>

#include "policies/azure/link/addresses.h"

namespace polreach::azure {

using model::Peering;
using model::PrivateEndpointPolicies;
using model::Subnet;
using model::Unknown;
using model::VirtualNetwork;
using Type = Node::Type;

namespace {

constexpr auto kAddress = Unknown::Scope::Address;

/// Addresses that nobody wrote down: a pool gives them, or the definition is not in the input.
void close_space(Work& work, const Item& item, model::AddressSpace& space) {
  if (space.prefixes.empty() && !space.more) {
    space.more = work.absent_addresses(item.id, item.where);
  }
}

Peering open_peering(const Node& list, model::UnknownId more) {
  Peering peering;
  peering.name = "(not known)";
  peering.remote.more = more;
  peering.where = list.where;
  return peering;
}

std::string shown_name(const ResourceId& id) {
  return id.group.empty() ? id.name() : id.group + "/" + id.name();
}

Peering read_peering(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  Peering peering;
  peering.name = item.shown();
  peering.where = item.where;
  const Field remote = field(report, item, "remoteVirtualNetwork");
  const Reference network = reference_of(report, remote.node, {type::kNetwork});
  if (network.id) {
    peering.network = work.network(*network.id);
    peering.remote_name = shown_name(*network.id);
  }
  for (const char* name : {"remoteVirtualNetworkAddressSpace", "remoteAddressSpace"}) {
    const Field space = field(report, item, name);
    if (!space || !peering.remote.prefixes.empty() || peering.remote.more) continue;
    add_prefixes(report, open_property(space.node, "addressPrefixes"), name, peering.remote);
  }
  if (!peering.network && peering.remote.prefixes.empty() && !peering.remote.more) {
    if (remote && remote.node->is(Type::Unknown)) {
      peering.remote.more = report.unknown(*remote.node, kAddress, "remoteVirtualNetwork");
    } else {
      peering.remote.more = report.absent(
          "the addresses of the network behind the peering " + item.shown() + " are not known",
          network.id ? how_to_add(*network.id) : "add the virtual network to the input", item.where,
          kAddress);
    }
  }
  const Field state = field(report, item, "peeringState");
  const auto text = text_of(report, state.node, "peeringState");
  peering.connected = !text || same_name(*text, "connected");
  const Field access = field(report, item, "allowVirtualNetworkAccess");
  const Flag flag = flag_of(report, access.node, "allowVirtualNetworkAccess", true);
  peering.access = flag.value;
  std::vector<model::UnknownId> open = conditions(report, item);
  if (flag.open) open.push_back(*flag.open);
  if (item.contradicted) open.push_back(report.unreadable(describe(item.id), item.where));
  if (!open.empty()) {
    // Whether its addresses are reached at all: any address may be, or not.
    Unknown of_addresses = report.known(report.all(open));
    of_addresses.scope = kAddress;
    peering.network.reset();
    peering.remote.prefixes.clear();
    peering.remote.more = report.unknown(std::move(of_addresses));
  }
  return peering;
}

void fill_network(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  VirtualNetwork network = work.cloud.networks[work.position(item)];
  const Field space = field(report, item, "addressSpace");
  if (space) {
    add_prefixes(report, open_property(space.node, "addressPrefixes"), "addressSpace",
                 network.space);
  }
  close_space(work, item, network.space);
  if (item.contradicted) {
    const auto more = report.unreadable(describe(item.id), item.where, kAddress);
    network.space.more = more;
    network.peerings.push_back(open_peering(*item.parts.front().body, more));
  }
  for (const Item* peering : work.inventory.children(item, type::kPeering)) {
    network.peerings.push_back(read_peering(work, *peering));
  }
  report.about(describe(item.id));
  for (std::string_view type : {type::kPeering, type::kSubnet}) {
    const Node* list = Inventory::open_list(item, type);
    if (list == nullptr) continue;
    const auto more =
        report.unknown(*list, kAddress, type == type::kPeering ? "the peerings" : "the gateway");
    network.peerings.push_back(open_peering(*list, more));
  }
  if (item.missing) {
    Peering& peering = network.peerings.emplace_back();
    peering.name = "(not known)";
    peering.where = item.where;
    peering.remote.more = report.absent(
        "the networks that " + describe(item.id) + " is connected with are not in the input",
        how_to_add(item.id), item.where, kAddress);
  }
  for (const Item* subnet : work.inventory.children(item, type::kSubnet)) {
    if (same_name(subnet->name(), "GatewaySubnet")) network.has_gateway = true;
  }
  work.cloud.networks[work.position(item)] = std::move(network);
}

/// The only condition of an association that is a resource of its own.
std::optional<model::UnknownId> condition_of(Report& report, const Field& field) {
  if (!field.part->is_patch()) return std::nullopt;
  const auto open = conditions(report, *field.part);
  if (open.empty()) return std::nullopt;
  return report.all(open);
}

void read_group(Work& work, const Item& item, Subnet& subnet) {
  const Field written = field(work.report, item, "networkSecurityGroup");
  if (!written) return;
  const Reference group = reference_of(work.report, written.node, {type::kGroup});
  subnet.group_where = group.where;
  if (group.id) {
    work.attach(subnet, work.group(*group.id, group.where), group.where,
                condition_of(work.report, written));
  } else if (group.open) {
    subnet.group_open = group.open;
  }
}

void read_routes(Work& work, const Item& item, Subnet& subnet) {
  const Field written = field(work.report, item, "routeTable");
  if (written) {
    const Reference table = reference_of(work.report, written.node, {type::kRouteTable});
    if (table.id) {
      subnet.routes = work.route_table(*table.id, table.where);
      subnet.routes_open = condition_of(work.report, written);
    } else if (table.open) {
      subnet.routes_open = table.open;
    }
  }
  const Field nat = field(work.report, item, "natGateway");
  if (!nat) return;
  const Reference gateway = reference_of(work.report, nat.node, {type::kNatGateway});
  subnet.nat_gateway = gateway.id.has_value();
  if (gateway.open) subnet.routes_open = gateway.open;
}

void read_endpoint_policies(Work& work, const Item& item, Subnet& subnet) {
  Report& report = work.report;
  const Field written = field(report, item, "privateEndpointNetworkPolicies");
  if (!written) return;
  const auto text = text_of(report, written.node, "privateEndpointNetworkPolicies");
  if (written.node->is(Type::Unknown)) {
    subnet.private_endpoints = PrivateEndpointPolicies::Enabled;
    const auto open = report.world(*written.node, "privateEndpointNetworkPolicies");
    if (!subnet.group_open) subnet.group_open = open;
    if (!subnet.routes_open) subnet.routes_open = open;
  } else if (text && same_name(*text, "enabled")) {
    subnet.private_endpoints = PrivateEndpointPolicies::Enabled;
  } else if (text && same_name(*text, "networksecuritygroupenabled")) {
    subnet.private_endpoints = PrivateEndpointPolicies::SecurityGroups;
  } else if (text && same_name(*text, "routetableenabled")) {
    subnet.private_endpoints = PrivateEndpointPolicies::Routes;
  } else if (!text || !same_name(*text, "disabled")) {
    const auto open = report.unreadable("privateEndpointNetworkPolicies of " + describe(item.id),
                                        written.node->where);
    subnet.private_endpoints = PrivateEndpointPolicies::Enabled;
    if (!subnet.group_open) subnet.group_open = open;
    if (!subnet.routes_open) subnet.routes_open = open;
    report.error("bad-azure-field", written.node->where,
                 "\"" + text.value_or("") + "\" is no value of privateEndpointNetworkPolicies",
                 "write Disabled, Enabled, NetworkSecurityGroupEnabled or RouteTableEnabled");
  }
}

void read_services(Work& work, const Item& item, Subnet& subnet) {
  const auto texts = [&](const char* list, const char* name, std::vector<std::string>& to) {
    const Field written = field(work.report, item, list);
    for (const Node* entry : entries_of(work.report, written.node, list)) {
      if (const auto text = text_of(work.report, open_property(entry, name), name)) {
        to.push_back(*text);
      }
    }
  };
  texts("delegations", "serviceName", subnet.delegations);
  texts("serviceEndpoints", "service", subnet.service_endpoints);
}

void fill_subnet(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  // A copy: what it refers to may add subnets.
  Subnet subnet = work.cloud.subnets[work.position(item)];
  add_prefixes(report, field(report, item, "addressPrefix").node, "addressPrefix", subnet.space);
  const Node* plural = field(report, item, "addressPrefixes").node;
  model::AddressSpace more;
  add_prefixes(report, plural, "addressPrefixes", more);
  for (const net::Prefix& prefix : more.prefixes) {
    const auto& known = subnet.space.prefixes;
    if (std::find(known.begin(), known.end(), prefix) == known.end()) {
      subnet.space.prefixes.push_back(prefix);
    }
  }
  if (more.more) subnet.space.more = more.more;
  close_space(work, item, subnet.space);
  if (item.missing) {
    subnet.group_open =
        report.absent(describe(item.id) + " is not in the input", how_to_add(item.id), item.where);
    subnet.routes_open = subnet.group_open;
  }
  read_group(work, item, subnet);
  if (item.contradicted) {
    subnet.group.reset();
    subnet.group_open = report.unreadable(describe(item.id), item.where);
    subnet.space.more = report.unreadable(describe(item.id), item.where, kAddress);
  }
  report.about(describe(item.id));
  read_routes(work, item, subnet);
  read_endpoint_policies(work, item, subnet);
  read_services(work, item, subnet);
  if (item.contradicted) subnet.routes_open = report.unreadable(describe(item.id), item.where);
  const Field outbound = field(report, item, "defaultOutboundAccess");
  if (outbound && !outbound.node->is(Type::Unknown)) {
    subnet.default_outbound = flag_of(report, outbound.node, "defaultOutboundAccess", true).value;
  }
  work.cloud.subnets[work.position(item)] = std::move(subnet);
}

void attach_gateways(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kNatGateway)) {
    const Item& item = work.inventory[index];
    for (const Part& part : item.parts) {
      work.report.about(describe(item.id));
      for (const Node* entry :
           entries_of(work.report, open_property(part.body, "subnets"), "subnets")) {
        const Reference subnet = reference_of(work.report, entry, {type::kSubnet});
        if (!subnet.id) continue;
        const auto to = static_cast<std::size_t>(work.subnet(*subnet.id, subnet.where));
        work.cloud.subnets[to].nat_gateway = true;
      }
    }
  }
}

}  // namespace

void fill_networks(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kNetwork)) {
    fill_network(work, work.inventory[index]);
  }
  for (std::size_t index : work.inventory.of_type(type::kSubnet)) {
    fill_subnet(work, work.inventory[index]);
  }
  attach_gateways(work);
}

}  // namespace polreach::azure
