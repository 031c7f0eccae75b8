// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/within.h"

#include <doctest/doctest.h>

#include <optional>

#include "tests/queries/pods.h"

// Two pods, and policies that close one direction of one of them.
namespace polreach::solver::sets {
namespace {

using model::EndpointId;

constexpr EndpointId kSource{0};
constexpr EndpointId kDestination{1};

/// Two pods of one namespace; where a direction is given, a policy that lets nothing pass in it
/// selects both.
struct Pods {
  model::Model model;
  std::optional<compiler::Cluster> cluster;

  explicit Pods(std::optional<model::Direction> closed = {}) {
    tests::add_shop(model);
    for (const char* name : {"web", "db"}) tests::add_pod(model, name);
    if (closed) {
      model::Policy policy;
      policy.kind = model.symbols->intern("NetworkPolicy");
      policy.name = model.symbols->intern("close");
      (closed == model::Direction::Ingress ? policy.ingress : policy.egress).emplace();
      model.policies.push_back(policy);
    }
    cluster.emplace(model, model::ClusterProfile{});
  }

  [[nodiscard]] Passage passage() const { return {&*cluster, kSource, kDestination}; }
};

}  // namespace

TEST_CASE("within: what one direction alone closes is within what is open, and not the other way") {
  const Pods open;
  for (const model::Direction direction : {model::Direction::Ingress, model::Direction::Egress}) {
    const Pods closed(direction);
    CHECK(always_within(closed.passage(), open.passage()));
    CHECK_FALSE(always_within(open.passage(), closed.passage()));
    CHECK(never_both(open.passage(), closed.passage()));
    CHECK(never_both(closed.passage(), open.passage()));
  }
  CHECK(always_within(open.passage(), open.passage()));
  CHECK_FALSE(never_both(open.passage(), open.passage()));
}

}  // namespace polreach::solver::sets
