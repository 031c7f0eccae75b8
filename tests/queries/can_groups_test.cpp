// SPDX-License-Identifier: Apache-2.0
// How a question groups pods: by what matters between its two ends, whatever else the cluster has.
#include <doctest/doctest.h>

#include <string>

#include "compiler/lower/lower.h"
#include "solver/queries/reference.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

std::string pod(const std::string& name, const std::string& zone, const std::string& node,
                const std::string& more = "") {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name +
         ", namespace: shop, labels: {app: web, zone: " + zone +
         "}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, controller: "
         "true, uid: u}]}\nspec: {nodeName: " +
         node + ", " + more + "containers: [{name: c}]}\n";
}

std::string policy(const std::string& ns, const std::string& spec) {
  return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: x, "
         "namespace: " +
         ns + "}\nspec: " + spec + "\n";
}

std::string host_pod(const std::string& ns) {
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: " + ns +
         "}\nspec: {nodeName: a, hostNetwork: true, containers: [{name: c}]}\n";
}

/// How many groups of the pods of shop/web the question distinguishes.
std::size_t groups(const std::string& manifests, const std::string& source,
                   const std::string& destination) {
  const auto run = support::run({"can", source, destination, "-", "--no-config", "-f", "json"},
                                pod("web-1", "a", "a") + pod("web-2", "b", "b") + manifests);
  CAPTURE(run.err);
  REQUIRE(run.status <= 1);
  std::size_t count = 0;
  for (std::size_t at = run.out.find("\"sources\""); at != std::string::npos;
       at = run.out.find("\"sources\"", at + 1)) {
    ++count;
  }
  return count;
}

const std::string kByZone = "{podSelector: {matchLabels: {zone: a}}, policyTypes: [Egress]}";

}  // namespace

TEST_CASE("policies that act on neither end tell no pods apart") {
  CHECK(groups("", "shop/web", "1.1.1.1") == 1);
  CHECK(groups(policy("other", kByZone), "shop/web", "1.1.1.1") == 1);
  // Nor do those for the other direction.
  CHECK(groups(policy("shop", kByZone), "1.1.1.1", "shop/web") == 1);
  CHECK(groups(policy("shop", kByZone), "shop/web", "1.1.1.1") == 2);
}

TEST_CASE("nodes tell pods apart where an end uses the network of one") {
  CHECK(groups(host_pod("other"), "shop/web", "1.1.1.1") == 1);
  const std::string deny = policy("shop", "{podSelector: {}, policyTypes: [Ingress]}");
  CHECK(groups(host_pod("other") + deny, "1.1.1.1", "shop/web") == 1);
  // The agent's own node is that of one of the two pods.
  const auto run =
      support::run({"can", "other/agent", "shop/web", "-", "--no-config", "--host-network", "node"},
                   pod("web-1", "a", "a") + pod("web-2", "b", "b") + host_pod("other") + deny);
  CHECK(run.status == 1);
  CHECK(run.out.find("allowed other/agent -> shop/web (web-1)") != std::string::npos);
  CHECK(run.out.find("denied  other/agent -> shop/web (web-2)") != std::string::npos);
}

TEST_CASE("nodes tell no pods apart but for sources that use the network of one") {
  const std::string deny = policy("shop", "{podSelector: {}, policyTypes: [Ingress]}");
  const std::string manifests =
      pod("web-1", "a", "a") + pod("web-2", "b", "b") + host_pod("shop") + deny;
  const auto run = support::run(
      {"can", "shop/*", "shop/web", "-", "--no-config", "--host-network", "node"}, manifests);
  CAPTURE(run.out);
  CAPTURE(run.err);
  // The two pods of web are one source, and one destination but for the agent.
  CHECK(run.status == 1);
  CHECK(run.out.find("denied  shop/web -> shop/web\n") != std::string::npos);
  CHECK(run.out.find("allowed shop/agent -> shop/web (web-1)") != std::string::npos);
  CHECK(run.out.find("denied  shop/agent -> shop/web (web-2)") != std::string::npos);
  CHECK(run.out.find("shop/web (web-1) -> ") == std::string::npos);
}

