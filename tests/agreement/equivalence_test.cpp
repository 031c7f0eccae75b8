// SPDX-License-Identifier: Apache-2.0
// Whether two sets of policies mean the same for all pods that could exist: changes that change
// nothing must be proven, and whatever tells pods of the input apart must be found.
#include "solver/queries/equivalence.h"

#include <doctest/doctest.h>

#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/agreement/random.h"
#include "tests/agreement/rewrite.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

using compiler::Cluster;
using model::EndpointId;

const std::uint64_t kClusters = support::cases(120);

/// What manifests can say; names of ports come with the pods, and so do not differ.
Spec cluster_of(std::uint64_t seed) { return generate(seed, {.readable = true}); }

bool names_unseen_nodes(const Cluster& cluster) {
  for (const auto& nodes : cluster.node_selectors()) {
    if (nodes.open) return true;
  }
  return false;
}

struct Side {
  model::Model model;
  Cluster cluster;
  explicit Side(const Spec& spec) : model(to_model(spec)), cluster(model, profile_of(spec)) {}
  static model::ClusterProfile profile_of(const Spec& spec) {
    model::ClusterProfile profile = spec.profile;
    profile.own_node_passes = false;
    return profile;
  }
};

/// Whether some pair of pods of the input, none with hostNetwork, gets other packets for certain.
bool differ_on_pods(const Side& a, const Side& b) {
  for (std::uint32_t i = 0; i < a.model.endpoints.size(); ++i) {
    for (std::uint32_t j = 0; j < a.model.endpoints.size(); ++j) {
      const auto from = static_cast<EndpointId>(i);
      const auto to = static_cast<EndpointId>(j);
      if (a.model[from].host_network || a.model[to].host_network) continue;
      const auto one = solver::sets::reach(a.cluster, from, to).at(0);
      const auto two = solver::sets::reach(b.cluster, from, to).at(0);
      if (!(one.must - two.may).empty() || !(two.must - one.may).empty()) return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("equivalence: what changes nothing is proven to change nothing") {
  std::size_t proven = 0;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    const Spec spec = cluster_of(seed);
    Random random(seed);
    const Side before(spec);
    if (names_unseen_nodes(before.cluster)) continue;
    for (const Spec& same : {split(spec, random), doubled(spec, random)}) {
      const Side after(same);
      const auto answer = solver::queries::equivalent(before.cluster, after.cluster);
      REQUIRE(answer.has_value());
      CHECK_MESSAGE(!answer->counterexample, "seed " << seed << "\n" << to_yaml(spec));
      ++proven;
    }
  }
  CHECK(proven > kClusters);
}

TEST_CASE("equivalence: what tells pods of the input apart is found") {
  std::size_t different = 0;
  for (std::uint64_t seed = 0; seed < kClusters * 4; ++seed) {
    const Spec spec = cluster_of(seed);
    const Side before(spec);
    if (names_unseen_nodes(before.cluster) || spec.policies.empty()) continue;
    Spec without = spec;
    without.policies.erase(without.policies.begin() +
                           static_cast<std::ptrdiff_t>(seed % spec.policies.size()));
    const Side after(without);
    if (!differ_on_pods(before, after)) continue;
    ++different;
    const auto answer = solver::queries::equivalent(before.cluster, after.cluster);
    REQUIRE(answer.has_value());
    CHECK_MESSAGE(answer->counterexample.has_value(), "seed " << seed << "\n" << to_yaml(spec));
    const auto mirrored = solver::queries::equivalent(after.cluster, before.cluster);
    REQUIRE(mirrored.has_value());
    CHECK(mirrored->counterexample.has_value());
  }
  CHECK(different > kClusters / 2);
}

}  // namespace polreach::agreement
