// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>

#include "solver/z3/path_prover.h"
#include "tests/azure/path_scene.h"
#include "tests/support/environment.h"

// Proofs about small random paths, against the replay of every packet in every way in which things
// could be.
namespace polreach {
namespace {

using namespace scene;
using solver::check::OpenFact;
using solver::check::PathWitness;
using Of = OpenFact::Of;
using Scope = model::Unknown::Scope;

constexpr std::uint32_t kFirstAddress = 0x0A000000U;
net::Address address(unsigned i) { return {net::Family::V4, kFirstAddress + i}; }
const net::AddressSet kUniverse(address(0), address(2));

/// Paths over three addresses, ports 79 to 81, TCP and ICMP; unknowns 0 (of the world) and 1 (of
/// addresses); at most one chosen address.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Ways ways() {
    Ways result(1 + below(2));
    const bool source_is_asked = below(3) != 0;
    const bool destination_is_asked = below(3) != 0;
    for (Path& path : result) {
      path.source = kUniverse;
      path.destination = kUniverse;
      path.source_is_asked = source_is_asked;
      path.destination_is_asked = destination_is_asked;
      for (unsigned hops = 1 + below(2); hops > 0; --hops) add_hop(path);
    }
    return result;
  }

 private:
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }
  model::UnknownId unknown() { return static_cast<model::UnknownId>(below(2)); }
  static model::UnknownId of_world() { return model::UnknownId{0}; }

  void add_hop(Path& path) {
    if (below(12) == 0) {
      gate(path, below(3) == 0 ? std::nullopt : std::optional(of_world()));
      return;
    }
    through(path, some_filter(false));
    if (below(4) == 0) admin(path, some_filter(true));
    compiler::Header& header = path.hops.back().header;
    if (below(4) == 0) header.source = chosen(1, kUniverse);
    if (below(6) == 0) header.destination = chosen(1, kUniverse);
    if (below(4) == 0) header.destination_port = net::Port(79 + below(3));
    header.source_port_is_chosen = below(4) == 0;
  }

  Filter some_filter(bool is_admin) {
    Filter result;
    if (!is_admin && below(10) == 0) {
      result.missing = of_world();
      return result;
    }
    if (is_admin) result.otherwise = Access::Allow;
    for (unsigned rules = below(4); rules > 0; --rules) result.rules.push_back(some_rule(is_admin));
    return result;
  }

  FilterRule some_rule(bool is_admin) {
    FilterRule result =
        rule(below(3) != 0 ? Access::Allow : Access::Deny, some_match(), some_match());
    if (is_admin && below(3) == 0) result.access = Access::AlwaysAllow;
    if (below(8) == 0) result.access_open = of_world();
    if (below(6) == 0) result.only_if = {of_world()};
    if (below(2) == 0) result.protocols = below(2) == 0 ? kTcp : kIcmp;
    const auto first = net::Port(79 + below(3));
    if (below(2) == 0) result.destination_ports = {first, net::Port(first + below(2))};
    if (below(4) == 0) result.source_ports = {2000, 2000};
    return result;
  }

  AddressMatch some_match() {
    if (below(2) == 0) return anywhere();
    AddressMatch result;
    for (unsigned i = 0; i < 3; ++i) {
      if (below(2) == 0) result.certain |= net::AddressSet(address(i), address(i));
    }
    if (below(2) == 0)
      result.open.push_back({unknown(), below(2) == 0 ? net::all_addresses() : kUniverse});
    return result;
  }

  std::mt19937 random_;
};

/// Every witness of the small universe. Source ports: 2000 and 3000.
template <typename Visit>
void for_each(const Visit& visit) {
  for (unsigned i = 0; i < 3 * 3 * 3 * 7 * 2 * 16; ++i) {
    unsigned rest = i;
    const auto take = [&](unsigned count) {
      const unsigned value = rest % count;
      rest /= count;
      return value;
    };
    PathWitness witness;
    witness.flow.source = address(take(3));
    witness.flow.destination = address(take(3));
    witness.chosen[1] = address(take(3));
    const unsigned kind = take(7);  // six headers of TCP, one of ICMP
    witness.flow.protocol = kind == 6 ? IpProtocol::Icmp : IpProtocol::Tcp;
    if (kind != 6) {
      witness.flow.source_port = kind < 3 ? 2000 : 3000;
      witness.flow.destination_port = net::Port(79 + kind % 3);
    }
    witness.chosen_source_port = take(2) == 0 ? 2000 : 3000;
    witness.facts[{model::UnknownId{0}, Of::World, 0}] = take(2) == 0;
    witness.facts[{model::UnknownId{1}, Of::Source, 0}] = take(2) == 0;
    witness.facts[{model::UnknownId{1}, Of::Destination, 0}] = take(2) == 0;
    witness.facts[{model::UnknownId{1}, Of::Chosen, 1}] = take(2) == 0;
    visit(witness);
  }
}