TEST_CASE("labels of nodes tell the pods that use their networks apart") {
  std::string manifests = pod("web-1", "a", "c");
  for (const std::string name : {"a", "b"}) {
    const std::string address = name == "a" ? "10.1.0.1" : "10.1.0.2";
    manifests +=
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-" + name +
        ", labels: {zone: " + name +
        "}}\nstatus: {addresses: [{type: InternalIP, address: " + address +
        "}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent-" + name +
        ", namespace: other, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: "
        "agent, controller: true, uid: u}]}\nspec: {hostNetwork: true, containers: [{name: "
        "c}]}\nstatus: {hostIP: " +
        address + ", podIPs: [{ip: " + address + "}]}\n";
  }
  manifests +=
      "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: "
      "{name: all}\nspec:\n  tier: Admin\n  priority: 7\n  subject: {namespaces: {}}\n  egress:\n"
      "    - {action: Deny, to: [{nodes: {matchLabels: {zone: a}}}]}\n";
  const auto run = support::run(
      {"can", "shop/web", "other/agent", "-", "--no-config", "--host-network", "node"}, manifests);
  CAPTURE(run.out);
  CAPTURE(run.err);
  CHECK(run.status == 1);
  CHECK(run.out.find("denied  shop/web -> other/agent (agent-a)") != std::string::npos);
  CHECK(run.out.find("allowed shop/web -> other/agent (agent-b)") != std::string::npos);
}

namespace {

/// Two pods and a policy for what leaves the first; the terms of what passes.
struct Lowered {
  explicit Lowered(const std::string& block) {
    model::Policy policy;
    const auto symbol = [&](const char* text) { return model.symbols->intern(text); };
    policy.ns = model::NamespaceId{0};
    model::Rule rule;
    rule.peers.push_back({model::BlockPeer{*net::Prefix::parse(block), {}, false}, {}});
    policy.egress = {rule};
    model.policies.push_back(policy);
    const auto labels = model.label_sets.intern({});
    model.namespaces.push_back({symbol("shop"), labels, false, {}});
    for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
      model::Endpoint endpoint;
      endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size());
      endpoint.labels = labels;
      endpoint.addresses = {*net::Address::parse(address)};
      model.workloads.push_back({{}, symbol("Pod"), symbol(address), {}, false, {}});
      model.workloads.back().endpoints.push_back(
          static_cast<model::EndpointId>(model.endpoints.size()));
      model.endpoints.push_back(endpoint);
    }
  }

  /// "yes", "no", or "open" where the packet or the world decides.
  std::string passes(const compiler::Party& destination) {
    model::ClusterProfile profile;
    profile.ipblock_matches_pods = model::Reading::Yes;
    const compiler::Cluster cluster(model, profile);
    compiler::TermPool pool;
    const auto term =
        compiler::Lowering(cluster, pool).connection(model::EndpointId{0}, destination).passes;
    if (term == pool.constant(true)) return "yes";
    return term == pool.constant(false) ? "no" : "open";
  }

  model::Model model;
};

compiler::Party block(const char* text) {
  return compiler::Party(net::addresses_of(*net::Prefix::parse(text)));
}

}  // namespace

TEST_CASE("a block that holds all or none of the addresses of an end leaves nothing to prove") {
  CHECK(Lowered("192.168.0.0/16").passes(model::EndpointId{1}) == "no");
  CHECK(Lowered("10.0.0.0/24").passes(model::EndpointId{1}) == "yes");
  CHECK(Lowered("10.0.0.2/32").passes(model::EndpointId{1}) == "yes");
  CHECK(Lowered("10.0.0.0/24").passes(block("10.0.0.128/25")) == "yes");
  CHECK(Lowered("10.0.0.0/24").passes(block("10.0.1.0/24")) == "no");
  CHECK(Lowered("10.0.0.0/24").passes(block("10.0.0.0/23")) == "open");
  CHECK(Lowered("10.0.0.0/24").passes(block("fd00::/8")) == "no");
  // What is not known of an address stays open.
  Lowered unknown("10.0.0.0/24");
  unknown.model.endpoints[1].addresses.clear();
  CHECK(unknown.passes(model::EndpointId{1}) == "open");
}

}  // namespace polreach
