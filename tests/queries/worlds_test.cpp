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
  pods.deny_nodes();
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

TEST_CASE("worlds: where pods run matters to what comes from the network of a node, if not known") {
  // A pod accepts what comes from its own node, and what a pod with the network of a node sends
  // comes from there; unless it is treated as any other pod.
  support::PodsBuilder pods;
  const model::EndpointId web = pods.pod("web");
  const model::EndpointId placed = pods.pod("placed", {}, "node-1");
  const model::EndpointId agent = pods.pod("agent", {}, {}, true);
  const model::EndpointId placed_agent = pods.pod("placed-agent", {}, "node-2", true);
  const auto placement_matters = [&](model::Reading host_network_is_pod, const Party& source,
                                     const Party& destination) {
    model::ClusterProfile profile;
    profile.host_network_is_pod = host_network_is_pod;
    const Cluster cluster(pods.model, profile);
    const Worlds worlds(cluster, source, destination);
    return std::any_of(worlds.choices().begin(), worlds.choices().end(), [](const auto& choice) {
      return choice.point.assumption == Assumption::NodePlacement;
    });
  };
  for (const model::Reading reading : {model::Reading::Both, model::Reading::No}) {
    CHECK(placement_matters(reading, agent, web));
    CHECK(placement_matters(reading, placed_agent, web));
    CHECK(placement_matters(reading, agent, placed));
    CHECK_FALSE(placement_matters(reading, placed_agent, placed));
    CHECK_FALSE(placement_matters(reading, web, agent));
    CHECK_FALSE(placement_matters(reading, agent, net::all_addresses()));
  }
  CHECK_FALSE(placement_matters(model::Reading::Yes, agent, web));
}

}  // namespace polreach::compiler
