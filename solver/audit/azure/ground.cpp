// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/azure/ground.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "compiler/path/network_paths.h"
#include "compiler/path/route_list.h"
#include "solver/check/path.h"
#include "solver/queries/site_reference.h"

namespace polreach::solver::audit::azure {

using compiler::Guard;
using compiler::Site;
using model::Cloud;
using model::Direction;
using sets::Diagram;
using sets::Diagrams;

namespace {

/// Kinds of packets at one place that are looked at: more only inputs have that are made to cost
/// time.
constexpr std::size_t kMostBoxes = 1024;

bool stands_apart(const model::Interface& interface) {
  return interface.group || interface.group_open || interface.admin ||
         interface.is_private_endpoint;
}

/// The packets whose ends can be machines, where there are any: Azure keeps the first four
/// addresses of a subnet and the last one to itself.
Diagram with_machines(const Cloud& cloud, Diagrams& diagrams, const Site& site, sets::Variable end,
                      Diagram region) {
  if (!site.subnet) return region;
  net::AddressSet machines = site.addresses;
  for (const net::Prefix& each : cloud[*site.subnet].space.prefixes) {
    if (each.address.family != net::Family::V4) continue;
    const net::Address fourth = {net::Family::V4, each.first().bits + 3};
    machines = machines - net::AddressSet(each.first(), fourth);
  }
  const Diagram chosen = diagrams.both(region, diagrams.addresses(end, machines));
  return chosen == sets::kFalse ? region : chosen;
}

/// The places of a subnet that are no interfaces: its nodes, or what else it has.
void add_subnet(const Cloud& cloud, const Site& site, std::vector<Place>& places) {
  bool has_nodes = false;
  for (const compiler::Stand& stand : site.stands) {
    if (!stand.nodes) continue;
    const model::ManagedCluster& cluster = cloud[stand.nodes->cluster];
    Place place = {"node pool " + cluster.name + "/" + cluster.pools[stand.nodes->pool].name, site};
    place.site.name = place.name;
    place.site.stands = {stand};
    place.site.nodes = stand.nodes;
    place.site.has_public_address = cluster.pools[stand.nodes->pool].node_public_ip;
    places.push_back(std::move(place));
    has_nodes = true;
  }
  if (has_nodes) return;
  Place place = {site.name, site};
  place.site.stands.resize(1);
  places.push_back(std::move(place));
}

std::vector<Place> places_of(compiler::Surroundings& around) {
  const Cloud& cloud = around.cloud();
  std::vector<Place> places;
  std::vector<std::pair<model::InterfaceId, std::optional<model::SubnetId>>> seen;
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    const auto id = static_cast<model::SubnetId>(i);
    for (const Site& site : compiler::subnet_sites(around, id, net::all_addresses())) {
      if (!site.interface) {
        add_subnet(cloud, site, places);
        continue;
      }
      seen.emplace_back(*site.interface, site.subnet);
      places.push_back({site.name, site});
    }
  }
  for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
    const auto id = static_cast<model::InterfaceId>(i);
    for (const Site& site : compiler::interface_sites(around, id)) {
      const bool is_one = stands_apart(cloud[id]) || site.has_public_address;
      const std::pair key{id, site.subnet};
      if (!is_one || std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
      places.push_back({site.name, site});
    }
  }
  for (std::size_t c = 0; c < cloud.clusters.size(); ++c) {
    for (std::size_t p = 0; p < cloud.clusters[c].pools.size(); ++p) {
      if (cloud.clusters[c].pools[p].node_subnet) continue;
      const Site site = compiler::node_site(around, {static_cast<model::ManagedClusterId>(c), p});
      places.push_back({site.name, site});
    }
  }
  return places;
}

}  // namespace

Ground::Ground(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit)
    : scene_(scene), wanted_(wanted), audit_(audit), flows_(*scene.around()) {
  places_ = places_of(around());
  internet_ = queries::resolve_site(around(), "internet")->sites.front();
}

Finding Ground::finding(Id id, std::string subject, std::string key, source::Span where) {
  Finding result;
  result.check = &check(id);
  result.severity = result.check->severity;
  result.subject = std::move(subject);
  result.key = std::move(key);
  result.where = where;
  result.message = result.check->title;
  return result;
}

