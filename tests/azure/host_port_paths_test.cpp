// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/host_port_paths.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "compiler/path/pod_paths.h"
#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"

// Expected: the portmap plugin of CNI (the destination is translated, the source is not), and what
// AKS documents of the addresses of pods outside of their node.
namespace polreach {
namespace {

using compiler::Connection;
using compiler::HostPortView;
using compiler::Site;
using model::NetworkMode;
using support::hops;
using support::way;
using Lines = std::vector<std::string>;

struct Fixture {
  support::CloudBuilder b;
  support::PodsBuilder p;
  model::NetworkId network = b.network("vnet", "10.0.0.0/16");
  model::GroupId group = b.group("g");
  model::SubnetId nodes = b.subnet(network, "nodes", "10.0.1.0/24", group);
  model::SubnetId pods = b.subnet(network, "pods", "10.0.2.0/24", group);
  model::SubnetId db = b.subnet(network, "db", "10.0.3.0/24", group);
  model::EndpointId web = p.pod("web");
  model::EndpointId api = p.pod("api");
  model::ManagedClusterId cluster;
  model::ClusterProfile profile;
  model::HostPort port = {net::Protocol::Tcp, 80, 8080};

  explicit Fixture(NetworkMode mode)
      : cluster(b.cluster(mode, nodes,
                          mode == NetworkMode::PodSubnet ? std::optional(pods) : std::nullopt)) {}
};

struct Asked {
  const Fixture& f;
  compiler::Cluster cluster;
  compiler::Surroundings around;
  explicit Asked(const Fixture& fixture)
      : f(fixture),
        cluster(fixture.p.model, fixture.profile),
        around(fixture.b.cloud, &cluster, fixture.cluster) {}

  Connection from_db(HostPortView view) {
    const Site db = compiler::subnet_sites(around, f.db, net::all_addresses()).at(0);
    return compiler::site_to_host_port(around, db, f.web, f.port, view);
  }
};

const std::string kNic = "interfaces of node pool apps";

}  // namespace

TEST_CASE("Host ports: groups see the node and its port, the policies the client and the pod") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet}) {
    const Fixture f(mode);
    Asked asked(f);
    const Connection c = asked.from_db(HostPortView::OfPod);
    CHECK(c.destination == "pod shop/web through TCP port 80 of its node");
    REQUIRE(c.ways.size() == 1);
    const std::string node = " 10.0.3.0/24->any of 10.0.1.0/24:80";
    const std::string own = " 10.0.3.0/24->10.244.0.0/16";
    CHECK(hops(c.ways[0]) == Lines{"out subnet vnet/db" + node, "in subnet vnet/nodes" + node,
                                   "in " + kNic + node, "in host port of pod shop/web" + own,
                                   "policies in pod shop/web" + own});
    CHECK(c.routed.answer == compiler::Routed::Answer::Yes);
    CHECK(std::any_of(c.assumes.begin(), c.assumes.end(),
                      [](const auto& each) { return each.id == "A-HOSTPORT"; }));
  }
}

TEST_CASE("Host ports: asked about at the node, it is the policies that see another header") {
  const Fixture f(NetworkMode::Overlay);
  Asked asked(f);
  const Connection c = asked.from_db(HostPortView::OfNode);
  REQUIRE(c.ways.size() == 1);
  const std::string node = " 10.0.3.0/24->10.0.1.0/24";
  CHECK(hops(c.ways[0]) ==
        Lines{"out subnet vnet/db" + node, "in subnet vnet/nodes" + node, "in " + kNic + node,
              "in host port of pod shop/web" + node,
              "policies in pod shop/web 10.0.3.0/24->any of 10.244.0.0/16:8080"});
}