/// What is asked: the packets of for_each.
Boxes universe() {
  Box with_ports{kTcp, kUniverse, kUniverse, {}, {79, 81}};
  with_ports.source_ports = net::PortSet::of({{2000, 2000}, {3000, 3000}});
  return {with_ports, of(kIcmp)};
}

struct Outcome {
  bool passes = false;
  bool stopped = false;
};
using Key = std::tuple<IpProtocol, net::Port, net::Port, net::Address, net::Address>;

std::map<Key, Outcome> replay(const model::Cloud& cloud, const Ways& ways) {
  std::map<Key, Outcome> result;
  for (const Path& way : ways) {
    for_each([&](const PathWitness& witness) {
      const net::Flow& flow = witness.flow;
      const Key key{flow.protocol, flow.source_port, flow.destination_port,
                    way.source_is_asked ? flow.source : net::Address(),
                    way.destination_is_asked ? flow.destination : net::Address()};
      Outcome& outcome = result[key];
      const bool passes = solver::check::passes(nullptr, cloud, way, witness);
      outcome.passes = outcome.passes || passes;
      outcome.stopped = outcome.stopped || !passes;
    });
  }
  return result;
}

Box box_of(const Key& key) {
  const auto& [protocol, from, to, source, destination] = key;
  return {
      ProtocolSet(protocol), {source, source}, {destination, destination}, {from, from}, {to, to}};
}

}  // namespace

TEST_CASE("path prover: agrees with the replay of everything there is") {
  model::Cloud cloud;
  unknown(cloud, Scope::World);
  unknown(cloud, Scope::Address);
  std::map<std::string, int> met;
  for (unsigned seed = 0; seed < support::cases(150); ++seed) {
    CAPTURE(seed);
    const Ways ways = Generator(seed).ways();
    const std::map<Key, Outcome> outcomes = replay(cloud, ways);
    solver::z3::PathProver prover(nullptr, cloud);
    Boxes must;
    Boxes may;
    Boxes outside;  // packets that the bounds say nothing about
    Box rest = all_packets();
    for (const auto& [key, outcome] : outcomes) {
      if (!outcome.stopped) must.push_back(box_of(key));
      if (outcome.passes) may.push_back(box_of(key));
    }
    rest.protocols = ProtocolSet::all() - kTcp - kIcmp;
    outside.push_back(rest);
    rest.protocols = kTcp;
    rest.source_ports = net::all_header_ports() - universe().front().source_ports;
    outside.push_back(rest);
    rest.source_ports = net::all_header_ports();
    rest.destination_ports = net::all_header_ports() - net::PortSet(79, 81);
    outside.push_back(rest);
    Boxes all_may = may;
    all_may.insert(all_may.end(), outside.begin(), outside.end());
    const auto refuted = prover.refute(ways, must, all_may);
    REQUIRE(refuted.has_value());
    CHECK_FALSE(refuted->has_value());

    // One packet more in `must`, one less in `may`, are wrong; and each verdict is the replay's.
    std::mt19937 random(seed);
    for (int tries = 0; tries < 6; ++tries) {
      const auto& [key, outcome] = *std::next(outcomes.begin(), long(random() % outcomes.size()));
      const auto proof = prover.prove(ways, box_of(key));
      REQUIRE(proof.has_value());
      CHECK(proof->allowed.has_value() == outcome.passes);
      CHECK(proof->denied.has_value() == outcome.stopped);
      CHECK(proof->undecided.has_value() == (outcome.passes && outcome.stopped));
      ++met[outcome.passes ? outcome.stopped ? "open" : "allowed" : "denied"];
      if (!outcome.stopped) continue;
      Boxes wrong = must;
      wrong.push_back(box_of(key));
      const auto found = prover.refute(ways, wrong, {all_packets()});
      REQUIRE(found.has_value());
      REQUIRE(found->has_value());
      CHECK_FALSE(solver::check::passes(nullptr, cloud, ways[(*found)->way], **found));
    }
  }
  for (const char* kind : {"open", "allowed", "denied"}) CHECK(met[kind] > support::cases(20));
}

}  // namespace polreach
