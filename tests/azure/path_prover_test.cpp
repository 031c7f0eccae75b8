// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/path_prover.h"

#include <doctest/doctest.h>

#include "tests/azure/path_scene.h"
#include "tests/oracle/scene.h"

// Proofs about paths, against bounds derived by hand from the rules of Azure network security
// groups. Every counterexample is replayed packet by packet.
namespace polreach {
namespace {

using namespace scene;
using solver::check::PathWitness;
using solver::z3::PathProof;
using solver::z3::PathProver;
using Scope = model::Unknown::Scope;

bool inside(const Boxes& boxes, const Path& path, const PathWitness& witness) {
  const net::Flow& flow = witness.flow;
  for (const Box& box : boxes) {
    if (!box.protocols.contains(flow.protocol)) continue;
    if (path.source_is_asked && !box.source.contains(flow.source)) continue;
    if (path.destination_is_asked && !box.destination.contains(flow.destination)) continue;
    if (!net::has_ports(flow.protocol)) return true;
    if (box.source_ports.contains(flow.source_port) &&
        box.destination_ports.contains(flow.destination_port)) {
      return true;
    }
  }
  return false;
}

struct Proving {
  model::Cloud cloud;
  const compiler::Cluster* cluster = nullptr;

  [[nodiscard]] bool passes(const Ways& ways, const PathWitness& witness) const {
    REQUIRE(witness.way < ways.size());
    REQUIRE(solver::check::is_of(ways[witness.way], witness));
    return solver::check::passes(cluster, cloud, ways[witness.way], witness);
  }

  /// The bounds are proven, or refuted by a packet that shows it.
  [[nodiscard]] bool right(const Ways& ways, const Boxes& must, const Boxes& may) const {
    const auto refuted = PathProver(cluster, cloud).refute(ways, must, may);
    REQUIRE(refuted.has_value());
    if (!*refuted) return true;
    const PathWitness& witness = **refuted;
    const Path& way = ways[witness.way];
    if (passes(ways, witness)) {
      CHECK_FALSE(inside(may, way, witness));
    } else {
      CHECK(inside(must, way, witness));
    }
    return false;
  }