void Ground::add(Finding finding) {
  sort_out(finding.also);
  // Ids are views into what can still grow.
  static std::set<std::string, std::less<>> ids;
  for (queries::NamedAssumption& each : finding.rests_on) {
    each.id = *ids.emplace(each.id).first;
  }
  audit_.findings.push_back(std::move(finding));
}

void Ground::unchecked(Id id, std::string why) {
  auto& all = audit_.unchecked;
  const bool known = std::any_of(all.begin(), all.end(), [&](const Unchecked& each) {
    return each.check == &check(id) && each.why == why;
  });
  if (!known) all.push_back({&check(id), std::move(why)});
}

std::vector<Decider> Ground::deciders(const Guard& guard, Direction direction, Diagram region) {
  Diagrams& diagrams = flows_.space().diagrams();
  const sets::Variable other =
      direction == Direction::Ingress ? sets::Variable::source() : sets::Variable::destination();
  std::vector<Decider> result;
  for (const bool is_admin : {true, false}) {
    const model::SecurityGroup* group = is_admin ? guard.admin : guard.group;
    if (group == nullptr || group->missing) continue;
    compiler::Filters& filters = around().filters();
    const compiler::Filter& filter = is_admin ? filters.of_admin(*group, direction, guard.network)
                                              : filters.of(*group, direction, guard.network);
    const auto decides =
        flows_.space().decisions(filter, compiler::packet_header()).decides(region);
    std::vector<const model::SecurityRule*> order;
    std::map<const model::SecurityRule*, Diagram> parts;
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      const auto access = filter.rules[i].access;
      const bool ends =
          access == model::Access::AlwaysAllow || (!is_admin && access == model::Access::Allow);
      if (!ends || filter.rules[i].access_open || decides[i] == sets::kFalse) continue;
      const auto [at, is_new] = parts.emplace(filter.rules[i].rule, decides[i]);
      if (is_new) order.push_back(filter.rules[i].rule);
      at->second = diagrams.either(at->second, decides[i]);
    }
    for (const model::SecurityRule* rule : order) {
      const Diagram certain = diagrams.forall_facts(parts.at(rule));
      if (certain == sets::kFalse) continue;
      result.push_back({group, rule, certain, diagrams.values(certain, other)});
      if (is_admin) region = diagrams.minus(region, certain);
    }
  }
  return result;
}

Example Ground::example(const Site& source, const Site& destination, Diagram region) {
  Diagrams& diagrams = flows_.space().diagrams();
  region = with_machines(cloud(), diagrams, source, sets::Variable::source(), region);
  region = with_machines(cloud(), diagrams, destination, sets::Variable::destination(), region);
  const sets::FlowPoint point = sets::pick(diagrams, region);
  const compiler::Connection connection = network_connection(around(), source, destination);
  check::PathWitness witness;
  witness.flow = point.flow;
  for (std::size_t i = 0; i < connection.ways.size(); ++i) {
    witness.way = i;
    const compiler::Path& way = connection.ways[i];
    const auto lowest = [&](const net::AddressSet& set) {
      const net::AddressSet own =
          set & net::all_addresses(way.source_is_asked ? witness.flow.source.family
                                                       : witness.flow.destination.family);
      return (own.empty() ? set : own).intervals().front().first;
    };
    if (!way.source_is_asked) witness.flow.source = lowest(way.source);
    if (!way.destination_is_asked) witness.flow.destination = lowest(way.destination);
    if (!check::is_of(way, witness) ||
        !check::passes(nullptr, around().unknowns().all(), way, witness)) {
      throw source::InternalError("the single-packet evaluator stops the packet of a finding");
    }
  }
  return {source.name + " (" + witness.flow.source.to_string() + ")",
          destination.name + " (" + witness.flow.destination.to_string() + ")",
          net::to_string(witness.flow),
          {}};
}

// Names
// ------------------------------------------------------------------------------------------

std::string qualified(const std::string& resource_group, const std::string& name) {
  return resource_group.empty() ? name : resource_group + "/" + name;
}
std::string subject_of(const model::SecurityGroup& group) {
  return "NSG " + qualified(group.resource_group, group.name);
}
std::string subject_of(const model::VirtualNetwork& network) {
  return "virtual network " + qualified(network.resource_group, network.name);
}
std::string subject_of(const model::ManagedCluster& cluster) {
  return "AKS cluster " + qualified(cluster.resource_group, cluster.name);
}

