// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/matrix.h"

#include <doctest/doctest.h>

#include "policies/source/result.h"
#include "tests/queries/pods.h"

// All connections at once say nothing of nodes, and refuse to answer as if they did.
namespace polreach::solver::sets {

TEST_CASE("matrix: where pods run is not its question") {
  model::Model model;
  tests::add_shop(model);
  (void)tests::add_pod(model, "web");
  const auto of = [&](bool own_node_passes) {
    model::ClusterProfile profile;
    profile.own_node_passes = own_node_passes;
    const compiler::Cluster cluster(model, profile);
    return Matrix(cluster, compiler::Classes(cluster, {})).row(0).size();
  };
  CHECK_THROWS_AS((void)of(true), source::InternalError);
  CHECK_NOTHROW((void)of(false));
}

}  // namespace polreach::solver::sets