  /// "allowed", "denied", "depends" or "partly", of what was asked.
  [[nodiscard]] std::string verdict(const Ways& ways, const Box& asked) const {
    const auto proof = PathProver(cluster, cloud).prove(ways, asked);
    REQUIRE(proof.has_value());
    if (proof->allowed) {
      CHECK(passes(ways, *proof->allowed));
      CHECK(inside({asked}, ways[proof->allowed->way], *proof->allowed));
    }
    if (proof->denied) {
      CHECK_FALSE(passes(ways, *proof->denied));
      CHECK(inside({asked}, ways[proof->denied->way], *proof->denied));
    }
    if (proof->undecided) {
      const auto& [one, other] = *proof->undecided;
      CHECK(passes(ways, one));
      CHECK_FALSE(passes(ways, other));
      CHECK(one.flow.protocol == other.flow.protocol);
      CHECK(one.flow.source_port == other.flow.source_port);
      CHECK(one.flow.destination_port == other.flow.destination_port);
      CHECK((one.flow.source == other.flow.source || !ways.front().source_is_asked));
      CHECK((one.flow.destination == other.flow.destination || !ways.front().destination_is_asked));
      return "depends";
    }
    if (!proof->denied) return "allowed";
    return proof->allowed ? "partly" : "denied";
  }
};

}  // namespace

TEST_CASE("path prover: two groups are a conjunction") {
  const Proving proving;
  Path way = path();
  through(way, filter({ports(Access::Allow, 443, 443)}));
  through(
      way,
      filter({rule(Access::Allow, certain(block("10.0.0.0/24")), anywhere(), {443, 444}, kTcp)}));
  Box exact = tcp(443, 443);
  exact.source = block("10.0.0.0/24");
  CHECK(proving.right({way}, {exact}, {exact}));
  CHECK(proving.right({way}, {}, {all_packets()}));
  CHECK_FALSE(proving.right({way}, {tcp(443, 443)}, {all_packets()}));  // other sources
  Box half = exact;
  half.source = block("10.0.0.0/25");
  CHECK_FALSE(proving.right({way}, {half}, {half}));
  CHECK(proving.right({way}, {half}, {exact}));
  Box wide = exact;
  wide.destination_ports = {443, 444};
  CHECK_FALSE(proving.right({way}, {wide}, {wide}));
  CHECK(proving.verdict({way}, exact) == "allowed");
  CHECK(proving.verdict({way}, wide) == "partly");
  CHECK(proving.verdict({way}, tcp(444, 444)) == "denied");
}

TEST_CASE("path prover: the first rule that matches decides") {
  const Proving proving;
  Path way = path();
  through(way, filter({ports(Access::Deny, 80, 80), ports(Access::Allow, 80, 81),
                       ports(Access::Deny, 81, 90), ports(Access::Allow, 90, 91)}));
  const Boxes exact{tcp(81, 81), tcp(91, 91)};
  CHECK(proving.right({way}, exact, exact));
  CHECK_FALSE(proving.right({way}, {tcp(80, 81)}, {all_packets()}));
  CHECK_FALSE(proving.right({way}, {}, {tcp(81, 81)}));
}

TEST_CASE("path prover: a group that is missing leaves everything open, once for all packets") {
  Proving proving;
  Filter group;
  group.missing = unknown(proving.cloud, Scope::World);
  Path way = path();
  through(way, group);
  CHECK(proving.right({way}, {}, {all_packets()}));
  CHECK_FALSE(proving.right({way}, {tcp(80, 80)}, {all_packets()}));
  CHECK_FALSE(proving.right({way}, {}, {}));
  CHECK(proving.verdict({way}, all_packets()) == "depends");
  // Met again, it says the same.
  FilterRule opposite = rule(Access::Deny);
  opposite.only_if = {*group.missing};
  through(way, filter({opposite, rule(Access::Allow)}));
  CHECK(proving.right({way}, {}, {}));
}

TEST_CASE("path prover: an address is in an unknown tag or not, whichever rule asks") {
  for (const Scope scope : {Scope::Address, Scope::World}) {
    Proving proving;
    const auto tag = unknown(proving.cloud, scope);
    Path way = path();
    through(way, filter({rule(Access::Allow, where(tag))}));
    Path both = way;
    through(both, filter({rule(Access::Deny, where(tag)), rule(Access::Allow)}));
    CHECK(proving.verdict({way}, all_packets()) == "depends");
    CHECK(proving.verdict({both}, all_packets()) == "denied");
    // Of the other end: another address, unless it is a fact of the world.
    Path ends = way;
    through(ends, filter({rule(Access::Deny, anywhere(), where(tag)), rule(Access::Allow)}));
    CHECK(proving.verdict({ends}, all_packets()) == (scope == Scope::World ? "denied" : "depends"));
    // Of a translated address: likewise.
    Path translated = both;
    translated.hops.back().header.source = chosen(1, block("10.224.0.0/24"));
    CHECK(proving.verdict({translated}, all_packets()) ==
          (scope == Scope::World ? "denied" : "depends"));
    translated.hops.front().header.source = chosen(1, block("10.224.0.0/24"));
    CHECK(proving.verdict({translated}, all_packets()) == "denied");
    translated.hops.front().header.source = chosen(2, block("10.224.0.0/24"));
    CHECK(proving.verdict({translated}, all_packets()) ==
          (scope == Scope::World ? "denied" : "depends"));
  }
}

TEST_CASE("path prover: a part of a tag is certain") {
  Proving proving;
  const auto tag = unknown(proving.cloud, Scope::Address);
  AddressMatch match = where(tag, block("10.0.0.0/24"));
  match.certain = block("10.0.0.0/28");
  Path way = path();
  through(way, filter({rule(Access::Allow, match)}));
  Box must = all_packets();
  must.source = block("10.0.0.0/28");
  Box may = all_packets();
  may.source = block("10.0.0.0/24");
  CHECK(proving.right({way}, {must}, {may}));
  CHECK_FALSE(proving.right({way}, {may}, {may}));
  CHECK_FALSE(proving.right({way}, {must}, {must}));
}

TEST_CASE("path prover: the node that a packet leaves by is one, and nobody knows which") {
  const Proving proving;
  const net::AddressSet nodes(ip("10.224.0.4"), ip("10.224.0.5"));
  Path way = path();
  through(way, filter({rule(Access::Allow, certain(only("10.224.0.4")))})).header.source =
      chosen(1, nodes);
  CHECK(proving.verdict({way}, all_packets()) == "depends");
  CHECK(proving.right({way}, {}, {all_packets()}));
  Path same = way;
  through(same, filter({rule(Access::Allow, certain(only("10.224.0.5")))})).header.source =
      chosen(1, nodes);
  CHECK(proving.verdict({same}, all_packets()) == "denied");
  same.hops.back().header.source = chosen(2, nodes);
  CHECK(proving.verdict({same}, all_packets()) == "depends");
  Path any = path();
  through(any, filter({rule(Access::Allow, certain(nodes))})).header.source = chosen(1, nodes);
  CHECK(proving.verdict({any}, all_packets()) == "allowed");
  // The same address on the other side of a later header.
  Path turned = way;
  through(turned, filter({rule(Access::Allow, anywhere(), certain(only("10.224.0.5")))}))
      .header.destination = chosen(1, nodes);
  CHECK(proving.verdict({turned}, all_packets()) == "denied");
}

TEST_CASE("path prover: a network manager's rules act before the group") {
  const Proving proving;
  Path way = path();
  through(way, filter({ports(Access::Allow, 80, 81)}));
  admin(way, filter({ports(Access::AlwaysAllow, 22, 22), ports(Access::Allow, 23, 23),
                     ports(Access::Deny, 80, 80)},
                    Access::Allow));
  const Boxes exact{tcp(22, 22), tcp(81, 81)};
  CHECK(proving.right({way}, exact, exact));
  CHECK_FALSE(proving.right({way}, {tcp(23, 23)}, {all_packets()}));
  CHECK_FALSE(proving.right({way}, {}, {tcp(81, 81)}));
}

TEST_CASE("path prover: ports that a Service rewrites, and ports of translations") {
  const Proving proving;
  Path way = path();
  through(way, filter({ports(Access::Allow, 80, 80)}));
  through(way, filter({ports(Access::Allow, 8080, 8080)})).header.destination_port = 8080;
  CHECK(proving.right({way}, {tcp(80, 80)}, {tcp(80, 80)}));
  way.hops.back().header.destination_port = std::nullopt;
  CHECK(proving.right({way}, {}, {}));

  FilterRule high = ports(Access::Allow, 0, 65535);
  high.source_ports = {1024, 65535};
  FilterRule low = ports(Access::Allow, 0, 65535);
  low.source_ports = {0, 1023};
  FilterRule some = ports(Access::Allow, 0, 65535);
  some.source_ports = {2000, 2000};
  const std::pair<FilterRule, const char*> cases[] = {
      {high, "allowed"}, {low, "denied"}, {some, "depends"}};
  for (const auto& [rule, verdict] : cases) {
    Path translated = path();
    through(translated, filter({rule})).header.source_port_is_chosen = true;
    CHECK(proving.verdict({translated}, tcp(80, 80)) == verdict);
    Path own = path();
    through(own, filter({rule}));
    CHECK(proving.verdict({own}, tcp(80, 80)) == "partly");
  }
}

TEST_CASE("path prover: a rule for any protocol with ports leaves ICMP open") {
  Proving proving;
  const auto star = unknown(proving.cloud, Scope::World);
  FilterRule with = rule(Access::Allow, anywhere(), anywhere(), {80, 80}, kWithPorts);
  FilterRule without =
      rule(Access::Allow, anywhere(), anywhere(), {80, 80}, ProtocolSet::all() - kWithPorts);
  without.only_if = {star};
  Path way = path();
  through(way, filter({with, without}));
  CHECK(proving.verdict({way}, tcp(80, 80)) == "allowed");
  CHECK(proving.verdict({way}, tcp(81, 81)) == "denied");
  CHECK(proving.verdict({way}, of(kIcmp)) == "depends");
  Box ports_do_not_count = of(kIcmp);
  ports_do_not_count.destination_ports = {81, 81};
  CHECK(proving.verdict({way}, ports_do_not_count) == "depends");
  Box must = all_packets();
  must.protocols = kWithPorts;
  must.destination_ports = {80, 80};
  CHECK(proving.right({way}, {must}, {must, of(ProtocolSet::all() - kWithPorts)}));
  CHECK_FALSE(proving.right({way}, {must}, {must}));
  CHECK_FALSE(proving.right({way}, {must, of(kIcmp)}, {all_packets()}));
}

TEST_CASE("path prover: gates, ends that are not asked about, and several ways") {
  Proving proving;
  Path closed = path();
  gate(closed, std::nullopt);
  CHECK(proving.right({closed}, {}, {}));
  Path open = path();
  gate(open, unknown(proving.cloud, Scope::World));
  CHECK(proving.verdict({open}, all_packets()) == "depends");
  const Path free = path();
  CHECK(proving.verdict({free}, all_packets()) == "allowed");
  CHECK(proving.verdict({free, closed}, all_packets()) == "depends");
  CHECK(proving.right({free, closed}, {}, {all_packets()}));
  CHECK_FALSE(proving.right({free, closed}, {all_packets()}, {all_packets()}));
  CHECK_FALSE(proving.right({free, closed}, {}, {}));

  Path pod = path();
  pod.destination = {ip("10.1.0.4"), ip("10.1.0.5")};
  through(pod, filter({rule(Access::Allow, anywhere(), certain(only("10.1.0.4")))}));
  CHECK(proving.verdict({pod}, all_packets()) == "partly");
  pod.destination_is_asked = false;
  CHECK(proving.verdict({pod}, all_packets()) == "depends");
  CHECK(proving.right({pod}, {}, {all_packets()}));
  Box nowhere = all_packets();
  nowhere.destination = {};  // says nothing: the end is not asked about
  CHECK_FALSE(proving.right({pod}, {nowhere}, {nowhere}));
  CHECK(proving.right({pod}, {}, {nowhere}));
}

TEST_CASE("path prover: addresses of both families") {
  const Proving proving;
  Path way = path();
  way.source = net::all_addresses();
  way.destination = net::all_addresses();
  through(way, filter({rule(Access::Allow, certain(block("fd00::/8") | block("10.0.0.0/31")))}));
  Box exact = all_packets();
  exact.source = block("fd00::/8") | block("10.0.0.0/31");
  CHECK(proving.right({way}, {exact}, {exact}));
  Box wrong = all_packets();
  wrong.source = block("fd00::/7");
  CHECK_FALSE(proving.right({way}, {wrong}, {all_packets()}));
  wrong.source = block("fd00::/8");
  CHECK_FALSE(proving.right({way}, {}, {wrong}));
}

TEST_CASE("path prover: policies of a pod on the way") {
  oracle::Scene scene;
  const auto web = scene.pod(0, "web", "10.1.0.4");
  const auto client = scene.pod(0, "client", "10.0.0.4");
  auto from_node = oracle::from_block("10.224.0.4/32");
  from_node.ports = {{net::Protocol::Tcp, model::PortRange{8080, 8080}, {}}};
  scene.policy(0, scene.where("app", model::Operator::In, {"web"})).ingress =
      oracle::Rules{from_node};
  const compiler::Cluster compiled(scene.model, scene.profile);
  Proving proving;
  proving.cluster = &compiled;

  Path way = path();
  way.destination = only("10.1.0.4");
  Hop hop;
  hop.kind = Hop::Kind::Policies;
  hop.direction = model::Direction::Ingress;
  hop.self = web;
  hop.other = compiler::Party(block("10.224.0.0/24"));
  hop.header.source = chosen(1, {ip("10.224.0.4"), ip("10.224.0.5")});
  hop.header.destination_port = 8080;
  way.hops.push_back(hop);
  CHECK(proving.verdict({way}, tcp(80, 80)) == "depends");
  CHECK(proving.verdict({way}, of(ProtocolSet(IpProtocol::Udp))) == "denied");
  way.hops.front().header.source.among = only("10.224.0.4");
  CHECK(proving.verdict({way}, tcp(80, 80)) == "allowed");
  way.hops.front().header.destination_port = std::nullopt;
  CHECK(proving.right(
      {way}, {tcp(8080, 8080)},
      {tcp(8080, 8080), of(kIcmp | ProtocolSet(IpProtocol::Esp) | ProtocolSet(IpProtocol::Ah) |
                           ProtocolSet(IpProtocol::Other))}));
  // NetworkPolicy does not speak of ICMP: open where a policy selects the pod.
  CHECK(proving.verdict({way}, of(kIcmp)) == "depends");
  scene.policy(0, scene.where("app", model::Operator::In, {"web"})).ingress =
      oracle::Rules{oracle::from_block("10.224.0.4/32")};
  const compiler::Cluster with_rule(scene.model, scene.profile);
  proving.cluster = &with_rule;
  CHECK(proving.verdict({way}, of(kIcmp)) == "allowed");  // a rule that names no ports
  way.hops.front().self = client;
  CHECK(proving.verdict({way}, of(kIcmp)) == "allowed");
  CHECK(proving.verdict({way}, all_packets()) == "allowed");  // no policy selects it
}

TEST_CASE("path prover: an unknown label is one through all hops of a way") {
  oracle::Scene scene;
  const auto web = scene.pod(0, "web", "10.1.0.4");
  const auto client = scene.pod(0, "client", "10.0.0.4");
  scene.open_label(client, "role");
  scene.policy(0, scene.where("app", model::Operator::In, {"web"})).ingress =
      oracle::Rules{oracle::from_pods(scene.where("role", model::Operator::In, {"friend"}))};
  scene.policy(0, scene.where("role", model::Operator::In, {"friend"})).egress = oracle::Rules{};
  const compiler::Cluster compiled(scene.model, scene.profile);
  Proving proving;
  proving.cluster = &compiled;
  Path way = path();
  Hop leaves;
  leaves.kind = Hop::Kind::Policies;
  leaves.direction = model::Direction::Egress;
  leaves.self = client;
  leaves.other = compiler::Party(web);
  Hop enters = leaves;
  enters.direction = model::Direction::Ingress;
  enters.self = web;
  enters.other = compiler::Party(client);
  way.hops = {leaves};
  CHECK(proving.verdict({way}, tcp(80, 80)) == "depends");
  way.hops = {enters};
  CHECK(proving.verdict({way}, tcp(80, 80)) == "depends");
  way.hops = {leaves, enters};
  CHECK(proving.verdict({way}, tcp(80, 80)) == "denied");  // a friend must not leave
}

TEST_CASE("path prover: rules that never decide, and filters that are equal") {
  const Proving proving;
  PathProver prover(nullptr, proving.cloud);
  const Filter group = filter({ports(Access::Allow, 80, 89), ports(Access::Deny, 90, 99),
                               ports(Access::Deny, 85, 95), ports(Access::Deny, 99, 100)});
  const auto never = prover.decides(group, 2);
  REQUIRE(never.has_value());
  CHECK_FALSE(never->has_value());
  const auto last = prover.decides(group, 3);
  REQUIRE(last.has_value());
  REQUIRE(last->has_value());
  CHECK(solver::check::deciding_rule(proving.cloud, group, **last) == 3U);

  Filter shorter = group;
  shorter.rules.resize(1);
  const auto equal = prover.difference(group, shorter);
  REQUIRE(equal.has_value());
  CHECK_FALSE(equal->has_value());
  shorter.rules.front().destination_ports = {80, 88};
  const auto differ = prover.difference(group, shorter);
  REQUIRE(differ.has_value());
  REQUIRE(differ->has_value());
  CHECK((*differ)->flow.destination_port == 89);
  const auto always =
      prover.difference(filter({rule(Access::AlwaysAllow)}), filter({rule(Access::Allow)}));
  REQUIRE(always.has_value());
  CHECK(always->has_value());
}

TEST_CASE("path prover: a service tag of ten thousand prefixes") {
  const Proving proving;
  std::vector<net::AddressSet::Interval> blocks;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    const net::Prefix prefix{{net::Family::V4, 0x14000000U + i * 0x2000U + (i % 7) * 0x100U}, 24};
    blocks.push_back({prefix.first(), prefix.last()});
  }
  const net::AddressSet tag = net::AddressSet::of(blocks);
  REQUIRE(tag.intervals().size() > 9'000);
  Path way = path();
  way.source = net::all_addresses();
  through(way, filter({rule(Access::Deny, certain(block("30.0.0.0/8"))),
                       rule(Access::Allow, certain(tag), anywhere(), {443, 443}, kTcp)}));
  Box exact = tcp(443, 443);
  exact.source = tag - block("30.0.0.0/8");
  CHECK(proving.right({way}, {exact}, {exact}));
  Box wrong = exact;
  wrong.source |= only("30.0.0.1");
  CHECK_FALSE(proving.right({way}, {wrong}, {wrong}));
  wrong.source = exact.source - only("20.0.0.1");
  CHECK_FALSE(proving.right({way}, {wrong}, {wrong}));
}

TEST_CASE("path prover: a question that is too large is a failure, never a proof") {
  const Proving proving;
  Path way = path();
  Filter large = filter({});
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const net::Address one{net::Family::V4, 0x0A000000U + i};
    large.rules.push_back(rule(i % 2 == 0 ? Access::Allow : Access::Deny, certain({one, one}),
                               anywhere(), {net::Port(i), net::Port(i)}));
  }
  through(way, large);
  CHECK_FALSE(PathProver(nullptr, proving.cloud).refute({way}, {}, {tcp(1, 1)}));
  CHECK_FALSE(PathProver(nullptr, proving.cloud).prove({way}, all_packets()));
}

}  // namespace polreach
