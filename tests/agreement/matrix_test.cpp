// SPDX-License-Identifier: Apache-2.0
// The connections of all classes at once are those of one pair after the other.
#include "solver/sets/matrix.h"

#include <doctest/doctest.h>

#include <map>

#include "solver/sets/reach.h"
#include "tests/agreement/generator.h"
#include "tests/support/environment.h"

namespace polreach::agreement {
namespace {

const std::uint64_t kClusters = support::cases(2500);

/// Compares every two endpoints that are different pods; counts them.
std::uint64_t compare(const Spec& spec) {
  model::Model model = to_model(spec);
  model::ClusterProfile profile = spec.profile;
  profile.own_node_passes = false;
  const compiler::Cluster cluster(model, profile);
  const compiler::Classes classes(cluster, {});
  solver::sets::Matrix matrix(cluster, classes);
  std::vector<std::map<std::uint32_t, solver::sets::Flow>> rows;
  for (std::uint32_t id = 0; id < classes.size(); ++id) {
    rows.emplace_back();
    for (const auto& entry : matrix.row(id)) {
      rows.back()[entry.destination] = matrix.flow(entry.flow);
    }
  }
  std::uint64_t pairs = 0;
  for (std::uint32_t i = 0; i < model.endpoints.size(); ++i) {
    for (std::uint32_t j = 0; j < model.endpoints.size(); ++j) {
      const auto from = static_cast<model::EndpointId>(i);
      const auto to = static_cast<model::EndpointId>(j);
      if (cluster.is_one_pod(from, to)) continue;
      ++pairs;
      const solver::sets::Piece expected = solver::sets::reach(cluster, from, to).at(0);
      const auto& row = rows[classes.of(from)];
      const auto found = row.find(classes.of(to));
      const solver::sets::Flow flow = found == row.end() ? solver::sets::Flow() : found->second;
      const bool same = flow.must == expected.must && flow.may == expected.may &&
                        flow.points.empty() == (flow.must == flow.may);
      if (same) continue;
      FAIL_CHECK(spec.endpoints[i].name
                 << " -> " << spec.endpoints[j].name << ": matrix " << net::to_string(flow.must)
                 << " / " << net::to_string(flow.may) << ", pair " << net::to_string(expected.must)
                 << " / " << net::to_string(expected.may) << "\n"
                 << describe_profile(spec.profile) << "\n"
                 << to_yaml(spec));
      return pairs;
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("matrix: all pairs at once are the pairs one by one") {
  std::uint64_t pairs = 0;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    pairs += compare(generate(seed));
  }
  MESSAGE(pairs << " pairs");
  CHECK(pairs > kClusters);
}

}  // namespace polreach::agreement
