// SPDX-License-Identifier: Apache-2.0
// The places of a network, each with a name of its own.
#include <algorithm>
#include <functional>
#include <map>

#include "compiler/path/tags.h"
#include "solver/queries/network_flows.h"
#include "solver/queries/site_reference.h"

namespace polreach::solver::queries {
namespace {

using compiler::Site;
using model::Cloud;

/// "resource group shop", "subnet vnet/web": what tells places of one name apart.
std::string group_of(const Cloud& cloud, const Site& site) {
  std::string group;
  if (site.interface) {
    group = cloud[*site.interface].resource_group;
  } else if (site.nodes) {
    group = cloud[site.nodes->cluster].resource_group;
  } else if (site.subnet) {
    group = cloud[cloud[*site.subnet].network].resource_group;
  }
  return group.empty() ? "" : " of resource group " + group;
}

std::string subnet_of(const Cloud& cloud, const Site& site) {
  if (!site.interface || !site.subnet) return "";
  return " in " + compiler::name_of(cloud, *site.subnet);
}

void tell_apart(std::vector<NetworkPlace>& places,
                const std::function<std::string(const NetworkPlace&)>& suffix) {
  std::map<std::string, std::size_t> count;
  for (const NetworkPlace& place : places) ++count[place.name];
  for (NetworkPlace& place : places) {
    if (count.at(place.name) > 1) place.name += suffix(place);
  }
}

/// As compiler::subnet_sites tells interfaces from their subnets.
bool stands_apart(const model::Interface& interface) {
  return interface.group || interface.group_open || interface.admin ||
         interface.is_private_endpoint;
}

/// Sites of the interface that are not among those of its subnets: their addresses are not known,
/// or not of the subnet.
void add_apart(compiler::Surroundings& around, std::vector<Site>& sites) {
  const Cloud& cloud = around.cloud();
  for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
    if (!stands_apart(cloud.interfaces[i])) continue;
    for (Site& site : compiler::interface_sites(around, static_cast<model::InterfaceId>(i))) {
      net::AddressSet known;
      for (const Site& other : sites) {
        if (other.interface == site.interface && other.subnet == site.subnet) {
          known |= other.addresses;
        }
      }
      if (site.is_asked) site.addresses -= known;
      if (!site.addresses.empty()) sites.push_back(std::move(site));
    }
  }
}

}  // namespace

std::vector<NetworkPlace> as_places(const Cloud& cloud, std::vector<Site> sites) {
  std::vector<NetworkPlace> places;
  for (Site& site : sites) {
    const bool outside = site.kind == Site::Kind::Outside;
    if (outside && site.addresses != compiler::platform_addresses()) {
      const net::AddressSet rest = site.addresses - compiler::platform_addresses();
      if (!rest.empty()) site.addresses = rest;
    }
    places.push_back({site.name, std::move(site)});
  }
  tell_apart(places, [&](const NetworkPlace& place) { return group_of(cloud, place.site); });
  tell_apart(places, [&](const NetworkPlace& place) { return subnet_of(cloud, place.site); });
  std::map<std::string, std::size_t> number;
  tell_apart(places, [&](const NetworkPlace& place) {
    return " (" + std::to_string(++number[place.name]) + ")";
  });
  return places;
}

std::vector<NetworkPlace> network_places(compiler::Surroundings& around) {
  const Cloud& cloud = around.cloud();
  std::vector<Site> sites;
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    const auto id = static_cast<model::SubnetId>(i);
    for (Site& site : compiler::subnet_sites(around, id, net::all_addresses())) {
      sites.push_back(std::move(site));
    }
  }
  add_apart(around, sites);
  for (std::size_t c = 0; c < cloud.clusters.size(); ++c) {
    const auto& pools = cloud.clusters[c].pools;
    for (std::size_t p = 0; p < pools.size(); ++p) {
      if (pools[p].node_subnet) continue;
      sites.push_back(compiler::node_site(around, {static_cast<model::ManagedClusterId>(c), p}));
    }
  }
  sites.push_back(resolve_site(around, "internet")->sites.front());
  return as_places(cloud, std::move(sites));
}

std::vector<std::string> unplaced_interfaces(const Cloud& cloud) {
  std::vector<std::string> names;
  for (const model::Interface& each : cloud.interfaces) {
    const bool placed = std::any_of(each.addresses.begin(), each.addresses.end(),
                                    [](const auto& address) { return address.subnet; });
    if (!placed) names.push_back(each.is_scale_set ? each.machine : each.name);
  }
  return names;
}

}  // namespace polreach::solver::queries
