// SPDX-License-Identifier: Apache-2.0
// Relations between random sets of policies, against one packet in one world at a time.
#include "solver/queries/relate.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "solver/queries/redundancy.h"
#include "solver/queries/replay.h"
#include "solver/queries/variants.h"
#include "solver/sets/within.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/random.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using model::Model;
using solver::queries::Holds;
using solver::queries::Related;
using solver::queries::Relation;
using solver::sets::Passage;

const std::uint64_t kClusters = support::cases(600);

model::ClusterProfile profile_of(const Spec& spec) {
  model::ClusterProfile profile = spec.profile;
  profile.own_node_passes = false;
  return profile;
}

/// The model with some of its policies only.
Model with_some(const Model& model, const std::function<bool(std::size_t)>& keep) {
  Model result = model;
  result.policies.clear();
  for (std::size_t i = 0; i < model.policies.size(); ++i) {
    if (keep(i)) result.policies.push_back(model.policies[i]);
  }
  return result;
}

using OnPair = std::function<void(EndpointId, EndpointId)>;
void for_each_pair(const Cluster& cluster, const OnPair& call) {
  const auto count = static_cast<std::uint32_t>(cluster.model().endpoints.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t j = 0; j < count; ++j) {
      const auto from = static_cast<EndpointId>(i);
      const auto to = static_cast<EndpointId>(j);
      if (!cluster.is_one_pod(from, to)) call(from, to);
    }
  }
}

/// What a claim must be by the bounds of each pair and of all outside addresses: certainly broken,
/// or certainly not; nothing where the bounds do not say.
std::optional<bool> by_bounds(const Cluster& inner, const Cluster& outer) {
  bool broken = false;
  bool open = false;
  const auto judge = [&](const solver::sets::Piece& a, const solver::sets::Piece& b) {
    broken = broken || !(a.must - b.may).empty();
    open = open || !(a.may - b.must).empty();
  };
  for_each_pair(inner, [&](EndpointId from, EndpointId to) {
    judge(solver::sets::reach(inner, from, to).at(0), solver::sets::reach(outer, from, to).at(0));
  });
  const Party outside = net::all_addresses();
  for (std::uint32_t i = 0; i < inner.model().endpoints.size(); ++i) {
    const Party pod = static_cast<EndpointId>(i);
    for (const bool egress : {false, true}) {
      const Party& source = egress ? pod : outside;
      const Party& destination = egress ? outside : pod;
      for (const auto& a : solver::sets::reach(inner, source, destination)) {
        for (const auto& b : solver::sets::reach(outer, source, destination)) {
          if (!(a.addresses & b.addresses).empty()) judge(a, b);
        }
      }
    }
  }
  if (broken) return false;
  return open ? std::nullopt : std::optional<bool>(true);
}

bool agrees(Holds found, const std::optional<bool>& expected) {
  if (!expected) return found != Holds::No;
  return found == (*expected ? Holds::Yes : Holds::No);
}

/// Ports and addresses where some rule begins to match.
struct Interesting {
  std::vector<net::Port> ports{80, 443};
  std::vector<net::Address> addresses;

  explicit Interesting(const Model& model) {
    for (const model::Policy& policy : model.policies) {
      for (const auto* rules : {&policy.ingress, &policy.egress}) {
        if (!*rules) continue;
        for (const model::Rule& rule : **rules) add(rule);
      }
    }
  }
  void add(const model::Rule& rule) {
    for (const model::PortMatch& each : rule.ports) {
      if (const auto* range = std::get_if<model::PortRange>(&each.ports)) {
        ports.push_back(range->first);
        ports.push_back(range->last);
      }
    }
    for (const model::Peer& each : rule.peers) {
      const auto* block = std::get_if<model::BlockPeer>(&each.what);
      if (block == nullptr) continue;
      addresses.push_back(block->cidr.first());
      for (const net::Prefix& except : block->except) addresses.push_back(except.first());
    }
  }
};

/// Another address that the pod can have, of the same family, now and then.
void vary(Random& random, const Interesting& interesting, const net::AddressSet& possible,
          net::Address& address) {
  if (interesting.addresses.empty() || random.chance(20)) return;
  const net::Address other = random.pick(interesting.addresses);
  if (other.family == address.family && possible.contains(other)) address = other;
}

/// Some world of the many.
solver::check::World some_world(Random& random, const Model& model) {
  solver::check::World world;
  world.ipblock_matches_pods = random.chance(50);
  world.host_network_is_pod = random.chance(50);
  for (const model::Policy& policy : model.policies) {
    for (const model::Requirement& each : policy.subject.all_of) {
      if (each.values.empty() || random.chance(33)) continue;
      const auto value = std::string(model.text(each.values.front()));
      for (auto owner : {compiler::LabelOwner::SourcePod, compiler::LabelOwner::DestinationPod}) {
        if (random.chance(50)) world.labels[{owner, {}, each.key}] = value;
      }
    }
  }
  return world;
}

}  // namespace