std::optional<model::GroupId> id_of(const Cloud& cloud, const model::SecurityGroup* group) {
  for (std::size_t i = 0; i < cloud.groups.size(); ++i) {
    if (&cloud.groups[i] == group) return static_cast<model::GroupId>(i);
  }
  return std::nullopt;
}

std::string name_of(const model::SecurityGroup& group, const model::SecurityRule& rule) {
  const std::string priority = rule.priority_open ? "" : std::to_string(rule.priority) + " ";
  return "rule " + priority + rule.name + " of " + subject_of(group);
}

source::Span place_of(const model::SecurityGroup& group, const model::SecurityRule& rule) {
  return rule.where.exists() ? rule.where : group.where;
}

// Sets
// --------------------------------------------------------------------------------------------

bool is_broad(const net::AddressSet& addresses) {
  constexpr net::Uint128 kOfV4 = net::Uint128{1} << 28U;
  constexpr net::Uint128 kOfV6 = net::Uint128{1} << 121U;  // of 2000::/3
  net::Uint128 v4 = 0;
  net::Uint128 v6 = 0;
  for (net::Family family : {net::Family::V4, net::Family::V6}) {
    const net::AddressSet own = addresses & net::internet_addresses() & net::all_addresses(family);
    net::Uint128& count = family == net::Family::V4 ? v4 : v6;
    for (const auto& each : own.intervals()) count += each.last.bits - each.first.bits + 1;
  }
  return v4 >= kOfV4 || v6 >= kOfV6;
}

std::uint32_t count_of(const net::PortSet& ports) {
  std::uint32_t count = 0;
  for (const auto& each : ports.intervals()) count += 1U + each.last - each.first;
  return count;
}

namespace {

net::PortSet broad_ports_of(const std::vector<sets::FlowBox>& boxes, net::IpProtocol protocol,
                            net::AddressSet sets::FlowBox::*other) {
  // Between two neighbouring cuts all ports are alike.
  std::vector<std::uint32_t> cuts;
  std::vector<const sets::FlowBox*> own;
  for (const sets::FlowBox& box : boxes) {
    if (!box.protocols.contains(protocol)) continue;
    own.push_back(&box);
    for (const auto& each : box.destination_ports.intervals()) {
      cuts.push_back(std::max<std::uint32_t>(each.first, net::kLowestPort));
      cuts.push_back(each.last + 1U);
    }
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<net::PortSet::Interval> result;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const auto first = static_cast<net::Port>(cuts[i]);
    net::AddressSet addresses;
    for (const sets::FlowBox* box : own) {
      if (box->destination_ports.contains(first)) addresses |= box->*other;
    }
    if (is_broad(addresses)) result.push_back({first, static_cast<net::Port>(cuts[i + 1] - 1)});
  }
  return net::PortSet::of(std::move(result));
}

}  // namespace

OpenPorts broad_ports(Diagrams& diagrams, Diagram region, Direction direction) {
  OpenPorts result;
  if (region == sets::kFalse) return result;
  const sets::FlowBoxes boxes = sets::boxes_of(diagrams, region, kMostBoxes);
  result.is_complete = boxes.complete;
  const auto other =
      direction == Direction::Ingress ? &sets::FlowBox::source : &sets::FlowBox::destination;
  result.tcp = broad_ports_of(boxes.boxes, net::IpProtocol::Tcp, other);
  result.udp = broad_ports_of(boxes.boxes, net::IpProtocol::Udp, other);
  return result;
}

// Subnets
// -----------------------------------------------------------------------------------------

bool is_of_platform(const model::Subnet& subnet) {
  static constexpr std::array<std::string_view, 5> kNames = {
      "GatewaySubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "AzureBastionSubnet",
      "RouteServerSubnet"};
  return std::find(kNames.begin(), kNames.end(), subnet.name) != kNames.end();
}

bool is_forced(const Cloud& cloud, model::SubnetId subnet) {
  const compiler::RouteList list = compiler::routes_of(cloud, subnet);
  using Hop = compiler::EffectiveRoute::Hop;
  return std::any_of(list.routes.begin(), list.routes.end(), [](const auto& route) {
    return route.is_users && route.prefix.length == 0 && route.hop != Hop::Internet;
  });
}

void sort_out(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

}  // namespace polreach::solver::audit::azure
