// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/route_list.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace polreach::compiler {
namespace {

using RouteHop = EffectiveRoute::Hop;
using model::Cloud;
using model::NetworkId;
using model::NextHop;

RouteHop hop_of(NextHop hop) {
  switch (hop) {
    case NextHop::VirtualNetwork:
      return RouteHop::Network;
    case NextHop::Gateway:
      return RouteHop::Gateway;
    case NextHop::Internet:
      return RouteHop::Internet;
    case NextHop::Appliance:
      return RouteHop::Appliance;
    case NextHop::None:
      break;
  }
  return RouteHop::Dropped;
}

bool is_connected_back(const Cloud& cloud, NetworkId from, NetworkId to) {
  const auto& peerings = cloud[from].peerings;
  return std::any_of(peerings.begin(), peerings.end(),
                     [&](const auto& each) { return each.connected && each.network == to; });
}

void add_peerings(const Cloud& cloud, NetworkId id, RouteList& list) {
  for (const model::Peering& peering : cloud[id].peerings) {
    if (!peering.connected) continue;
    const bool back = !peering.network || is_connected_back(cloud, *peering.network, id);
    std::vector<net::Prefix> prefixes = peering.remote.prefixes;
    if (peering.network) {
      const auto& own = cloud[*peering.network].space.prefixes;
      prefixes.insert(prefixes.end(), own.begin(), own.end());
      list.has_gateway = list.has_gateway || cloud[*peering.network].has_gateway;
      if (cloud[*peering.network].space.more) list.open = "the space of a peer is not known";
    }
    if (peering.remote.more || (prefixes.empty() && !peering.network)) {
      list.open = "the space of the peered network " + peering.remote_name + " is not known";
    }
    for (const net::Prefix& prefix : prefixes) {
      list.routes.push_back({prefix,
                             back ? RouteHop::Peering : RouteHop::HalfOpen,
                             false,
                             "peering " + peering.name,
                             {},
                             peering.where});
    }
  }
}

void add_table(const Cloud& cloud, const model::Subnet& subnet, RouteList& list) {
  if (subnet.routes_open) list.open = "the route table of subnet " + subnet.name + " is not known";
  if (!subnet.routes) return;
  const model::RouteTable& table = cloud[*subnet.routes];
  if (table.missing) list.open = "route table " + table.name + " is not in the input";
  for (const model::Route& route : table.routes) {
    if (!route.prefix || !route.open.empty()) {
      list.open = "route " + route.name + " of table " + table.name + " could not be evaluated";
      continue;
    }
    list.routes.push_back({*route.prefix, hop_of(route.hop), true,
                           "route " + route.name + " of table " + table.name, route.appliance,
                           route.where});
  }
}

/// The platform's own: what is private and not connected is dropped, the rest is the internet.
void add_platform_routes(RouteList& list) {
  static constexpr std::array<std::string_view, 5> kPrivate = {
      "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"};
  const auto add = [&](std::string_view prefix, RouteHop hop, const char* name) {
    list.routes.push_back(
        {*net::Prefix::parse(prefix), hop, false, name, {}, source::Span::none()});
  };
  for (std::string_view each : kPrivate) add(each, RouteHop::Unrouted, "the platform's routes");
  add("0.0.0.0/0", RouteHop::Internet, "the platform's default route");
  add("::/0", RouteHop::Internet, "the platform's default route");
}

}  // namespace

bool RouteList::has_users_default() const {
  return std::any_of(routes.begin(), routes.end(),
                     [](const auto& each) { return each.is_users && each.prefix.length == 0; });
}

RouteList routes_of(const Cloud& cloud, model::SubnetId id) {
  const model::Subnet& subnet = cloud[id];
  const model::VirtualNetwork& network = cloud[subnet.network];
  RouteList list;
  list.has_gateway = network.has_gateway;
  if (network.space.more) list.open = "the space of network " + network.name + " is not known";
  std::vector<net::Prefix> own = network.space.prefixes;
  for (const model::Subnet& each : cloud.subnets) {
    if (each.network == subnet.network && own.empty()) own = each.space.prefixes;
  }
  for (const net::Prefix& prefix : own) {
    list.routes.push_back(
        {prefix, RouteHop::Network, false, "network " + network.name, {}, network.where});
  }
  add_peerings(cloud, subnet.network, list);
  add_table(cloud, subnet, list);
  add_platform_routes(list);
  std::stable_sort(list.routes.begin(), list.routes.end(), [](const auto& a, const auto& b) {
    if (a.prefix.length != b.prefix.length) return a.prefix.length > b.prefix.length;
    return a.is_users && !b.is_users;
  });
  return list;
}

}  // namespace polreach::compiler
