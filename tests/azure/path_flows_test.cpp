// SPDX-License-Identifier: Apache-2.0
// Paths whose packets can be counted by hand. The meaning is that of Azure's documentation,
// "Network security groups" and "Security admin rules".
#include "solver/sets/path_flows.h"

#include <doctest/doctest.h>

#include "tests/azure/path_build.h"

namespace {

using namespace polreach;
using namespace polreach::azure_tests;
using namespace polreach::solver::sets;
using compiler::Filter;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::UnknownId;
using Scope = model::Unknown::Scope;

struct Fixture {
  model::Cloud cloud;
  std::vector<Path> ways;
  std::optional<PathSpace> space;
  PathFlows found;

  void ask(std::vector<Path> paths) {
    ways = std::move(paths);
    space.emplace(cloud);
    const auto result = flows(*space, nullptr, ways);
    REQUIRE(result.has_value());
    found = *result;
    CHECK(space->diagrams().within(found.must, found.may));
    for (const WayFlows& way : found.ways) {
      CHECK(space->diagrams().within(way.must, way.may));
      // must, hop by hop, is the same as of the whole.
      const std::size_t i = static_cast<std::size_t>(&way - found.ways.data());
      CHECK(space->diagrams().both(way.packets, in_every_case(*space, ways[i], way.passes)) ==
            way.must);
    }
  }
  Diagrams& diagrams() { return space->diagrams(); }

  /// The packets with that protocol, those ends and that destination port.
  Diagram packets(net::IpProtocol protocol, const std::string& source,
                  const std::string& destination, net::Port port) {
    return diagrams().all_of(
        {diagrams().protocols(net::ProtocolSet(protocol)),
         diagrams().addresses(Variable::source(), addresses({source})),
         diagrams().addresses(Variable::destination(), addresses({destination})),
         diagrams().ports(Variable::destination_port(), {port, port})});
  }
  /// Of TCP: "allowed", "denied", "depends", "partly".
  std::string verdict(const std::string& source, const std::string& destination, net::Port port,
                      net::IpProtocol protocol = net::IpProtocol::Tcp) {
    const Diagram asked = packets(protocol, source, destination, port);
    if (diagrams().within(asked, found.must)) return "allowed";
    if (diagrams().disjoint(asked, found.may)) return "denied";
    return diagrams().disjoint(asked, diagrams().minus(found.may, found.must)) ? "partly"
                                                                               : "depends";
  }
  RestsOn reasons(Diagram asked) {
    const auto result = rests_on(*space, nullptr, ways, found, asked);
    REQUIRE(result.has_value());
    return *result;
  }
  std::vector<Deciding> deciding_at(std::size_t hop, Diagram asked) {
    const auto result = deciding(*space, ways[0], hop, asked);
    REQUIRE(result.has_value());
    return *result;
  }
};

Path with_gate(Path path, std::optional<UnknownId> gate) {
  Hop hop;
  hop.kind = Hop::Kind::Gate;
  hop.gate = gate;
  path.hops.push_back(hop);
  return path;
}

TEST_CASE_FIXTURE(Fixture, "paths: two groups pass what both let pass") {
  ask({path({filter({tcp(from(allow(), {"10.0.0.0/24"}), 80, 443)}),
             filter({tcp(to(allow(), {"10.1.0.0/24"}), 443, 500)})})});
  CHECK(found.must == found.may);
  const FlowBoxes boxes = boxes_of(diagrams(), found.must, 10);
  REQUIRE(boxes.boxes.size() == 1);
  CHECK(boxes.boxes[0] == FlowBox{net::ProtocolSet(net::IpProtocol::Tcp),
                                  addresses({"10.0.0.0/24"}), addresses({"10.1.0.0/24"}),
                                  net::all_header_ports(), net::PortSet(443, 443)});
  // By itself, the first lets pass more.
  CHECK(boxes_of(diagrams(), found.ways[0].hops[0].must, 10).boxes[0].destination_ports ==
        net::PortSet(80, 443));
  CHECK(reasons(kTrue) == RestsOn{});
}

TEST_CASE_FIXTURE(Fixture, "paths: the first rule that matches decides") {
  ask({path({filter({tcp(deny(), 22), from(allow(), {"10.0.0.0/8"}), deny()})})});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 22) == "denied");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 23) == "allowed");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 22, net::IpProtocol::Icmp) == "allowed");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 22, net::IpProtocol::Udp) == "allowed");
  CHECK(verdict("0.0.0.0/0", "10.0.0.5/32", 23) == "partly");
  CHECK(verdict("11.0.0.0/8", "10.0.0.5/32", 23) == "denied");
}

