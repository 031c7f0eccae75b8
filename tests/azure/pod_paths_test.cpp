// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/pod_paths.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"

// Expected: what AKS documents of the header that a security group and a policy see, flow by flow
// and mode by mode ("Networking concepts", Azure CNI Overlay, pod subnet, legacy CNI, kubenet).
namespace polreach {
namespace {

using compiler::Connection;
using compiler::Site;
using compiler::Surroundings;
using model::NetworkMode;
using support::addresses;
using support::decide;
using support::hops;
using support::mentions;
using support::way;
using Lines = std::vector<std::string>;

/// A cluster in vnet/nodes (10.0.1.0/24) and vnet/pods (10.0.2.0/24), a subnet vnet/db, groups at
/// all of them, and two pods.
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

  explicit Fixture(NetworkMode mode)
      : cluster(b.cluster(mode, nodes,
                          mode == NetworkMode::PodSubnet ? std::optional(pods) : std::nullopt)) {}
};

/// The parts that refer to each other, once the fixture is as it should be.
struct Asked {
  compiler::Cluster cluster;
  Surroundings around;
  explicit Asked(const Fixture& f)
      : cluster(f.p.model, f.profile), around(f.b.cloud, &cluster, f.cluster) {}
  Site subnet(model::SubnetId id) {
    return compiler::subnet_sites(around, id, net::all_addresses()).at(0);
  }
};

bool assumes(const Connection& c, std::string_view id) {
  return std::any_of(c.assumes.begin(), c.assumes.end(),
                     [&](const auto& each) { return each.id == id; });
}

const std::string kNic = "interfaces of node pool apps";

TEST_CASE("Rows 1, 2 and 4: pods of an overlay or of kubenet are seen as themselves") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet}) {
    const Fixture f(mode);
    Asked asked(f);
    const Connection c = pod_to_pod(asked.around, f.web, f.api);
    REQUIRE(c.ways.size() == 2);
    const std::string header = " 10.244.0.0/16->10.244.0.0/16";
    CHECK(hops(way(c.ways, "on one node")) ==
          Lines{"policies out pod shop/web" + header, "policies in pod shop/api" + header});
    CHECK(hops(way(c.ways, "on another node")) ==
          Lines{"policies out pod shop/web" + header, "out " + kNic + header,
                "out subnet vnet/nodes" + header, "in subnet vnet/nodes" + header,
                "in " + kNic + header, "policies in pod shop/api" + header});
    CHECK(assumes(c, "A-SAME-NODE-NO-NSG"));
    CHECK(assumes(c, "A-KUBENET-ROUTES") == (mode == NetworkMode::Kubenet));
    CHECK_FALSE(c.ways[0].source_is_asked);
    CHECK_FALSE(c.ways[0].destination_is_asked);
    // Whether the group at the interfaces sees pods is open: it may not act.
    const auto& path = way(c.ways, "on another node");
    const auto& rule = path.filters[path.hops[1].filter].rules.front();
    CHECK(rule.rule == &compiler::no_group_rule());
    CHECK(asked.around.unknowns()[rule.only_if.front()].id == "A-NICNSG-PODIP");
    CHECK(path.filters[path.hops[2].filter].rules.front().rule != &compiler::no_group_rule());
  }
}

TEST_CASE("Row 3: the group of the pods' subnet, or of the nodes'") {
  const Fixture flat(NetworkMode::NodeSubnet);
  Asked a(flat);
  const std::string in_nodes = " 10.0.1.0/24->10.0.1.0/24";
  const Connection c = pod_to_pod(a.around, flat.web, flat.api);
  const auto& path = way(c.ways, "on another node");
  CHECK(hops(path) == Lines{"policies out pod shop/web" + in_nodes, "out " + kNic + in_nodes,
                            "out subnet vnet/nodes" + in_nodes, "in subnet vnet/nodes" + in_nodes,
                            "in " + kNic + in_nodes, "policies in pod shop/api" + in_nodes});
  // Addresses of the interface itself: its group acts for certain.
  CHECK(path.filters[path.hops[1].filter].rules.front().rule != &compiler::no_group_rule());

  const Fixture own(NetworkMode::PodSubnet);
  Asked b(own);
  const std::string in_pods = " 10.0.2.0/24->10.0.2.0/24";
  const Connection d = pod_to_pod(b.around, own.web, own.api);
  CHECK(hops(way(d.ways, "on another node")) ==
        Lines{"policies out pod shop/web" + in_pods, "out " + kNic + in_pods,
              "out subnet vnet/pods" + in_pods, "in subnet vnet/pods" + in_pods,
              "in " + kNic + in_pods, "policies in pod shop/api" + in_pods});
}

