// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/cluster.h"

#include <doctest/doctest.h>

#include "tests/queries/pods.h"

// How a model is indexed for questions.
namespace polreach::compiler {

TEST_CASE("cluster: a selector of nodes that several rules name is one") {
  model::Model model;
  tests::add_shop(model);
  const auto nodes = [&](const char* role) {
    model::NodePeer peer;
    peer.nodes.all_of.push_back(
        {model.symbols->intern("role"), model::Operator::In, {model.symbols->intern(role)}, {}});
    return peer;
  };
  model::Policy policy;
  policy.tier = model::Tier::Admin;
  policy.kind = model.symbols->intern("ClusterNetworkPolicy");
  policy.name = model.symbols->intern("nodes");
  auto& rules = policy.egress.emplace();
  for (const char* role : {"control", "worker", "control"}) {
    model::Rule rule;
    rule.peers.push_back({nodes(role), {}});
    rules.push_back(rule);
  }
  model.policies.push_back(policy);
  const Cluster cluster(model, {});
  REQUIRE(cluster.node_selectors().size() == 2);
  CHECK(cluster.index_of(nodes("control")) == 0);
  CHECK(cluster.index_of(nodes("worker")) == 1);
}

}  // namespace polreach::compiler