TEST_CASE_FIXTURE(Fixture, "paths: ports say nothing of protocols without ports") {
  compiler::FilterRule ping = allow();
  ping.protocols = net::ProtocolSet(net::IpProtocol::Icmp) | net::ProtocolSet(net::IpProtocol::Udp);
  ping.destination_ports = {53, 53};
  ping.source_ports = {9, 9};
  ask({path({filter({ping})})});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 7, net::IpProtocol::Icmp) == "allowed");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 53, net::IpProtocol::Udp) == "partly");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 7, net::IpProtocol::Udp) == "denied");
}

TEST_CASE_FIXTURE(Fixture, "paths: a missing group passes perhaps, and is one fact for all hops") {
  const UnknownId missing = unknown(cloud, Scope::World);
  const UnknownId other = unknown(cloud, Scope::World);
  Filter open;
  open.missing = missing;
  ask({path({open, filter({tcp(allow(), 443)}), open})});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 443) == "depends");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 80) == "denied");
  CHECK(reasons(kTrue).unknowns == std::vector<UnknownId>{missing});
  CHECK(reasons(packets(net::IpProtocol::Tcp, "10.0.0.4/32", "10.0.0.5/32", 80)) == RestsOn{});
  static_cast<void>(other);
}

TEST_CASE_FIXTURE(Fixture, "paths: an unknown tag in two rules is one fact of an address") {
  const UnknownId tag = unknown(cloud, Scope::Address);
  // Allow 80 from the tag, deny all from the tag, allow the rest: to 80 everything passes.
  compiler::FilterRule allow_tag = tcp(from(allow(), {}), 80);
  allow_tag.source.open = {{tag, addresses({"20.0.0.0/8"})}};
  compiler::FilterRule deny_tag = from(deny(), {});
  deny_tag.source.open = {{tag, addresses({"20.0.0.0/8"})}};
  ask({path({filter({allow_tag, deny_tag, allow()})})});
  CHECK(verdict("20.0.0.1/32", "10.0.0.5/32", 80) == "allowed");
  CHECK(verdict("20.0.0.1/32", "10.0.0.5/32", 81) == "depends");
  CHECK(verdict("21.0.0.1/32", "10.0.0.5/32", 81) == "allowed");
  CHECK(reasons(packets(net::IpProtocol::Tcp, "20.0.0.1/32", "10.0.0.5/32", 81)).unknowns ==
        std::vector<UnknownId>{tag});
  CHECK(reasons(packets(net::IpProtocol::Tcp, "20.0.0.1/32", "10.0.0.5/32", 80)) == RestsOn{});
}

TEST_CASE_FIXTURE(Fixture, "paths: the same unknown of two addresses is two facts") {
  const UnknownId tag = unknown(cloud, Scope::Address);
  // Between members and others only: from the tag but not to it.
  compiler::FilterRule stop = from(to(deny(), {}), {});
  stop.source.open = {{tag, net::all_addresses()}};
  stop.destination.open = {{tag, net::all_addresses()}};
  compiler::FilterRule go = from(allow(), {});
  go.source.open = {{tag, net::all_addresses()}};
  ask({path({filter({stop, go})})});
  CHECK(verdict("20.0.0.1/32", "10.0.0.5/32", 80) == "depends");

  // Of the world there is one fact: with both sides in it, nothing is left.
  cloud.unknowns[0].scope = Scope::World;
  ask({path({filter({stop, go})})});
  CHECK(verdict("20.0.0.1/32", "10.0.0.5/32", 80) == "denied");
}

TEST_CASE_FIXTURE(Fixture, "paths: a hop shares facts of an address with others that see it") {
  const UnknownId tag = unknown(cloud, Scope::Address);
  compiler::FilterRule in_tag = from(allow(), {});
  in_tag.source.open = {{tag, net::all_addresses()}};
  compiler::FilterRule not_tag = from(deny(), {});
  not_tag.source.open = in_tag.source.open;
  const Path both = path({filter({in_tag}), filter({not_tag, allow()})});
  ask({both});
  CHECK(found.may == kFalse);

  Path translated = both;
  translated.hops[1].header.source = chosen(1, {"10.0.0.0/30"});
  ask({translated});
  CHECK(verdict("20.0.0.1/32", "10.0.0.5/32", 80) == "depends");
  CHECK(reasons(kTrue).unknowns == std::vector<UnknownId>{tag});
  CHECK(reasons(kTrue).chosen.empty());  // no address of the node is treated like no other
}