TEST_CASE("Nodes that are known leave one way") {
  Fixture f(NetworkMode::Overlay);
  const auto a = f.p.pod("a", "10.244.1.5", "aks-apps-1-vmss000000");
  const auto b = f.p.pod("b", "10.244.1.6", "aks-apps-1-vmss000000");
  const auto c = f.p.pod("c", "10.244.2.5", "aks-apps-1-vmss000001");
  Asked asked(f);
  const Connection near = pod_to_pod(asked.around, a, b);
  REQUIRE(near.ways.size() == 1);
  CHECK(near.ways[0].label.empty());
  CHECK(near.ways[0].hops.size() == 2);
  CHECK(near.ways[0].source == addresses("10.244.1.5/32"));
  const Connection far = pod_to_pod(asked.around, a, c);
  REQUIRE(far.ways.size() == 1);
  CHECK(far.ways[0].hops.size() == 6);
}

TEST_CASE("Pools in several subnets are several ways, unless the node says which") {
  Fixture f(NetworkMode::NodeSubnet);
  model::NodePool other;
  other.name = "gpu";
  other.node_subnet = f.db;
  f.b.cloud.clusters[0].pools.push_back(other);
  model::NodePool same = other;
  same.name = "gpu2";
  f.b.cloud.clusters[0].pools.push_back(same);
  const auto pinned = f.p.pod("pinned", "10.0.3.7", "aks-gpu-1-vmss000000");
  Asked asked(f);
  const Connection c = pod_to_pod(asked.around, f.web, f.api);
  // Two places for each end; on one node only where both are in one pool.
  CHECK(c.ways.size() == 6);
  CHECK(hops(way(c.ways, "on another node, from node pool apps to node pool gpu"))[3] ==
        "in subnet vnet/db 10.0.1.0/24->10.0.3.0/24");
  const Connection d = pod_to_pod(asked.around, pinned, f.api);
  CHECK(d.ways.size() == 3);
  CHECK(std::all_of(d.ways.begin(), d.ways.end(),
                    [](const auto& w) { return w.source == addresses("10.0.3.7/32"); }));
}

TEST_CASE("The pool that a node is labelled with counts, whatever the node is called") {
  // AKS documentation, "Use node labels": kubernetes.azure.com/agentpool, and agentpool before it.
  for (const char* key : {"kubernetes.azure.com/agentpool", "agentpool"}) {
    CAPTURE(key);
    Fixture f(NetworkMode::NodeSubnet);
    model::NodePool other;
    other.name = "gpu";
    other.node_subnet = f.db;
    f.b.cloud.clusters[0].pools.push_back(other);
    model::Model& model = f.p.model;
    const auto label = [&](const char* name, const char* value) {
      return model::Label{model.symbols->intern(name), model.symbols->intern(value)};
    };
    const auto add_node = [&](const char* name, std::vector<model::Label> labels) {
      model::Node node;
      node.name = model.symbols->intern(name);
      node.labels = model.label_sets.intern(model::LabelSet::of(std::move(labels)));
      model.nodes.push_back(node);
    };
    // Its name says nothing; that of the other one says the wrong pool.
    add_node("node-7", {label("zone", "apps"), label(key, "gpu"), label("agent", "apps")});
    add_node("aks-apps-1-vmss000003", {label(key, "gpu"), label("zone", "apps")});
    add_node("node-8", {label("zone", "gpu")});
    const auto by_label = f.p.pod("by-label", {}, "node-7");
    const auto against_name = f.p.pod("against-name", {}, "aks-apps-1-vmss000003");
    const auto unknown = f.p.pod("unknown", {}, "node-8");
    Asked asked(f);
    for (const model::EndpointId id : {by_label, against_name}) {
      // The other end in one of two pools: in its own on one node or on two.
      const Connection c = pod_to_pod(asked.around, id, f.api);
      CHECK(c.ways.size() == 3);
      CHECK(std::all_of(c.ways.begin(), c.ways.end(),
                        [](const auto& w) { return w.source == addresses("10.0.3.0/24"); }));
    }
    CHECK(pod_to_pod(asked.around, unknown, f.api).ways.size() == 6);
  }
}

