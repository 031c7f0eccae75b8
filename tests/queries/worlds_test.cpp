// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/worlds.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/pods_builder.h"

// Which choices the worlds of a pair of parties have.
namespace polreach::compiler {

TEST_CASE(
    "worlds: which nodes there are matters to pods with the network of one, and to no others") {
  // No Node object: whether the selector of nodes matches a node is open.
  support::PodsBuilder pods;
  const model::EndpointId web = pods.pod("web");
  const model::EndpointId db = pods.pod("db");
  const model::EndpointId agent = pods.pod("agent", {}, {}, true);
  model::Policy policy;
  policy.tier = model::Tier::Admin;
  policy.kind = pods.model.symbols->intern("ClusterNetworkPolicy");
  policy.name = pods.model.symbols->intern("no-nodes");
  model::Rule rule;
  rule.action = model::Action::Deny;
  rule.peers.push_back({model::NodePeer{}, {}});
  policy.egress.emplace().push_back(rule);
  pods.model.policies.push_back(policy);
  const Cluster cluster(pods.model, {});
  const auto nodes_matter = [&](const Party& destination) {
    const Worlds worlds(cluster, web, destination);
    return std::any_of(worlds.choices().begin(), worlds.choices().end(), [](const auto& choice) {
      return choice.point.assumption == Assumption::Nodes;
    });
  };
  CHECK(nodes_matter(agent));
  CHECK_FALSE(nodes_matter(db));
  CHECK(nodes_matter(net::all_addresses()));
}

}  // namespace polreach::compiler