TEST_CASE_FIXTURE(Fixture, "paths: a node that may be in a denied half") {
  Path one = path({filter({from(deny(), {"10.0.0.0/25"}), from(allow(), {"10.0.0.0/24"})})});
  one.hops[0].header.source = chosen(1, {"10.0.0.0/24"});
  ask({one});
  CHECK(verdict("0.0.0.0/0", "0.0.0.0/0", 443) == "depends");
  CHECK(reasons(kTrue).chosen.size() == 1);
  CHECK(reasons(kTrue).unknowns.empty());

  // Two hops see the same node: the one needs the lower half, the other the upper.
  Path two =
      path({filter({from(allow(), {"10.0.0.0/25"})}), filter({from(allow(), {"10.0.0.128/25"})})});
  two.hops[0].header.source = chosen(1, {"10.0.0.0/24"});
  two.hops[1].header.source = chosen(1, {"10.0.0.0/24"});
  ask({two});
  CHECK(found.may == kFalse);
  CHECK(found.ways[0].hops[0].may == kTrue);
  two.hops[1].header.source = chosen(2, {"10.0.0.0/24"});
  ask({two});
  CHECK(found.may == kTrue);
  CHECK(found.must == kFalse);
  CHECK(reasons(kTrue).chosen.size() == 2);

  // All nodes in the allowed half.
  one.hops[0].header.source = chosen(1, {"10.0.0.128/26"});
  ask({one});
  CHECK(found.must == kTrue);
}

TEST_CASE_FIXTURE(Fixture, "paths: an end that is not asked has one of its addresses") {
  Path way = path({filter({to(deny(), {"10.0.0.4/32"}), tcp(allow(), 443)})});
  way.destination = addresses({"10.0.0.4/31"});
  way.destination_is_asked = false;
  ask({way});
  CHECK(verdict("20.0.0.1/32", "99.0.0.0/8", 443) == "depends");  // the destination plays no part
  CHECK(verdict("20.0.0.1/32", "99.0.0.0/8", 80) == "denied");
  CHECK(reasons(kTrue).destination);
  CHECK_FALSE(reasons(kTrue).source);
  way.destination = addresses({"10.0.0.6/31"});
  ask({way});
  CHECK(verdict("20.0.0.1/32", "99.0.0.0/8", 443) == "allowed");
  way.destination = {};
  ask({way});
  CHECK(found.may == kFalse);
}

TEST_CASE_FIXTURE(Fixture, "paths: packets that the path is not for do not pass it") {
  Path way = path({filter({allow()})});
  way.source = addresses({"10.0.0.0/24"});
  ask({way});
  CHECK(verdict("10.0.0.9/32", "20.0.0.0/8", 1) == "allowed");
  CHECK(verdict("10.0.1.9/32", "20.0.0.0/8", 1) == "denied");
}

TEST_CASE_FIXTURE(Fixture, "paths: ports that have been rewritten or chosen") {
  Path way = path({filter({tcp(allow(), 8080)})});
  way.hops[0].header.destination_port = 8080;
  ask({way});
  CHECK(verdict("10.0.0.9/32", "20.0.0.0/8", 1) == "allowed");
  CHECK(verdict("10.0.0.9/32", "20.0.0.0/8", 1, net::IpProtocol::Udp) == "denied");
  way.hops[0].header.destination_port = 8081;
  ask({way});
  CHECK(found.may == kFalse);

  compiler::FilterRule low = allow();
  low.source_ports = {0, 1023};
  compiler::FilterRule high = allow();
  high.source_ports = {1024, 65535};
  compiler::FilterRule some = allow();
  some.source_ports = {2000, 3000};
  const auto ask_of = [&](const compiler::FilterRule& rule) {
    Path translated = path({filter({rule})});
    translated.hops[0].header.source_port_is_chosen = true;
    ask({translated});
    return verdict("10.0.0.9/32", "20.0.0.0/8", 1);
  };
  CHECK(ask_of(low) == "denied");
  CHECK(verdict("10.0.0.9/32", "20.0.0.0/8", 1, net::IpProtocol::Icmp) == "allowed");
  CHECK(ask_of(high) == "allowed");
  CHECK(ask_of(some) == "depends");
  CHECK(reasons(kTrue).chosen_source_port);
}

TEST_CASE_FIXTURE(Fixture, "paths: gates, conditions and access that is open") {
  const UnknownId condition = unknown(cloud, Scope::World);
  const UnknownId access = unknown(cloud, Scope::World);
  const UnknownId gate = unknown(cloud, Scope::World);
  compiler::FilterRule maybe = tcp(deny(), 22);
  maybe.only_if = {condition};
  compiler::FilterRule either = tcp(allow(), 23);
  either.access_open = access;
  const Path plain = path({filter({maybe, either, allow()})});
  ask({plain});
  const auto at = [&](net::Port port) {
    return packets(net::IpProtocol::Tcp, "10.0.0.4/32", "10.0.0.5/32", port);
  };
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 22) == "depends");
  CHECK(reasons(at(22)).unknowns == std::vector<UnknownId>{condition});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 23) == "depends");
  CHECK(reasons(at(23)).unknowns == std::vector<UnknownId>{access});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 24) == "allowed");
  CHECK(reasons(kTrue).unknowns == std::vector<UnknownId>{condition, access});

  ask({with_gate(plain, gate)});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 24) == "depends");
  CHECK(reasons(at(24)).unknowns == std::vector<UnknownId>{gate});
  CHECK(reasons(at(22)).unknowns == std::vector<UnknownId>{condition, gate});
  ask({with_gate(plain, std::nullopt)});
  CHECK(found.may == kFalse);
  CHECK(reasons(kTrue) == RestsOn{});
}

