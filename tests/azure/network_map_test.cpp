// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/network_map.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "compiler/path/network_paths.h"
#include "solver/queries/site_reference.h"
#include "tests/agreement/cloud_compare.h"
#include "tests/azure/cloud_builder.h"

// Expected: Azure documentation, "How network security groups filter network traffic". Random
// clouds are held against the oracle, and against the paths that other answers are made of.
namespace polreach {
namespace {

using compiler::Site;
using compiler::Surroundings;
using solver::queries::network_map;
using solver::queries::NetworkLink;
using solver::queries::NetworkMap;
using solver::queries::NetworkMapOptions;
using solver::sets::FlowBox;
using solver::sets::FlowBoxes;
using support::address;
using support::addresses;
using support::CloudBuilder;

NetworkMap map_of(Surroundings& around, const NetworkMapOptions& options = {}) {
  auto map = network_map(around, options);
  REQUIRE_MESSAGE(map.has_value(), (map ? "" : map.error().message));
  return std::move(*map);
}

const NetworkLink* link(const NetworkMap& map, const std::string& from, const std::string& to) {
  for (const NetworkLink& each : map.links) {
    if (map.sources[each.source].name == from && map.destinations[each.destination].name == to) {
      return &each;
    }
  }
  return nullptr;
}

std::vector<std::string> rules(const NetworkMap& map, const NetworkLink& link) {
  std::vector<std::string> names;
  for (std::uint32_t i : link.rules) names.push_back(map.rules[i].group + " " + map.rules[i].name);
  return names;
}

net::ProtocolSet tcp() { return net::ProtocolSet(net::IpProtocol::Tcp); }

bool is_in(const FlowBoxes& boxes, const net::Flow& flow) {
  return std::any_of(boxes.boxes.begin(), boxes.boxes.end(), [&](const FlowBox& box) {
    return box.protocols.contains(flow.protocol) && box.source.contains(flow.source) &&
           box.destination.contains(flow.destination) &&
           (!net::has_ports(flow.protocol) ||
            (box.source_ports.contains(flow.source_port) &&
             box.destination_ports.contains(flow.destination_port)));
  });
}

TEST_CASE("network map: every place with every other, and with itself") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web_group = b.group("web-nsg", {"Allow 100 Tcp Internet -> * 443"});
  const auto db_group = b.group(
      "db-nsg", {"Allow 100 Tcp 10.0.1.0/24 -> * 1433", "Deny 200 * VirtualNetwork -> * *"});
  b.subnet(network, "web", "10.0.1.0/24", web_group);
  b.subnet(network, "db", "10.0.2.0/24", db_group);
  Surroundings around(b.cloud, nullptr, {});
  const NetworkMap map = map_of(around);
  std::vector<std::string> names;
  for (const auto& place : map.sources) names.push_back(place.name);
  CHECK(names == std::vector<std::string>{"subnet vnet/web", "subnet vnet/db", "the internet"});

  // The rule says which addresses, all of the subnet have them.
  const NetworkLink* sql = link(map, "subnet vnet/web", "subnet vnet/db");
  REQUIRE(sql != nullptr);
  REQUIRE(sql->allowed.boxes.size() == 1);
  CHECK(sql->allowed.boxes[0].protocols == tcp());
  CHECK(sql->allowed.boxes[0].destination_ports == net::PortSet(1433, 1433));
  CHECK(sql->allowed.boxes[0].source == addresses("10.0.1.0/24"));
  CHECK(sql->allowed.boxes[0].destination == addresses("10.0.2.0/24"));
  CHECK(sql->conditional.boxes.empty());
  CHECK(rules(map, *sql) == std::vector<std::string>{"web-nsg AllowVnetOutBound",
                                                     "db-nsg Allow 100 Tcp 10.0.1.0/24 -> * 1433"});

  const NetworkLink* back = link(map, "subnet vnet/db", "subnet vnet/web");
  REQUIRE(back != nullptr);
  CHECK(back->allowed.boxes.size() == 1);
  CHECK(back->allowed.boxes[0].protocols == net::ProtocolSet::all());
  // Also within a subnet; the rule that denies it names the network.
  CHECK(link(map, "subnet vnet/web", "subnet vnet/web") != nullptr);
  CHECK(link(map, "subnet vnet/db", "subnet vnet/db") == nullptr);