TEST_CASE("Host ports: to another node pods of an overlay have the address of theirs") {
  const Fixture f(NetworkMode::Overlay);
  Asked asked(f);
  const Connection c = compiler::pod_to_host_port(asked.around, f.api, f.web, f.port);
  REQUIRE(c.ways.size() == 2);
  const std::string between = " any of 10.0.1.0/24->any of 10.0.1.0/24:80";
  CHECK(hops(way(c.ways, "on another node")) ==
        Lines{"policies out pod shop/api 10.244.0.0/16->any of 10.0.1.0/24:80",
              "out " + kNic + between, "out subnet vnet/nodes" + between,
              "in subnet vnet/nodes" + between, "in " + kNic + between,
              "in host port of pod shop/web 10.244.0.0/16->10.244.0.0/16",
              "policies in pod shop/web any of 10.0.1.0/24->10.244.0.0/16"});
  const compiler::Path& same = way(c.ways, "on one node");
  REQUIRE(same.hops.size() == 2);
  REQUIRE(same.hops[1].gate.has_value());
  CHECK(asked.around.unknowns()[*same.hops[1].gate].id == "A-hostport-own-node");
}

TEST_CASE("Host ports: pods with addresses of the network keep them towards another node") {
  const Fixture f(NetworkMode::PodSubnet);
  Asked asked(f);
  const Connection c = compiler::pod_to_host_port(asked.around, f.api, f.web, f.port);
  const std::string between = " 10.0.2.0/24->any of 10.0.1.0/24:80";
  CHECK(hops(way(c.ways, "on another node")) ==
        Lines{"policies out pod shop/api" + between, "out " + kNic + between,
              "out subnet vnet/pods" + between, "in subnet vnet/nodes" + between,
              "in " + kNic + between, "in host port of pod shop/web 10.0.2.0/24->10.0.2.0/24",
              "policies in pod shop/web 10.0.2.0/24->10.0.2.0/24"});
}

TEST_CASE("Host ports: the pod's own node meets no group and no policy") {
  const Fixture f(NetworkMode::Overlay);
  Asked asked(f);
  const Site node = compiler::node_site(asked.around, {f.cluster, 0});
  const Connection c =
      compiler::site_to_host_port(asked.around, node, f.web, f.port, HostPortView::OfPod);
  CHECK(hops(way(c.ways, "from its own node")) ==
        Lines{"in host port of pod shop/web 10.0.1.0/24->10.244.0.0/16"});
}

TEST_CASE("Host ports: of a plugin that somebody brings nothing is known but the port") {
  const Fixture f(NetworkMode::Other);
  Asked asked(f);
  const Connection c = asked.from_db(HostPortView::OfPod);
  REQUIRE(c.ways.size() == 1);
  REQUIRE(c.ways[0].hops.size() == 2);
  CHECK(asked.around.unknowns()[c.ways[0].hops[0].gate.value()].id == "A-BYOCNI");
}

TEST_CASE("Nodes of Cilium are matched by no range: where a policy has one for them, it depends") {
  Fixture f(NetworkMode::Overlay);
  model::Policy policy;
  policy.kind = policy.name = f.p.model.symbols->intern("nodes");
  model::Rule rule;
  model::BlockPeer block;
  block.cidr = support::prefix("10.0.1.0/24");
  rule.peers.push_back({block, {}});
  policy.ingress = std::vector<model::Rule>{rule};
  f.p.model.policies.push_back(policy);
  model::Peer& peer = f.p.model.policies[0].ingress->at(0).peers[0];
  const auto has_gate = [&](model::Engine engine) {
    f.profile.engine = engine;
    Asked asked(f);
    const Connection c = compiler::pod_to_host_port(asked.around, f.api, f.web, f.port);
    const auto& all = way(c.ways, "on another node").hops;
    const compiler::Hop& last = all.back();
    return last.gate && asked.around.unknowns()[*last.gate].id == "A-cilium-node";
  };
  CHECK(has_gate(model::Engine::Cilium));
  CHECK_FALSE(has_gate(model::Engine::Calico));
  // What the exceptions take out, the range does not have.
  block.cidr = support::prefix("10.0.0.0/16");
  block.except = {support::prefix("10.0.1.0/25")};
  peer.what = block;
  CHECK(has_gate(model::Engine::Cilium));
  block.except.push_back(support::prefix("10.0.1.128/25"));
  peer.what = block;
  CHECK_FALSE(has_gate(model::Engine::Cilium));
}

}  // namespace polreach