TEST_CASE("Placements beyond number are left open") {
  Fixture f(NetworkMode::NodeSubnet);
  for (int i = 0; i < 20; ++i) {
    model::NodePool pool;
    pool.name = "p" + std::to_string(i);
    pool.node_subnet =
        f.b.subnet(f.network, pool.name, "10.0." + std::to_string(100 + i) + ".0/24");
    f.b.cloud.clusters[0].pools.push_back(pool);
  }
  Asked asked(f);
  const Connection c = pod_to_pod(asked.around, f.web, f.api);
  REQUIRE(c.ways.size() == 1);
  REQUIRE(c.ways[0].hops.size() == 1);
  CHECK(asked.around.unknowns()[*c.ways[0].hops[0].gate].id == "A-placement");
}

TEST_CASE("Row 6: overlay and kubenet, to the network: the node, after the policies saw the pod") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet}) {
    const Fixture f(mode);
    Asked asked(f);
    const auto list = pod_to_site(asked.around, f.web, asked.subnet(f.db));
    REQUIRE(list.size() == 1);
    REQUIRE(list[0].ways.size() == 1);
    const std::string node = " any of 10.0.1.0/24->10.0.3.0/24";
    CHECK(hops(list[0].ways[0]) == Lines{"policies out pod shop/web 10.244.0.0/16->10.0.3.0/24",
                                         "out " + kNic + node, "out subnet vnet/nodes" + node,
                                         "in subnet vnet/db" + node});
    CHECK(list[0].ways[0].hops[1].header.source_port_is_chosen);
    CHECK(list[0].ways[0].hops[1].header.source.variable ==
          list[0].ways[0].hops[3].header.source.variable);
    CHECK(list[0].ways[0].destination_is_asked);
    CHECK(list[0].routed.answer == compiler::Routed::Answer::Yes);
  }
}

TEST_CASE("Row 7: node subnet: the pod within the network, the node beyond") {
  const Fixture f(NetworkMode::NodeSubnet);
  Asked asked(f);
  const auto near = pod_to_site(asked.around, f.web, asked.subnet(f.db));
  REQUIRE(near.size() == 1);
  CHECK(hops(near[0].ways[0]) == Lines{"policies out pod shop/web 10.0.1.0/24->10.0.3.0/24",
                                       "out " + kNic + " 10.0.1.0/24->10.0.3.0/24",
                                       "out subnet vnet/nodes 10.0.1.0/24->10.0.3.0/24",
                                       "in subnet vnet/db 10.0.1.0/24->10.0.3.0/24"});
  CHECK(assumes(near[0], "A-MASQ-DEFAULT"));
  const auto mixed =
      pod_to_site(asked.around, f.web, compiler::outside_site("x", addresses("10.0.0.0/15")));
  REQUIRE(mixed.size() == 2);
  CHECK(mixed[0].ways[0].destination == addresses("10.0.0.0/16"));
  CHECK(mixed[1].ways[0].destination == addresses("10.1.0.0/16"));
  CHECK(hops(mixed[1].ways[0])[1] == "out " + kNic + " any of 10.0.1.0/24->10.1.0.0/16");
}