  const NetworkLink* https = link(map, "the internet", "subnet vnet/web");
  REQUIRE(https != nullptr);
  CHECK(https->allowed.boxes.size() == 1);
  CHECK(https->allowed.boxes[0].destination_ports == net::PortSet(443, 443));
  CHECK(link(map, "the internet", "subnet vnet/db") == nullptr);
  CHECK(link(map, "the internet", "the internet") == nullptr);
  // db with itself, and the internet to db.
  CHECK(map.closed == 2);
}

TEST_CASE("network map: interfaces with groups of their own, ends and packets asked for") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web = b.subnet(network, "web", "10.0.1.0/24");
  b.interface("jump", web, "10.0.1.4", b.group("jump-nsg", {"Deny 100 Tcp * -> * 22"}));
  Surroundings around(b.cloud, nullptr, {});
  NetworkMapOptions options;
  options.asked.ports.entries.push_back({net::Protocol::Tcp, net::PortSet(22, 22)});
  const NetworkMap map = map_of(around, options);
  CHECK(link(map, "subnet vnet/web", "network interface jump") == nullptr);
  CHECK(link(map, "network interface jump", "network interface jump") == nullptr);
  const NetworkLink* out = link(map, "network interface jump", "subnet vnet/web");
  REQUIRE(out != nullptr);
  REQUIRE(out->allowed.boxes.size() == 1);
  CHECK(out->allowed.boxes[0].source == addresses("10.0.1.4/32"));
  CHECK(out->allowed.boxes[0].destination == addresses("10.0.1.0/24") - addresses("10.0.1.4/32"));
  CHECK(out->allowed.boxes[0].destination_ports == net::PortSet(22, 22));

  options.from = solver::queries::resolve_site(around, "nic/jump")->sites;
  const NetworkMap some = map_of(around, options);
  CHECK(some.sources.size() == 1);
  CHECK(some.destinations.size() == 3);
}

TEST_CASE("network map: what is conditional says what it rests on") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  b.subnet(network, "web", "10.0.1.0/24");
  b.cloud.subnets[0].group_open = b.unknown("A-reference", model::Unknown::Scope::World);
  b.subnet(network, "db", "10.0.2.0/24");
  Surroundings around(b.cloud, nullptr, {});
  const NetworkMap map = map_of(around);
  const NetworkLink* to_db = link(map, "subnet vnet/web", "subnet vnet/db");
  REQUIRE(to_db != nullptr);
  CHECK(to_db->allowed.boxes.empty());
  REQUIRE(to_db->condition.size() == 1);
  CHECK(map.depends[to_db->condition[0]].id == "A-reference");
  CHECK(map.depends.size() == 1);
  const NetworkLink* itself = link(map, "subnet vnet/db", "subnet vnet/db");
  REQUIRE(itself != nullptr);
  CHECK(itself->conditional.boxes.empty());
}

/// The place of an end among those of a map: nothing where it is none of them.
std::optional<std::uint32_t> place_of(const std::vector<solver::queries::NetworkPlace>& places,
                                      const oracle::CloudEnd& end) {
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    const Site& site = places[i].site;
    if (!site.addresses.contains(end.address) || site.subnet != end.subnet) continue;
    if (site.interface && site.interface != end.interface) continue;
    if (site.is_asked) return i;
  }
  return std::nullopt;
}

/// What tags mean where routes, gateways and unknown tags come in is held against the oracle where
/// all answers about paths are. Here lists are.
bool has_open_tags(const model::Cloud& cloud) {
  const auto unknown = [](const model::SecurityRule& rule) {
    const auto open = [](const model::AddressTerm& term) { return term.text == "NobodyKnows"; };
    return std::any_of(rule.source.begin(), rule.source.end(), open) ||
           std::any_of(rule.destination.begin(), rule.destination.end(), open);
  };
  for (const model::SecurityGroup& group : cloud.groups) {
    if (std::any_of(group.inbound.begin(), group.inbound.end(), unknown)) return true;
    if (std::any_of(group.outbound.begin(), group.outbound.end(), unknown)) return true;
  }
  return std::any_of(cloud.networks.begin(), cloud.networks.end(),
                     [](const auto& network) { return network.has_gateway; }) ||
         std::any_of(cloud.route_tables.begin(), cloud.route_tables.end(),
                     [](const auto& table) { return !table.routes.empty(); });
}

