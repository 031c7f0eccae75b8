// SPDX-License-Identifier: Apache-2.0
// Fields of a cluster that could not be evaluated: each is open where it stands, and makes open
// what it decides, and no more.
#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/path/node_group.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/routed.h"
#include "tests/azure/cloud_builder.h"
#include "tests/azure/linking.h"
#include "tests/azure/pods_builder.h"

namespace polreach::azure::test {
namespace {

using Scope = model::Unknown::Scope;

model::ManagedCluster cluster_of(const std::string& body) {
  return Linking().add("cluster c", R"({"name": "c", )" + body + "}").link().cloud.clusters.at(0);
}

bool names(const model::SecurityRule& rule, model::UnknownId id) {
  return std::find(rule.only_if.begin(), rule.only_if.end(), id) != rule.only_if.end();
}

}  // namespace

TEST_CASE("A cluster's open fields: those that no packet depends on stand apart") {
  const model::ManagedCluster api = cluster_of(R"(
      "networkProfile": {"networkPlugin": "azure", "serviceCidr": "?s",
        "advancedNetworking": {"enabled": "?a"}},
      "apiServerAccessProfile": {"enablePrivateCluster": "?p", "authorizedIPRanges": "?r"})");
  CHECK(api.open.empty());
  CHECK(api.open_elsewhere.size() == 4);
  CHECK_FALSE(api.outbound_open.has_value());

  const model::ManagedCluster outbound =
      cluster_of(R"("networkProfile": {"networkPlugin": "azure", "outboundType": "?o"})");
  CHECK(outbound.open.empty());
  CHECK(outbound.outbound_open.has_value());

  const model::ManagedCluster mode = cluster_of(R"("networkProfile": {"networkPlugin": "?m"})");
  CHECK(mode.open.size() == 1);
}

TEST_CASE("A node pool's open fields: host ports and public addresses by themselves") {
  const model::ManagedCluster c = cluster_of(R"(
      "networkProfile": {"networkPlugin": "azure"},
      "agentPoolProfiles": [
        {"name": "a", "enableNodePublicIP": "?i", "networkProfile": {"allowedHostPorts": "?h"}},
        {"name": "b", "osType": "?w"}])");
  REQUIRE(c.pools.size() == 2);
  CHECK(c.pools[0].open.empty());
  CHECK(c.pools[0].public_ip_open.has_value());
  CHECK(c.pools[0].host_ports_open.has_value());
  CHECK(c.pools[1].open.size() == 1);
  CHECK_FALSE(c.pools[1].host_ports_open.has_value());
}

TEST_CASE("The group of the nodes has a rule of its own for what is open of it") {
  support::CloudBuilder b;
  const auto id = b.cluster(model::NetworkMode::Overlay, std::nullopt);
  model::ManagedCluster& cluster = b.cloud.clusters.at(static_cast<std::size_t>(id));
  const std::size_t inbound = compiler::node_group(cluster, {}).inbound.size();
  const std::size_t outbound = compiler::node_group(cluster, {}).outbound.size();
  cluster.outbound_open = b.unknown("A-parameter", Scope::World);
  cluster.pools[0].host_ports_open = b.unknown("A-expression", Scope::World);
  const model::SecurityGroup group = compiler::node_group(cluster, {});
  REQUIRE(group.inbound.size() == inbound + 1);
  REQUIRE(group.outbound.size() == outbound + 1);
  CHECK(names(group.inbound.front(), *cluster.pools[0].host_ports_open));
  CHECK(group.inbound.front().access == model::Access::Allow);
  CHECK(names(group.outbound.front(), *cluster.outbound_open));
  CHECK(group.outbound.front().access == model::Access::Deny);
}

// AKS documentation, on host ports and application security groups of node pools: the ports are
// opened to those groups where the pool has some.
TEST_CASE("Allowed host ports are open to all nodes, or to the application security groups alone") {
  const auto destination = [](const std::string& groups) {
    const Linked linked = Linking()
                              .add("asg front")
                              .add("cluster c", R"({"name": "c",
        "networkProfile": {"networkPlugin": "azure"}, "agentPoolProfiles": [{"name": "a",
        "networkProfile": {"allowedHostPorts": [{"portStart": 80, "portEnd": 81, "protocol": "TCP"}]
        )" + groups + "}}]}")
                              .link();
    const model::SecurityGroup group = compiler::node_group(linked.cloud.clusters.at(0), {});
    const model::SecurityRule& first = group.inbound.front();
    CHECK(first.access == model::Access::Allow);
    CHECK(first.destination_ports == net::PortSet(80, 81));
    return show(linked.cloud, first.source) + " -> " + show(linked.cloud, first.destination);
  };
  CHECK(destination("") == "tag Internet -> any");
  CHECK(destination(R"(, "applicationSecurityGroups": [")" + id_of("asg front").to_string() +
                    R"("])") == "tag Internet -> group front");
}

TEST_CASE("The network of the pods is known where only outbound, ports or addresses are open") {
  support::CloudBuilder b;
  support::PodsBuilder p;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto nodes = b.subnet(network, "nodes", "10.0.1.0/24");
  const auto id = b.cluster(model::NetworkMode::Overlay, nodes);
  model::ManagedCluster& cluster = b.cloud.clusters.at(0);
  cluster.outbound_open = b.unknown("A-parameter", Scope::World);
  cluster.open_elsewhere.push_back(*cluster.outbound_open);
  cluster.pools[0].host_ports_open = cluster.outbound_open;
  cluster.pools[0].public_ip_open = cluster.outbound_open;
  b.cloud.subnets[0].default_outbound = false;
  const compiler::Cluster pods(p.model, {});
  compiler::Surroundings around(b.cloud, &pods, id);
  CHECK(compiler::pod_network(around).cluster != nullptr);
  // Whether anything leads out is what is open.
  const compiler::Site node = compiler::node_site(around, {id, 0});
  const compiler::Site away = compiler::outside_site("away", support::addresses("8.8.8.0/24"));
  CHECK(compiler::routed_between(around, node, away).answer == compiler::Routed::Answer::Unknown);
  cluster.outbound_open.reset();
  cluster.outbound = model::Outbound::None;
  CHECK(compiler::routed_between(around, node, away).answer == compiler::Routed::Answer::Unknown);
  cluster.pools[0].public_ip_open.reset();
  CHECK(compiler::routed_between(around, node, away).answer == compiler::Routed::Answer::No);
}

}  // namespace polreach::azure::test
