// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "solver/queries/network_flows.h"
#include "solver/queries/site_reference.h"
#include "solver/suggest/group.h"

namespace polreach::solver::suggest {
namespace {

using compiler::Site;
using model::Direction;
using net::AddressSet;

bool is_guarded(const Site& site, const model::SecurityGroup& group) {
  return std::any_of(site.stands.begin(), site.stands.end(), [&](const compiler::Stand& stand) {
    return std::any_of(stand.guards.begin(), stand.guards.end(),
                       [&](const compiler::Guard& each) { return each.group == &group; });
  });
}

/// The nodes that may stand at a place, as places: AKS gives them ways that no other machine of the
/// subnet has.
void add_nodes(const model::Cloud& cloud, const Site& site, std::vector<Site>& all) {
  for (const compiler::Stand& stand : site.stands) {
    if (!stand.nodes) continue;
    const model::NodePool& pool = cloud[stand.nodes->cluster].pools[stand.nodes->pool];
    Site nodes = site;
    nodes.name = "node pool " + cloud[stand.nodes->cluster].name + "/" + pool.name;
    nodes.stands = {stand};
    nodes.nodes = stand.nodes;
    nodes.has_public_address = pool.node_public_ip;
    all.push_back(std::move(nodes));
  }
}

/// The places behind a group, cut down to `own`. Interfaces that a public address leads to are
/// places of their own, as the audit has them: packets get to them that get to no other address of
/// the subnet.
std::vector<Site> behind(compiler::Surroundings& around, model::GroupId id, const AddressSet& own) {
  const model::Cloud& cloud = around.cloud();
  std::vector<Site> all;
  AddressSet apart;
  for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
    for (Site& site : compiler::interface_sites(around, static_cast<model::InterfaceId>(i))) {
      if (!site.has_public_address || !is_guarded(site, cloud[id])) continue;
      if (!own.empty() && !own.contains(site.addresses)) continue;
      apart |= site.addresses;
      all.push_back(std::move(site));
    }
  }
  for (queries::NetworkPlace& place : queries::network_places(around)) {
    if (!is_guarded(place.site, cloud[id])) continue;
    place.site.addresses -= apart;
    if (!own.empty()) place.site.addresses &= own;
    if (place.site.addresses.empty()) continue;
    add_nodes(cloud, place.site, all);
    all.push_back(std::move(place.site));
  }
  return all;
}

/// Addresses as places: those of subnets there, of `near` before others that have the same ones.
std::vector<Site> places_at(compiler::Surroundings& around, const std::vector<Site>& near,
                            AddressSet addresses) {
  const model::Cloud& cloud = around.cloud();
  std::vector<Site> result;
  for (const bool is_near : {true, false}) {
    for (std::size_t i = 0; i < cloud.subnets.size() && !addresses.empty(); ++i) {
      const auto id = static_cast<model::SubnetId>(i);
      const bool here = std::any_of(near.begin(), near.end(), [&](const Site& each) {
        return each.network == cloud[id].network;
      });
      if (here != is_near) continue;
      for (Site& site : compiler::subnet_sites(around, id, addresses)) {
        result.push_back(std::move(site));
      }
      addresses -= compiler::addresses_of(cloud[id].space);
    }
  }
  if (!addresses.empty()) {
    result.push_back(compiler::outside_site("addresses outside", std::move(addresses)));
  }
  return result;
}

}  // namespace

source::Result<GroupAsked> asked_of(compiler::Surroundings& around, const audit::Opening& opening) {
  GroupAsked asked;
  asked.at = opening.group;
  std::vector<Site> own = behind(around, *opening.group, opening.own);
  if (own.empty()) {
    return source::failure("security group " + around.cloud()[*opening.group].name +
                           " guards no place of the network");
  }
  const AddressSet addresses = opening.addresses.empty() ? net::all_addresses() : opening.addresses;
  const auto internet = queries::resolve_site(around, "internet");
  const AddressSet outside = internet ? internet->sites.front().addresses : AddressSet();
  // A rule may be about IPv4 alone, as the whole of a place without addresses of IPv6 is.
  const bool is_internet = !outside.empty() && net::internet_addresses().contains(addresses) &&
                           addresses.contains(outside & net::all_addresses(net::Family::V4));
  std::vector<Site> others = is_internet ? internet->sites : places_at(around, own, addresses);
  const bool has_v6 = std::any_of(own.begin(), own.end(), [](const Site& each) {
    return !(each.addresses & net::all_addresses(net::Family::V6)).empty();
  });
  if (is_internet && has_v6) others.front().addresses &= addresses;
  const bool inbound = opening.direction == Direction::Ingress;
  asked.sources = std::move(others);
  asked.destinations = std::move(own);
  if (!inbound) std::swap(asked.sources, asked.destinations);
  (inbound ? asked.from_internet : asked.to_internet) = is_internet;
  for (const net::Protocol protocol : net::kProtocols) {
    if (opening.traffic[protocol].empty()) continue;
    asked.packets.ports.entries.push_back({protocol, opening.traffic[protocol]});
  }
  return asked;
}

}  // namespace polreach::solver::suggest