TEST_CASE("Row 8: pod subnet: always the pod, also beyond the network") {
  const Fixture f(NetworkMode::PodSubnet);
  Asked asked(f);
  const auto list =
      pod_to_site(asked.around, f.web, compiler::outside_site("x", addresses("10.9.0.0/16")));
  REQUIRE(list.size() == 1);
  CHECK(hops(list[0].ways[0]) == Lines{"policies out pod shop/web 10.0.2.0/24->10.9.0.0/16",
                                       "out " + kNic + " 10.0.2.0/24->10.9.0.0/16",
                                       "out subnet vnet/pods 10.0.2.0/24->10.9.0.0/16"});
}

TEST_CASE("Row 9: to the internet groups see private addresses") {
  const auto first = [](NetworkMode mode) {
    const Fixture f(mode);
    Asked asked(f);
    const auto list =
        pod_to_site(asked.around, f.web, compiler::outside_site("x", addresses("8.8.8.0/24")));
    REQUIRE(list.size() == 1);
    return hops(list[0].ways[0]).at(1);
  };
  CHECK(first(NetworkMode::Overlay) == "out " + kNic + " any of 10.0.1.0/24->8.8.8.0/24");
  CHECK(first(NetworkMode::Kubenet) == "out " + kNic + " any of 10.0.1.0/24->8.8.8.0/24");
  CHECK(first(NetworkMode::NodeSubnet) == "out " + kNic + " any of 10.0.1.0/24->8.8.8.0/24");
  CHECK(first(NetworkMode::PodSubnet) == "out " + kNic + " 10.0.2.0/24->8.8.8.0/24");
}

TEST_CASE("Row 17: platform addresses see the node in every mode, and policies the pod") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet,
                                 NetworkMode::NodeSubnet, NetworkMode::PodSubnet}) {
    Fixture f(mode);
    f.b.cloud.groups[0].outbound.insert(f.b.cloud.groups[0].outbound.begin(),
                                        support::rule("Deny 100 * * -> * *"));
    Asked asked(f);
    const auto list = pod_to_site(asked.around, f.web,
                                  compiler::outside_site("x", addresses("169.254.169.254/32")));
    REQUIRE(list.size() == 1);
    const auto& path = list[0].ways[0];
    CHECK(hops(path)[0].starts_with("policies out pod shop/web 10."));
    CHECK(hops(path)[2] == "out subnet vnet/nodes any of 10.0.1.0/24->169.254.169.254");
    // "Deny all outbound" does not stop it.
    CHECK(decide(path.filters[path.hops[2].filter], support::tcp("10.0.1.4", "169.254.169.254", 80),
                 asked.around.unknowns())
              .passes);
  }
}

TEST_CASE("From the network, pods of an overlay or kubenet cannot be addressed; others can") {
  for (const NetworkMode mode : {NetworkMode::Overlay, NetworkMode::Kubenet}) {
    const Fixture f(mode);
    Asked asked(f);
    const Connection c = site_to_pod(asked.around, asked.subnet(f.db), f.web);
    REQUIRE(c.ways.size() == 1);
    CHECK(hops(c.ways[0]) == Lines{"closed the pods' network"});
    CHECK(c.routed.answer == compiler::Routed::Answer::No);
  }
  const Fixture flat(NetworkMode::NodeSubnet);
  Asked a(flat);
  const std::string header = " 10.0.3.0/24->10.0.1.0/24";
  CHECK(hops(site_to_pod(a.around, a.subnet(flat.db), flat.web).ways[0]) ==
        Lines{"out subnet vnet/db" + header, "in subnet vnet/nodes" + header, "in " + kNic + header,
              "policies in pod shop/web" + header});
  const Fixture own(NetworkMode::PodSubnet);
  Asked b(own);
  const Connection c = site_to_pod(b.around, b.subnet(own.db), own.web);
  CHECK(hops(c.ways[0])[1] == "in subnet vnet/pods 10.0.3.0/24->10.0.2.0/24");
  CHECK(c.routed.answer == compiler::Routed::Answer::Yes);
}

