// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/routed.h"

#include <algorithm>
#include <utility>

#include "compiler/path/firewall.h"
#include "compiler/path/route_list.h"

namespace polreach::compiler {
namespace {

using Answer = Routed::Answer;
using RouteHop = EffectiveRoute::Hop;
using model::Cloud;
using net::AddressSet;

Routed yes(std::string reason, model::Span where = source::Span::none()) {
  return {Answer::Yes, std::move(reason), where};
}
Routed no(std::string reason, model::Span where = source::Span::none()) {
  return {Answer::No, std::move(reason), where};
}
Routed unknown(std::string reason, model::Span where = source::Span::none()) {
  return {Answer::Unknown, std::move(reason), where};
}

/// Who sends from a subnet.
struct Sender {
  model::SubnetId subnet{};
  AddressSet addresses;
  bool has_public_address = false;
  const model::ManagedCluster* cluster = nullptr;  // of nodes and pods
};

/// AKS's outbound types (AKS documentation, "Outbound network and FQDN rules"); nothing where the
/// type sets nothing up.
std::optional<Routed> by_outbound_type(const model::ManagedCluster& cluster) {
  if (cluster.outbound_open) {
    return unknown("the outbound type of cluster " + cluster.name + " could not be evaluated",
                   cluster.where);
  }
  switch (cluster.outbound) {
    case model::Outbound::LoadBalancer:
      return yes("the load balancer of cluster " + cluster.name, cluster.where);
    case model::Outbound::ManagedNatGateway:
    case model::Outbound::UserNatGateway:
      return yes("the NAT gateway of cluster " + cluster.name, cluster.where);
    case model::Outbound::Block:
      return no("outbound type block: nothing of cluster " + cluster.name +
                    " reaches the public internet",
                cluster.where);
    case model::Outbound::UserRouting:
    case model::Outbound::None:
      break;
  }
  return std::nullopt;
}

/// How a subnet's packets leave for the public internet.
Routed to_internet(const Cloud& cloud, const Sender& sender) {
  const model::Subnet& subnet = cloud[sender.subnet];
  if (sender.has_public_address) return yes("it has a public address");
  if (subnet.nat_gateway) return yes("the NAT gateway of subnet " + subnet.name, subnet.where);
  if (sender.cluster != nullptr) {
    if (auto routed = by_outbound_type(*sender.cluster)) return *routed;
  }
  if (!subnet.default_outbound) {
    return unknown(
        "whether subnet " + subnet.name + " has default outbound access depends on its age",
        subnet.where);
  }
  return *subnet.default_outbound
             ? yes("default outbound access of subnet " + subnet.name, subnet.where)
             : no("subnet " + subnet.name + " is private, and nothing else leads to the internet",
                  subnet.where);
}

Routed along(Surroundings& around, const Sender& sender, const RouteList& list,
             const EffectiveRoute& route, const AddressSet& piece) {
  switch (route.hop) {
    case RouteHop::Network:
    case RouteHop::Peering:
      return yes(route.name, route.where);
    case RouteHop::HalfOpen:
      return unknown(route.name + " is not connected from the other side", route.where);
    case RouteHop::Gateway:
      return unknown(route.name + " leads to a gateway, and what it connects is not known",
                     route.where);
    case RouteHop::Dropped:
      return no(route.name + " drops it", route.where);
    case RouteHop::Unrouted:
      if (list.has_gateway) return unknown("what the gateway connects is not known");
      // Whether these routes stay beside a default route by the user is not documented.
      if (list.has_users_default()) {
        return unknown("the user's default route may lead to " + net::to_string(piece));
      }
      return no("no route leads to " + net::to_string(piece));
    case RouteHop::Appliance:
      return through_appliance(around, route, sender.addresses, piece);
    case RouteHop::Internet:
      break;
  }
  const AddressSet lost = piece - net::internet_addresses();
  if (lost == piece) return no("no route leads to " + net::to_string(piece));
  return to_internet(around.cloud(), sender);
}

/// From a subnet to addresses, part by part.
Routed from_subnet(Surroundings& around, const Sender& sender, const AddressSet& destination) {
  const RouteList list = routes_of(around.cloud(), sender.subnet);
  if (list.open) return unknown(*list.open);
  std::optional<Routed> result;
  AddressSet rest = destination - platform_addresses();
  for (const EffectiveRoute& route : list.routes) {
    const AddressSet piece = rest & net::addresses_of(route.prefix);
    if (piece.empty()) continue;
    rest -= piece;
    // Of a default route only what can be met out there counts, where there is any of it.
    const AddressSet met = piece & net::internet_addresses();
    const bool to_all = route.prefix.length == 0 && !met.empty();
    const Routed part = along(around, sender, list, route, to_all ? met : piece);
    result = result ? both(*result, part) : part;
  }
  return result.value_or(yes("platform addresses are reached from everywhere"));
}

/// Two ends in networks of the input, where a route within one network cannot lead to the other.
bool is_elsewhere(const Cloud& cloud, const Site& source, const Site& destination) {
  if (!source.network || !destination.network || *source.network == *destination.network) {
    return false;
  }
  AddressSet own;
  for (const net::Prefix& each : cloud[*source.network].space.prefixes) {
    own |= net::addresses_of(each);
  }
  return !(own & destination.addresses).empty();
}

bool is_private_endpoint(const Cloud& cloud, const Site& site) {
  return site.interface && cloud[*site.interface].is_private_endpoint;
}

/// A private endpoint has a route of its own in every connected subnet, which beats a user's
/// default route.
Routed to_private_endpoint(const Cloud& cloud, const Site& source, const Site& destination) {
  const auto& peerings = cloud[*source.network].peerings;
  const bool near = source.network == destination.network;
  const bool peered = std::any_of(peerings.begin(), peerings.end(), [&](const auto& each) {
    return each.connected && each.network == destination.network;
  });
  return near || peered ? yes("the route of the private endpoint")
                        : no("its network is not connected to that of the private endpoint");
}

/// "Standard load balancer and standard public IP addresses [...] are closed to inbound
/// connections, unless network security groups (NSGs) open them" (Azure documentation, "What is
/// Azure Load Balancer?"; other kinds are retired). Of a subnet nobody knows the interfaces that
/// the input does not hold, and their groups.
bool is_closed_to_internet(const Site& destination) {
  return destination.kind == Site::Kind::Interface &&
         std::none_of(destination.stands.begin(), destination.stands.end(), [](const Stand& stand) {
           return std::any_of(stand.guards.begin(), stand.guards.end(),
                              [](const Guard& guard) { return guard.acts(); });
         });
}

/// From outside of all subnets.
Routed from_outside(Surroundings& around, const AddressSet& source, const Site& destination) {
  std::optional<Routed> result;
  const auto add = [&](const Routed& part) { result = result ? both(*result, part) : part; };
  const AddressSet on_internet = source & net::internet_addresses();
  if (!on_internet.empty() && is_closed_to_internet(destination)) {
    add(no("public addresses are closed where no security group opens them, and " +
           destination.name + " has none"));
  } else if (!on_internet.empty()) {
    add(destination.has_public_address
            ? yes("a public address leads to " + destination.name)
            : unknown("no public address of " + destination.name +
                      " is in the input; load balancers in front of it are not known"));
  }
  const AddressSet near = source - net::internet_addresses();
  if (!near.empty() && destination.subnet) {
    const Sender sender = {*destination.subnet, destination.addresses, false, nullptr};
    add(from_subnet(around, sender, near));
  } else if (!near.empty()) {
    add(unknown("what " + destination.name + " is connected to is not known"));
  }
  return result.value_or(unknown("no address was asked about"));
}

}  // namespace

Routed both(const Routed& a, const Routed& b) {
  if (a.answer == b.answer) return a;
  if (a.answer == Answer::Unknown) return a;
  if (b.answer == Answer::Unknown) return b;
  const Routed& closed = a.answer == Answer::No ? a : b;
  return unknown("not all of it: " + closed.reason, closed.where);
}

Routed routed_between(Surroundings& around, const Site& source, const Site& destination) {
  const Cloud& cloud = around.cloud();
  if (!source.subnet) {
    if (source.kind == Site::Kind::Nodes) {
      const model::ManagedCluster& cluster = cloud[source.nodes->cluster];
      const bool is_public = net::internet_addresses().contains(destination.addresses);
      if (auto routed = by_outbound_type(cluster); is_public && routed) return *routed;
      return unknown("AKS manages the network of " + source.name);
    }
    if (destination.kind == Site::Kind::Outside) {
      return unknown("both ends are in no subnet of the input");
    }
    return from_outside(around, source.addresses, destination);
  }
  if (is_private_endpoint(cloud, destination)) {
    return to_private_endpoint(cloud, source, destination);
  }
  if (is_elsewhere(cloud, source, destination)) {
    return no("the addresses of " + destination.name + " are those of " + source.name +
              "'s own network");
  }
  const Sender sender = {*source.subnet, source.addresses, source.has_public_address,
                         source.nodes ? &cloud[source.nodes->cluster] : nullptr};
  const Routed result = from_subnet(around, sender, destination.addresses);
  const bool perhaps_public =
      source.nodes && cloud[source.nodes->cluster].pools[source.nodes->pool].public_ip_open;
  if (!perhaps_public || result.answer != Answer::No) return result;
  // A public address of its own would lead out where nothing else does.
  return unknown("whether " + source.name + " has public addresses could not be evaluated",
                 result.where);
}

Routed routed_from_nodes(Surroundings& around, const std::vector<PodStand>& pods,
                         const AddressSet& addresses, const Site& destination) {
  std::optional<Routed> result;
  for (const PodStand& pod : pods) {
    Site site = node_site(around, pod.nodes);
    const model::ManagedCluster& cluster = around.cloud()[pod.nodes.cluster];
    const auto& own = cluster.pools[pod.nodes.pool].pod_subnet;
    if (cluster.mode == model::NetworkMode::PodSubnet && own) {
      site.subnet = own;
      site.addresses = pod.addresses;
    }
    Site part = destination;
    part.addresses = addresses;
    const Routed each = routed_between(around, site, part);
    result = result ? both(*result, each) : each;
  }
  return result.value_or(unknown("the nodes are not known"));
}

Routed routed_to_pods(Surroundings& around, const Site& source, const std::vector<PodStand>& pods,
                      bool host_network) {
  std::optional<Routed> result;
  for (const PodStand& pod : pods) {
    Site site = node_site(around, pod.nodes);
    const model::ManagedCluster& cluster = around.cloud()[pod.nodes.cluster];
    const auto& own = cluster.pools[pod.nodes.pool].pod_subnet;
    if (cluster.mode == model::NetworkMode::PodSubnet && own && !host_network) site.subnet = own;
    site.addresses = pod.addresses;
    if (!host_network) site.has_public_address = false;
    const Routed each = routed_between(around, source, site);
    result = result ? both(*result, each) : each;
  }
  return result.value_or(unknown("the nodes are not known"));
}

}  // namespace polreach::compiler