TEST_CASE("network map: random clouds, pair by pair, as the oracle has it") {
  agreement::CloudCounts counts;
  std::uint64_t asked = 0;
  const auto evaluate = [&](const model::Cloud& cloud, const oracle::CloudPacket& packet) {
    if (has_open_tags(cloud)) return oracle::decide(cloud, packet);
    Surroundings around(cloud, nullptr, {});
    const NetworkMap map = map_of(around);
    const auto from = place_of(map.sources, packet.source);
    const auto to = place_of(map.destinations, packet.destination);
    // Private addresses outside are no place of a list, and two ends outside are no pair of one.
    const auto outside = [&](std::uint32_t i) {
      return map.sources[i].site.kind == Site::Kind::Outside;
    };
    if (!from || !to || (outside(*from) && outside(*to))) return oracle::decide(cloud, packet);
    ++asked;
    net::Flow flow{packet.protocol, packet.source.address, packet.destination.address, 0, 0};
    if (net::has_ports(packet.protocol)) {
      flow.source_port = packet.source_port;
      flow.destination_port = packet.destination_port;
    }
    for (const NetworkLink& each : map.links) {
      if (each.source != *from || each.destination != *to) continue;
      CHECK(each.allowed.complete);
      if (is_in(each.allowed, flow)) return oracle::Tri::Always;
      if (is_in(each.conditional, flow)) return oracle::Tri::Sometimes;
    }
    return oracle::Tri::Never;
  };
  const auto reports = agreement::compare_clouds(1, 200, evaluate, counts);
  for (const std::string& each : reports) CHECK_MESSAGE(false, each);
  CHECK(asked > 400);
  CHECK(counts.always > 50);
  CHECK(counts.sometimes > 20);
  CHECK(counts.never > 50);
}

TEST_CASE("network map: the same packets as along the paths of other answers") {
  std::size_t pairs = 0;
  for (std::uint64_t seed = 500; seed < 530; ++seed) {
    const model::Cloud cloud = agreement::generate_cloud(seed);
    Surroundings around(cloud, nullptr, {});
    const auto places = solver::queries::network_places(around);
    solver::queries::NetworkFlows fast(around);
    for (const auto& from : places) {
      for (const auto& to : places) {
        const auto connection = network_connection(around, from.site, to.site);
        const auto pair = fast.between(from.site, to.site);
        const auto flows = solver::sets::flows(fast.space(), nullptr, connection.ways);
        REQUIRE(flows.has_value());
        CHECK(flows->must == pair.flows.must);
        CHECK(flows->may == pair.flows.may);
        CHECK(connection.routed.answer == pair.routed.answer);
        ++pairs;
      }
    }
  }
  CHECK(pairs > 300);
}

TEST_CASE("network map: two hundred subnets take seconds") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  for (int i = 0; i < 200; ++i) {
    const std::string own = "10.0." + std::to_string(i) + ".0/24";
    const std::string next = "10.0." + std::to_string((i + 1) % 200) + ".0/24";
    const auto group =
        b.group("nsg-" + std::to_string(i),
                {"Allow 100 Tcp " + next + " -> * 443", "Allow 110 Tcp Internet -> " + own + " 80",
                 "Deny 120 Udp VirtualNetwork -> * *", "Deny 4000 * VirtualNetwork -> * *"});
    b.subnet(network, "s" + std::to_string(i), own, group);
  }
  Surroundings around(b.cloud, nullptr, {});
  const auto start = std::chrono::steady_clock::now();
  const NetworkMap map = map_of(around);
  const auto seconds = std::chrono::duration_cast<std::chrono::duration<double>>(
                           std::chrono::steady_clock::now() - start)
                           .count();
  MESSAGE("200 subnets: " << seconds << " s");
  // One neighbour each, the internet both ways.
  CHECK(map.links.size() == 600);
  CHECK(seconds < 60);
}

}  // namespace
}  // namespace polreach