TEST_CASE("What pods of a pod subnet answer takes the routes of that subnet, not of the nodes'") {
  using Answer = compiler::Routed::Answer;
  const auto from_premises = [](const Fixture& f, model::EndpointId to) {
    Asked asked(f);
    const Site source = compiler::outside_site("premises", addresses("172.20.0.0/16"));
    return site_to_pod(asked.around, source, to).routed.answer;
  };
  for (const bool at_pods : {true, false}) {
    Fixture f(NetworkMode::PodSubnet);
    const model::EndpointId agent = f.p.pod("agent", {}, {}, true);
    f.b.route(at_pods ? f.pods : f.nodes, "172.20.0.0/16", model::NextHop::Gateway);
    // What a gateway connects is not known; without the route, nothing leads there.
    CHECK(from_premises(f, f.web) == (at_pods ? Answer::Unknown : Answer::No));
    CHECK(from_premises(f, agent) == (at_pods ? Answer::No : Answer::Unknown));
  }
}

TEST_CASE("Nodes reach the pods of their cluster: on their own node without any group") {
  const Fixture f(NetworkMode::Overlay);
  Asked asked(f);
  const Site nodes = node_site(asked.around, {f.cluster, 0});
  const Connection c = site_to_pod(asked.around, nodes, f.web);
  REQUIRE(c.ways.size() == 2);
  CHECK(hops(way(c.ways, "from its own node")).empty());
  CHECK(way(c.ways, "").hops.size() == 5);
}

TEST_CASE(
    "Row 15: the subnet of an Application Gateway for Containers is in the overlay's domain") {
  Fixture f(NetworkMode::Overlay);
  f.b.cloud.subnets[2].delegations.push_back("Microsoft.ServiceNetworking/trafficControllers");
  Asked asked(f);
  const std::string header = " 10.0.3.0/24->10.244.0.0/16";
  CHECK(hops(site_to_pod(asked.around, asked.subnet(f.db), f.web).ways[0]) ==
        Lines{"out subnet vnet/db" + header, "in subnet vnet/nodes" + header, "in " + kNic + header,
              "policies in pod shop/web" + header});
}

TEST_CASE("Row 14: gateways reach kubenet by its route table; of an overlay it is not documented") {
  Fixture kubenet(NetworkMode::Kubenet);
  kubenet.b.route(kubenet.db, "10.244.1.0/24", model::NextHop::Appliance);
  Asked a(kubenet);
  CHECK(hops(site_to_pod(a.around, a.subnet(kubenet.db), kubenet.web).ways[0]).size() == 4);
  Fixture overlay(NetworkMode::Overlay);
  overlay.b.cloud.subnets[2].delegations.push_back("Microsoft.Network/applicationGateways");
  Asked b(overlay);
  const Connection c = site_to_pod(b.around, b.subnet(overlay.db), overlay.web);
  CHECK(hops(c.ways[0])[0] == "gate the pods' network");
  CHECK(b.around.unknowns()[*c.ways[0].hops[0].gate].id == "A-AGIC-OVERLAY");
  CHECK(c.ways[0].hops.size() == 5);
  // In the pods' own subnet it is an ordinary source.
  Fixture flat(NetworkMode::PodSubnet);
  Asked d(flat);
  CHECK(hops(site_to_pod(d.around, d.subnet(flat.db), flat.web).ways[0]).size() == 4);
}

TEST_CASE("With hostNetwork a pod has the address of its node") {
  Fixture f(NetworkMode::Overlay);
  const auto host = f.p.pod("host", "", "", true);
  Asked asked(f);
  const auto out = pod_to_site(asked.around, host, asked.subnet(f.db));
  CHECK(hops(out.at(0).ways[0])[2] == "out subnet vnet/nodes 10.0.1.0/24->10.0.3.0/24");
  CHECK_FALSE(out.at(0).ways[0].hops[2].header.source_port_is_chosen);
  const Connection in = site_to_pod(asked.around, asked.subnet(f.db), host);
  CHECK(hops(in.ways[0])[1] == "in subnet vnet/nodes 10.0.3.0/24->10.0.1.0/24");
  // A destination outside of the pods' range: the source is translated.
  const Connection to_host = pod_to_pod(asked.around, f.web, host);
  CHECK(hops(way(to_host.ways, "on another node"))[2] ==
        "out subnet vnet/nodes any of 10.0.1.0/24->10.0.1.0/24");
}

