// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/tags.h"

#include <algorithm>
#include <utility>

#include "policies/source/ascii.h"
#include "policies/source/nearest.h"

namespace polreach::compiler {
namespace {

using model::NetworkId;
using model::Unknown;
using net::AddressSet;

AddressSet set_of(std::initializer_list<std::string_view> prefixes) {
  AddressSet result;
  for (std::string_view each : prefixes) result |= net::addresses_of(*net::Prefix::parse(each));
  return result;
}

/// Lower case, without underscores: the classic deployment model wrote VIRTUAL_NETWORK.
std::string folded(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c != '_') result += source::lower(c);
  }
  return result;
}

AddressMatch certainly(AddressSet addresses) {
  AddressMatch match;
  match.certain = std::move(addresses);
  return match;
}

/// Clusters with nodes or pods in the network, whose pods have a range of their own.
AddressSet pod_ranges_in(const model::Cloud& cloud, NetworkId network) {
  AddressSet result;
  const auto is_here = [&](const std::optional<model::SubnetId>& id) {
    return id && cloud[*id].network == network;
  };
  for (const model::ManagedCluster& cluster : cloud.clusters) {
    const bool own_range =
        cluster.mode == model::NetworkMode::Overlay || cluster.mode == model::NetworkMode::Kubenet;
    const bool here = std::any_of(cluster.pools.begin(), cluster.pools.end(), [&](const auto& p) {
      return is_here(p.node_subnet) || is_here(p.pod_subnet);
    });
    if (!own_range || !here) continue;
    for (const net::Prefix& prefix : cluster.pod_ranges) result |= net::addresses_of(prefix);
  }
  return result;
}

/// "The virtual IP address of the host" is in VirtualNetwork wherever that is.
const AddressSet& host_address() {
  static const AddressSet kSet = set_of({"168.63.129.16/32"});
  return kSet;
}

}  // namespace

const AddressSet& platform_addresses() {
  static const AddressSet kSet = set_of({"168.63.129.16/32", "169.254.169.254/32"});
  return kSet;
}

bool is_platform_tag(std::string_view tag) {
  const std::string name = folded(tag);
  return name == "azureplatformdns" || name == "azureplatformimds" || name == "azureplatformlkm";
}