TEST_CASE_FIXTURE(Fixture, "paths: a network manager's rules come before the group") {
  Filter admin = filter({tcp(rule(Access::AlwaysAllow), 443), tcp(deny(), 22), tcp(allow(), 80)});
  admin.otherwise = Access::Allow;
  Path way = path({filter({tcp(allow(), 22), tcp(allow(), 8080), deny()}), admin});
  way.hops.pop_back();
  way.hops[0].admin = 1;
  ask({way});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 443) == "allowed");  // the group would deny
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 22) == "denied");    // the group would allow
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 80) == "denied");    // left to the group
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 8080) == "allowed");

  const auto decided =
      deciding_at(0, packets(net::IpProtocol::Tcp, "10.0.0.4/32", "10.0.0.5/32", 443));
  REQUIRE(decided.size() == 1);
  CHECK(decided[0].admin);
  CHECK(decided[0].rule == 0);
  const auto left = deciding_at(0, packets(net::IpProtocol::Tcp, "10.0.0.4/32", "10.0.0.5/32", 80));
  REQUIRE(left.size() == 2);
  CHECK(left[0].rule == 2);
  CHECK_FALSE(left[1].admin);
  CHECK(left[1].rule == 2);
}

TEST_CASE_FIXTURE(Fixture, "paths: which of two ways is taken") {
  Path near = path({});
  Path far = path({filter({tcp(allow(), 443)})});
  ask({near, far});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 443) == "allowed");
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 80) == "depends");
  CHECK(reasons(kTrue).ways);
  CHECK_FALSE(reasons(packets(net::IpProtocol::Tcp, "10.0.0.4/32", "10.0.0.5/32", 443)).ways);

  // Ways that are for other packets do not count for these.
  far.source = addresses({"20.0.0.0/8"});
  ask({near, far});
  CHECK(verdict("10.0.0.4/32", "10.0.0.5/32", 80) == "allowed");
  CHECK(verdict("20.0.0.4/32", "10.0.0.5/32", 80) == "depends");

  // The same unknown on both: the way makes no difference.
  const UnknownId gate = unknown(cloud, Scope::World);
  ask({with_gate(near, gate), with_gate(near, gate)});
  CHECK(reasons(kTrue).unknowns == std::vector<UnknownId>{gate});
  CHECK_FALSE(reasons(kTrue).ways);
}

TEST_CASE_FIXTURE(Fixture, "deciding: certain and possible parts of each rule, and nothing else") {
  const UnknownId tag = unknown(cloud, Scope::Address);
  compiler::FilterRule first = from(tcp(deny(), 22), {"10.0.0.0/25"});
  first.source.open = {{tag, addresses({"10.0.0.128/26"})}};
  ask({path({filter({first, from(allow(), {"99.0.0.0/8"}), tcp(allow(), 0, 100), deny()})})});
  const Diagram asked = packets(net::IpProtocol::Tcp, "10.0.0.0/24", "10.1.0.1/32", 22);
  const auto decided = deciding_at(0, asked);
  REQUIRE(decided.size() == 2);
  CHECK(decided[0].rule == 0);
  CHECK(diagrams().values(decided[0].certain, Variable::source()) == addresses({"10.0.0.0/25"}));
  CHECK(diagrams().values(decided[0].possible, Variable::source()) ==
        addresses({"10.0.0.0/25", "10.0.0.128/26"}));
  CHECK(decided[1].rule == 2);
  CHECK(diagrams().values(decided[1].certain, Variable::source()) == addresses({"10.0.0.192/26"}));
  CHECK(diagrams().values(decided[1].possible, Variable::source()) == addresses({"10.0.0.128/25"}));
  CHECK(diagrams().within(decided[1].possible, asked));
}

TEST_CASE_FIXTURE(Fixture, "difference: boxes only in one") {
  ask({path({filter({tcp(allow(), 80, 90)})})});
  const Diagram before = found.must;
  const auto after = flows(*space, nullptr, {path({filter({tcp(allow(), 85, 95)})})});
  REQUIRE(after.has_value());
  const auto found_difference = difference(*space, before, after->must, 10);
  REQUIRE(found_difference.has_value());
  REQUIRE(found_difference->only_a.boxes.size() == 1);
  CHECK(found_difference->only_a.boxes[0].destination_ports == net::PortSet(80, 84));
  CHECK(found_difference->only_b.boxes[0].destination_ports == net::PortSet(91, 95));
}

}  // namespace