TEST_CASE("Without an engine there are no policies, and the answer says so") {
  Fixture f(NetworkMode::Overlay);
  f.profile.engine = model::Engine::None;
  Asked asked(f);
  const Connection c = pod_to_pod(asked.around, f.web, f.api);
  CHECK(way(c.ways, "on one node").hops.empty());
  CHECK(way(c.ways, "on another node").hops.size() == 4);
  CHECK(mentions(c.notes, "enforces no network policies"));
}

TEST_CASE("What is not known of the pods' network is a gate that nobody can decide") {
  SUBCASE("a plugin that somebody brings") {
    const Fixture f(NetworkMode::Other);
    Asked asked(f);
    const Connection c = pod_to_pod(asked.around, f.web, f.api);
    CHECK(hops(way(c.ways, "on another node"))[1] == "gate the network of the pods");
    CHECK(asked.around.unknowns()[*way(c.ways, "on another node").hops[1].gate].id == "A-BYOCNI");
    CHECK(way(c.ways, "on one node").hops.size() == 2);
    const auto out = pod_to_site(asked.around, f.web, asked.subnet(f.db));
    CHECK(hops(out.at(0).ways[0])[1] == "gate the network of the pods");
    CHECK(hops(site_to_pod(asked.around, asked.subnet(f.db), f.web).ways[0])[0] ==
          "gate the network of the pods");
  }
  SUBCASE("no cluster") {
    const Fixture f(NetworkMode::Overlay);
    const compiler::Cluster cluster(f.p.model, f.profile);
    Surroundings around(f.b.cloud, &cluster, {});
    const Connection c = pod_to_pod(around, f.web, f.api);
    CHECK(around.unknowns()[*way(c.ways, "on another node").hops[1].gate].id == "A-no-cluster");
  }
  SUBCASE("a cluster that could not be evaluated: policies may not even be enforced") {
    Fixture f(NetworkMode::Overlay);
    f.b.cloud.clusters[0].open.push_back(f.b.unknown("A-parameter", model::Unknown::Scope::World));
    Asked asked(f);
    CHECK(hops(pod_to_pod(asked.around, f.web, f.api).ways.at(0)) ==
          Lines{"gate the network of the pods"});
    CHECK(hops(pod_to_site(asked.around, f.web, asked.subnet(f.db)).at(0).ways.at(0)) ==
          Lines{"gate the network of the pods"});
    CHECK(hops(site_to_pod(asked.around, asked.subnet(f.db), f.web).ways.at(0)) ==
          Lines{"gate the network of the pods"});
  }
}

TEST_CASE("A pod always reaches itself") {
  Fixture f(NetworkMode::Overlay);
  f.p.model.workloads[0].replicated = false;
  Asked asked(f);
  const Connection c = pod_to_pod(asked.around, f.web, f.web);
  REQUIRE(c.ways.size() == 1);
  CHECK(c.ways[0].hops.empty());
  // Which address the pod has, nobody asked: what holds must hold for each.
  CHECK_FALSE(c.ways.at(0).source_is_asked);
  CHECK_FALSE(c.ways.at(0).destination_is_asked);
}

TEST_CASE("In the network that AKS manages its group is at the subnet") {
  Fixture f(NetworkMode::Overlay);
  f.b.cloud.clusters[0].pools[0].node_subnet.reset();
  Asked asked(f);
  const Connection c = pod_to_pod(asked.around, f.web, f.api);
  const auto& path = way(c.ways, "on another node");
  CHECK(path.hops.size() == 4);
  CHECK(path.hops[1].place == "subnet of node pool apps");
  // The default rules let pods pass.
  CHECK(decide(path.filters[path.hops[1].filter], support::tcp("10.244.1.4", "10.244.2.4", 80),
               asked.around.unknowns())
            .passes);
}

}  // namespace
}  // namespace polreach
