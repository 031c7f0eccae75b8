// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/within.h"

#include <doctest/doctest.h>

#include <optional>

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
    model::Namespace ns;
    ns.name = model.symbols->intern("shop");
    ns.labels = model.label_sets.intern(model::LabelSet::of({}));
    ns.declared = true;
    model.namespaces.push_back(ns);
    for (const char* name : {"web", "db"}) {
      model::Workload workload;
      workload.kind = model.symbols->intern("Pod");
      workload.name = model.symbols->intern(name);
      workload.endpoints.push_back(static_cast<EndpointId>(model.endpoints.size()));
      model.workloads.push_back(workload);
      model::Endpoint endpoint;
      endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size() - 1);
      endpoint.labels = model.label_sets.intern(model::LabelSet::of({}));
      model.endpoints.push_back(endpoint);
    }
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