TEST_CASE("relate: containment is what the pairs say one by one") {
  std::array<std::size_t, 3> found{};
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    const Model all = to_model(spec);
    const Model odd = with_some(all, [&](std::size_t i) { return (i + seed) % 3 != 0; });
    const Model even = with_some(all, [&](std::size_t i) { return (i + seed) % 3 != 1; });
    const Cluster a(odd, profile_of(spec));
    const Cluster b(even, profile_of(spec));
    const Related related = solver::queries::relate(
        a, b, {Relation::AWithinB, Relation::BWithinA, Relation::BInterferes});
    const Model together = solver::queries::together(odd, even);
    const Cluster both(together, profile_of(spec));
    CAPTURE(seed);
    CHECK(agrees(related.claim(Relation::AWithinB).holds, by_bounds(a, b)));
    CHECK(agrees(related.claim(Relation::BWithinA).holds, by_bounds(b, a)));
    CHECK(agrees(related.claim(Relation::BInterferes).holds, by_bounds(both, a)));
    ++found.at(static_cast<std::size_t>(related.claim(Relation::AWithinB).holds));
  }
  // Each answer has to occur.
  CHECK(found[0] > 20);
  CHECK(found[1] > 20);
  MESSAGE(found[0] << " within, " << found[1] << " not, " << found[2] << " open");
}

TEST_CASE("relate: a set is equivalent to itself, whatever is not known") {
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    const Model one = to_model(spec);
    const Model other = one;
    const Cluster a(one, profile_of(spec));
    const Cluster b(other, profile_of(spec));
    const Related related =
        solver::queries::relate(a, b, {Relation::AWithinB, Relation::BWithinA, Relation::Permits});
    CAPTURE(seed);
    CHECK(related.claim(Relation::AWithinB).holds == Holds::Yes);
    CHECK(related.claim(Relation::BWithinA).holds == Holds::Yes);
    CHECK(related.claim(Relation::Permits).holds == Holds::Yes);
    CHECK(related.changes.empty());
  }
}

TEST_CASE("relate: what holds in each world holds for each packet in each that was tried") {
  std::size_t proven = 0;
  std::size_t beyond_bounds = 0;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = generate(seed);
    Random random(seed);
    const Model all = to_model(spec);
    const Model fewer = with_some(all, [&](std::size_t i) { return i % 2 == seed % 2; });
    const Interesting interesting(all);
    const Cluster a(all, profile_of(spec));
    const Cluster b(fewer, profile_of(spec));
    for_each_pair(a, [&](EndpointId from, EndpointId to) {
      const bool within = solver::sets::always_within({&a, from, to}, {&b, from, to});
      const bool never = solver::sets::never_both({&a, from, to}, {&b, from, to});
      if (!within && !never) return;
      ++proven;
      const auto one = solver::sets::reach(a, from, to).at(0);
      const auto other = solver::sets::reach(b, from, to).at(0);
      if (within && !other.must.contains(one.may)) ++beyond_bounds;
      for (int attempt = 0; attempt < 20; ++attempt) {
        const net::Protocol protocol = net::kProtocols.at(random.below(net::kProtocols.size()));
        auto packet =
            solver::queries::packet_between(a, from, to, protocol, random.pick(interesting.ports));
        if (!packet) return;
        vary(random, interesting, a.pod_addresses(from), packet->source_address);
        vary(random, interesting, a.pod_addresses(to), packet->destination_address);
        const auto world = some_world(random, all);
        const bool in_a = solver::check::passes(a, *packet, world);
        const bool in_b = solver::check::passes(b, *packet, world);
        CAPTURE(seed);
        if (within) CHECK((!in_a || in_b));
        if (never) CHECK_FALSE((in_a && in_b));
      }
    });
  }
  CHECK(proven > 2 * kClusters);
  CHECK(beyond_bounds > 10);
  MESSAGE(proven << " pairs, " << beyond_bounds << " of them beyond what bounds say");
}

TEST_CASE("relate: policies are redundant where the set without them is equivalent") {
  std::size_t redundant = 0;
  std::size_t needed = 0;
  for (std::uint64_t seed = 0; seed < kClusters / 2; ++seed) {
    const Spec spec = generate(seed);
    const Model all = to_model(spec);
    const Cluster cluster(all, profile_of(spec));
    std::set<std::size_t> certain;
    std::set<std::size_t> in_doubt;
    for (const auto& each : solver::queries::redundant_parts(cluster).found) {
      if (each.direction) continue;
      (each.certain ? certain : in_doubt).insert(static_cast<std::size_t>(each.policy));
    }
    for (std::size_t i = 0; all.policies.size() > 1 && i < all.policies.size(); ++i) {
      const Model less = with_some(all, [&](std::size_t other) { return other != i; });
      const Cluster without(less, profile_of(spec));
      const Related related =
          solver::queries::relate(cluster, without, {Relation::AWithinB, Relation::BWithinA});
      const Holds one = related.claim(Relation::AWithinB).holds;
      const Holds other = related.claim(Relation::BWithinA).holds;
      CAPTURE(seed);
      CAPTURE(i);
      const bool broken = one == Holds::No || other == Holds::No;
      const bool same = one == Holds::Yes && other == Holds::Yes;
      CHECK(certain.contains(i) == same);
      CHECK(in_doubt.contains(i) == (!broken && !same));
      ++(same ? redundant : needed);
    }
  }
  CHECK(redundant > 20);
  CHECK(needed > 20);
  MESSAGE(redundant << " redundant, " << needed << " needed");
}

}  // namespace polreach::agreement