const AddressSet& private_addresses() {
  static const AddressSet kSet =
      set_of({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"});
  return kSet;
}

AddressSet addresses_of(const model::AddressSpace& space) {
  AddressSet result;
  for (const net::Prefix& prefix : space.prefixes) result |= net::addresses_of(prefix);
  return result;
}

void Tags::add_open(Space& space, model::UnknownId unknown, const AddressSet& addresses) {
  space.open.push_back({unknowns_->of_address(unknown), addresses});
}

void Tags::add_peerings(NetworkId network, Space& space) {
  for (const model::Peering& peering : (*cloud_)[network].peerings) {
    // "The default VirtualNetwork service tag encompasses the virtual network and the peered
    // virtual network when this setting is enabled" (of access between them).
    if (!peering.connected || !peering.access) continue;
    space.certain |= addresses_of(peering.remote);
    if (peering.remote.more) add_open(space, *peering.remote.more, net::all_addresses());
    if (peering.network) {
      const model::VirtualNetwork& peer = (*cloud_)[*peering.network];
      space.certain |= addresses_of(peer.space);
      if (peer.space.more) add_open(space, *peer.space.more, net::all_addresses());
    } else if (peering.remote.prefixes.empty() && !peering.remote.more) {
      const Unknown unknown = {
          Unknown::Scope::Address, "A-peering-space",
          "the address space of the peered network " + peering.remote_name + " is not known",
          "add the virtual network " + peering.remote_name, peering.where};
      add_open(space, unknowns_->add(unknown), net::all_addresses());
    }
  }
}

void Tags::add_routes(NetworkId network, Space& space) {
  for (const model::Subnet& subnet : cloud_->subnets) {
    if (subnet.network != network) continue;
    if (subnet.routes_open) add_open(space, *subnet.routes_open, net::all_addresses());
    if (!subnet.routes) continue;
    const model::RouteTable& table = (*cloud_)[*subnet.routes];
    if (table.missing) add_open(space, *table.missing, net::all_addresses());
    for (const model::Route& route : table.routes) {
      if (route.prefix) {
        space.routes |= net::addresses_of(*route.prefix);
      } else if (!route.open.empty()) {
        add_open(space, route.open.front(), net::all_addresses());
      } else {
        // A service tag as a prefix: its addresses, or what of them is not known.
        AddressMatch tag = published(route.tag);
        space.routes |= tag.certain;
        for (AddressMatch::Open& open : tag.open) space.open.push_back(std::move(open));
      }
    }
  }
}

Tags::Space Tags::space_of(NetworkId network) {
  const model::VirtualNetwork& own = (*cloud_)[network];
  Space result;
  result.certain = addresses_of(own.space) | host_address();
  for (const model::Subnet& subnet : cloud_->subnets) {
    if (subnet.network == network) result.certain |= addresses_of(subnet.space);
  }
  if (own.space.more) add_open(result, *own.space.more, net::all_addresses());
  add_peerings(network, result);
  bool gateway = own.has_gateway;
  for (const model::Peering& peering : own.peerings) {
    if (!peering.connected || !peering.access || !peering.network) continue;
    gateway = gateway || (*cloud_)[*peering.network].has_gateway;
  }
  if (gateway) {
    const Unknown unknown = {
        Unknown::Scope::Address, "A-gateway-routes",
        "which networks the gateway of " + own.name + " or of its peers connects is not known",
        "add az network nic list-effective-nsg of an interface in the network", own.where};
    add_open(result, unknowns_->add(unknown), private_addresses());
  }
  add_routes(network, result);
  result.pods = pod_ranges_in(*cloud_, network) - result.certain;
  result.routes -= result.certain;
  return result;
}

const Tags::Space& Tags::space(std::optional<NetworkId> network) {
  const auto known = spaces_.find(network);
  if (known != spaces_.end()) return known->second;
  if (network) return spaces_.emplace(network, space_of(*network)).first->second;
  const Unknown unknown = {Unknown::Scope::Address, "A-managed-network",
                           "the address space of the network that the group acts in is not known",
                           "add the virtual network; where AKS manages it, that of the node "
                           "resource group",
                           source::Span::none()};
  Space managed;
  managed.certain = host_address();
  add_open(managed, unknowns_->add(unknown), private_addresses());
  for (const model::ManagedCluster& cluster : cloud_->clusters) {
    const bool own_range =
        cluster.mode == model::NetworkMode::Overlay || cluster.mode == model::NetworkMode::Kubenet;
    if (!own_range) continue;
    for (const net::Prefix& prefix : cluster.pod_ranges) managed.pods |= net::addresses_of(prefix);
  }
  return spaces_.emplace(network, std::move(managed)).first->second;
}

bool Tags::is_virtual_network(std::string_view tag) { return folded(tag) == "virtualnetwork"; }

model::UnknownId Tags::routes_unknown() {
  return unknowns_->add(
      {Unknown::Scope::World, "A-VNET-TAG-UDR",
       "whether the tag VirtualNetwork holds the prefixes of user-defined routes is not certain",
       "add az network nic list-effective-nsg of an interface in the network",
       source::Span::none()});
}

bool Tags::routes_change_internet(std::optional<NetworkId> network) {
  return !(space(network).routes & net::internet_addresses()).empty();
}

AddressMatch Tags::virtual_network(const Space& space, const TagReading& reading) {
  AddressMatch match;
  match.certain = space.certain;
  match.open = space.open;
  if (!space.pods.empty() && reading.is_default_rule) {
    match.certain |= space.pods;
  } else if (!space.pods.empty()) {
    const auto id = unknowns_->add(
        {Unknown::Scope::World, "A-OVERLAY-TAG",
         "whether the tag VirtualNetwork holds the range of the pods is not documented",
         "write the range of the pods into the rules", source::Span::none()});
    match.open.push_back({id, space.pods});
  }
  if (space.routes.empty() || reading.routes == TagReading::Routes::Out) return match;
  if (reading.routes == TagReading::Routes::In) {
    match.certain |= space.routes;
  } else {
    match.open.push_back({routes_unknown(), space.routes});
  }
  return match;
}

AddressMatch Tags::internet(const Space& space, const TagReading& reading) {
  AddressMatch match;
  match.certain = net::internet_addresses() - space.certain - space.pods;
  if (reading.routes == TagReading::Routes::In) match.certain -= space.routes;
  // An address that may be in VirtualNetwork is in one of the two. The default rules let both
  // pass; for others it is a second fact, which may be too wide and never too narrow.
  if (reading.is_default_rule) return match;
  AddressSet perhaps;
  for (const AddressMatch::Open& open : space.open) {
    const AddressSet both = open.addresses & match.certain;
    if (both.empty()) continue;
    const model::UnknownId twin =
        unknowns_->another(open.unknown, ", so that its being in the tag Internet is not either");
    match.open.push_back({twin, both});
    perhaps |= both;
  }
  match.certain -= perhaps;
  return match;
}

AddressMatch Tags::published(const std::string& tag) {
  const model::ServiceTags& known = cloud_->service_tags;
  const auto found = known.tags.find(folded(tag));
  if (found != known.tags.end()) return certainly(found->second.addresses);
  std::string settle = "give --service-tags FILE";
  if (!known.change_number.empty() || !known.tags.empty()) {
    std::vector<std::string> names;
    for (const auto& each : known.tags) names.push_back(each.second.name);
    settle = "the name is not in " + (known.file.empty() ? "the service tags" : known.file) +
             source::did_you_mean(source::nearest(tag, names));
  }
  const auto id = unknowns_->add({Unknown::Scope::Address, "A-service-tag",
                                  "the addresses of the service tag " + tag + " are not known",
                                  settle, source::Span::none()});
  AddressMatch match;
  // Published tags hold public addresses only.
  match.open.push_back({id, net::internet_addresses()});
  return match;
}

AddressMatch Tags::meaning(const std::string& tag, std::optional<NetworkId> network,
                           const TagReading& reading) {
  const std::string name = folded(tag);
  if (name == "virtualnetwork") return virtual_network(space(network), reading);
  if (name == "internet") return internet(space(network), reading);
  if (name == "azureloadbalancer" || name == "azureplatformdns") {
    return certainly(host_address());
  }
  if (name == "azureplatformimds") return certainly(set_of({"169.254.169.254/32"}));
  // AzurePlatformLKM is in no published file: its addresses stay open.
  return published(tag);
}

}  // namespace polreach::compiler
