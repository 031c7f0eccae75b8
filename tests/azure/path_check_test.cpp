// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "policies/source/result.h"
#include "tests/azure/path_scene.h"
#include "tests/oracle/scene.h"

// The replay of single packets on paths, against answers derived by hand from the rules of Azure
// network security groups: ascending priority, the first match decides, both groups must allow.
namespace polreach {
namespace {

using namespace scene;
using solver::check::OpenFact;
using solver::check::PathWitness;
using Of = solver::check::OpenFact::Of;
using Scope = model::Unknown::Scope;

PathWitness packet(IpProtocol protocol, net::Port port, const char* from = "10.0.0.4",
                   const char* to = "10.1.0.4") {
  PathWitness witness;
  const bool with_ports = net::has_ports(protocol);
  witness.flow = {protocol, ip(from), ip(to), net::Port(with_ports ? 50000 : 0),
                  with_ports ? port : net::Port(0)};
  return witness;
}

PathWitness tcp_packet(net::Port port, const char* from = "10.0.0.4") {
  return packet(IpProtocol::Tcp, port, from);
}

struct Check {
  model::Cloud cloud;
  const compiler::Cluster* cluster = nullptr;
  [[nodiscard]] bool passes(const Path& path, const PathWitness& witness) const {
    REQUIRE(solver::check::is_of(path, witness));
    return solver::check::passes(cluster, cloud, path, witness);
  }
};

}  // namespace

TEST_CASE("path check: both groups must allow") {
  const Check check;
  Path way = path();
  through(way, filter({ports(Access::Allow, 443, 443)}));
  through(
      way,
      filter({rule(Access::Allow, certain(block("10.0.0.0/24")), anywhere(), {443, 444}, kTcp)}));
  CHECK(check.passes(way, tcp_packet(443)));
  CHECK_FALSE(check.passes(way, tcp_packet(444)));              // the first group
  CHECK_FALSE(check.passes(way, tcp_packet(443, "10.0.1.4")));  // the second
  CHECK_FALSE(check.passes(way, packet(IpProtocol::Udp, 443)));
}

TEST_CASE("path check: the first rule that matches decides") {
  const Check check;
  Path way = path();
  through(way, filter({ports(Access::Deny, 80, 80), ports(Access::Allow, 80, 81)}));
  CHECK_FALSE(check.passes(way, tcp_packet(80)));
  CHECK(check.passes(way, tcp_packet(81)));
  CHECK_FALSE(check.passes(way, tcp_packet(82)));
  const Filter& group = way.filters.front();
  CHECK(solver::check::deciding_rule(check.cloud, group, tcp_packet(80)) == 0U);
  CHECK(solver::check::deciding_rule(check.cloud, group, tcp_packet(81)) == 1U);
  CHECK_FALSE(solver::check::deciding_rule(check.cloud, group, tcp_packet(82)));
  CHECK(solver::check::decision(check.cloud, group, tcp_packet(82)) == Access::Deny);
}

TEST_CASE("path check: a network manager's rules act before the group") {
  const Check check;
  Path way = path();
  through(way, filter({ports(Access::Allow, 80, 81)}));
  admin(way, filter({ports(Access::AlwaysAllow, 22, 22), ports(Access::Allow, 23, 23),
                     ports(Access::Deny, 80, 80)},
                    Access::Allow));
  CHECK(check.passes(way, tcp_packet(22)));        // the group is not asked
  CHECK_FALSE(check.passes(way, tcp_packet(23)));  // left to the group
  CHECK_FALSE(check.passes(way, tcp_packet(80)));
  CHECK(check.passes(way, tcp_packet(81)));
}

TEST_CASE("path check: a missing group, a condition and an open access follow the world") {
  Check check;
  const auto missing = unknown(check.cloud, Scope::World);
  const auto access = unknown(check.cloud, Scope::World);
  Path way = path();
  Filter group;
  group.missing = missing;
  through(way, group);
  CHECK_FALSE(check.passes(way, tcp_packet(80)));
  PathWitness witness = tcp_packet(80);
  witness.facts[{missing, Of::World, 0}] = true;
  CHECK(check.passes(way, witness));

  FilterRule open = ports(Access::Deny, 80, 80);
  open.access_open = access;
  open.only_if = {missing};
  through(way, filter({open}));
  CHECK_FALSE(check.passes(way, witness));
  witness.facts[{access, Of::World, 0}] = true;
  CHECK(check.passes(way, witness));
  gate(way, access);
  CHECK(check.passes(way, witness));
  gate(way, std::nullopt);
  CHECK_FALSE(check.passes(way, witness));
}

TEST_CASE("path check: facts of an address belong to the side where it stands") {
  Check check;
  const auto tag = unknown(check.cloud, Scope::Address);
  const auto whole = unknown(check.cloud, Scope::World);
  Path way = path();
  through(way, filter({rule(Access::Allow, where(tag)), rule(Access::Allow, where(whole))}));
  PathWitness witness = tcp_packet(80);
  witness.facts[{tag, Of::Destination, 0}] = true;
  CHECK_FALSE(check.passes(way, witness));
  witness.facts[{tag, Of::Source, 0}] = true;
  CHECK(check.passes(way, witness));
  witness.facts = {{{whole, Of::World, 0}, true}};
  CHECK(check.passes(way, witness));
  // Behind a translation the source is another address, with facts of its own.
  way.hops.front().header.source = chosen(1, block("10.224.0.0/24"));
  witness.chosen[1] = ip("10.224.0.4");
  witness.facts = {{{tag, Of::Source, 0}, true}};
  CHECK_FALSE(check.passes(way, witness));
  witness.facts = {{{tag, Of::Chosen, 1}, true}};
  CHECK(check.passes(way, witness));
}

TEST_CASE("path check: translated addresses and ports") {
  const Check check;
  Path way = path();
  FilterRule high = rule(Access::Allow, certain(only("10.224.0.4")), anywhere(), {8080, 8080});
  high.source_ports = {2000, 2999};
  Hop& hop = through(way, filter({high}));
  hop.header.source = chosen(1, block("10.224.0.0/24"));
  hop.header.destination_port = 8080;
  hop.header.source_port_is_chosen = true;
  PathWitness witness = tcp_packet(80);
  witness.chosen[1] = ip("10.224.0.4");
  witness.chosen_source_port = 2500;
  CHECK(check.passes(way, witness));
  witness.chosen_source_port = 3000;
  CHECK_FALSE(check.passes(way, witness));
  witness.chosen_source_port = 2000;
  witness.chosen[1] = ip("10.224.0.5");
  CHECK_FALSE(check.passes(way, witness));
  witness.chosen[1] = ip("10.225.0.5");
  CHECK_FALSE(solver::check::is_of(way, witness));
  witness.chosen.clear();
  CHECK_THROWS_AS((void)solver::check::passes(nullptr, check.cloud, way, witness),
                  source::InternalError);
}

TEST_CASE("path check: protocols without ports ignore the ports of a rule") {
  const Check check;
  Path way = path();
  through(way, filter({rule(Access::Allow, anywhere(), anywhere(), {80, 80}, kTcp | kIcmp)}));
  CHECK(check.passes(way, packet(IpProtocol::Icmp, 0)));
  CHECK_FALSE(check.passes(way, packet(IpProtocol::Esp, 0)));
  CHECK_FALSE(check.passes(way, tcp_packet(81)));
  PathWitness with_port = packet(IpProtocol::Icmp, 0);
  with_port.flow.destination_port = 80;
  CHECK_FALSE(solver::check::is_of(way, with_port));
}

TEST_CASE("path check: policies of a pod see the translated header") {
  oracle::Scene cluster;
  const auto web = cluster.pod(0, "web", "10.1.0.4");
  const auto free = cluster.pod(0, "free", "10.1.0.5");
  auto from_node = oracle::from_block("10.224.0.4/32");
  from_node.ports = {{net::Protocol::Tcp, model::PortRange{8080, 8080}, {}}};
  cluster.policy(0, cluster.where("app", model::Operator::In, {"web"})).ingress =
      oracle::Rules{from_node};
  const compiler::Cluster compiled(cluster.model, cluster.profile);
  Check check;
  check.cluster = &compiled;

  Path way = path();
  Hop hop;
  hop.kind = Hop::Kind::Policies;
  hop.direction = model::Direction::Ingress;
  hop.self = web;
  hop.other = compiler::Party(block("10.224.0.0/24"));
  hop.header.source = chosen(1, block("10.224.0.0/24"));
  hop.header.destination_port = 8080;
  way.hops.push_back(hop);
  PathWitness witness = tcp_packet(80);
  witness.chosen[1] = ip("10.224.0.4");
  CHECK(check.passes(way, witness));
  witness.chosen[1] = ip("10.224.0.5");
  CHECK_FALSE(check.passes(way, witness));
  witness.chosen[1] = ip("10.224.0.4");
  way.hops.front().header.destination_port = std::nullopt;
  CHECK_FALSE(check.passes(way, witness));

  // NetworkPolicy does not speak of ICMP.
  PathWitness ping = packet(IpProtocol::Icmp, 0);
  ping.chosen[1] = ip("10.224.0.4");
  CHECK_FALSE(check.passes(way, ping));
  ping.world.other_protocols = true;
  CHECK(check.passes(way, ping));
  ping.world.other_protocols = false;
  way.hops.front().self = free;
  CHECK(check.passes(way, ping));
}

}  // namespace polreach
