// SPDX-License-Identifier: Apache-2.0
// Who gets to the API server, what it calls and cannot, and Services that nodes open ports for.
// Expected: the Kubernetes documentation ("Network Policies", "Service Accounts", "Service", type
// NodePort), the API reference (WebhookClientConfig, APIServiceSpec), and the documentation of AKS
// on the range of Services.
#include <doctest/doctest.h>

#include "tests/audit/manifests.h"
#include "tests/support/auditing.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using support::a_namespace;
using support::a_policy;
using support::a_service;
using support::a_workload;
using support::Audited;
using Lines = std::vector<std::string>;

const std::string kDenyAll = "{podSelector: {}, policyTypes: [Ingress, Egress]}";

const std::string kServer =
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: default}\n"
    "spec: {clusterIP: 10.96.0.1, ports: [{port: 443, targetPort: 6443}]}\n";

/// One pod, default deny, and a rule for egress.
std::string pod_with(const std::string& rule, const std::string& spec = "") {
  return a_namespace("shop") + a_workload("shop", "web", "[]", spec) +
         a_policy("shop", "deny", kDenyAll) +
         a_policy("shop", "out",
                  "{podSelector: {}, policyTypes: [Egress], egress: [" + rule + "]}");
}

const std::string kEverything = "{}";
const std::string kHttps = "{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}";

/// "egress-to-api-server" findings: how certain, and the message.
Lines reaching(const std::string& text) {
  Lines result;
  const auto audited = Audited::of_text(text);
  for (const auto* each : audited->of("egress-to-api-server")) {
    result.push_back((each->certain ? "" : "perhaps: ") + each->message);
  }
  return result;
}

std::string aks(const std::string& more) {
  return R"(---
apiVersion: containerservice.azure.com/v1api20240901
kind: ManagedCluster
metadata: {name: c, namespace: infra}
spec:
  owner: {name: net}
)" + more;
}

}  // namespace

TEST_CASE("a rule that leads everywhere leads to the API server, wherever it is") {
  CHECK(reaching(pod_with(kEverything)) ==
        Lines{"shop/web may connect to the API server, wherever it is, and has no service account "
              "of its own"});
  // One port of two that it may have, at an address that nobody knows.
  CHECK(reaching(pod_with(kHttps)).empty());
  CHECK(
      reaching(pod_with("{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}, {port: 6443}]}"))
          .size() == 1);
}

TEST_CASE("where the Service of the API server is known, letting pass its address is a doubt") {
  CHECK(reaching(kServer + pod_with(kHttps)) ==
        Lines{"perhaps: shop/web can perhaps connect to the API server at 10.96.0.1, and has no "
              "service account of its own"});
  CHECK(reaching(kServer + pod_with(kEverything)) ==
        Lines{"shop/web may connect to the API server at 10.96.0.1, and has no service account of "
              "its own"});
  const std::string without =
      "{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}], ports: [{port: 443}]}";
  CHECK(reaching(kServer + pod_with(without)).empty());
  const auto audited = Audited::of_text(kServer + pod_with(kHttps));
  const auto& finding = *audited->of("egress-to-api-server").front();
  REQUIRE(finding.rests_on.size() == 1);
  CHECK(finding.rests_on[0].id == "A-api-server-address");
  REQUIRE(finding.causes.size() == 1);
  CHECK(finding.causes[0].text == "egress rule 1 of NetworkPolicy shop/out lets them pass");
}

TEST_CASE("pods that say that they need the API server are no finding") {
  // A rule for its address, and an account of their own.
  const std::string named = kHttps + ", {to: [{ipBlock: {cidr: 10.96.0.1/32}}]}";
  CHECK(reaching(kServer + pod_with(named)).empty());
  CHECK(reaching(kServer + pod_with(kHttps, "serviceAccountName: web, ")).empty());
  CHECK(reaching(kServer + pod_with(kHttps, "serviceAccount: web, ")).empty());
  // The account of the namespace by its name is not one of their own.
  CHECK(reaching(kServer + pod_with(kHttps, "serviceAccountName: default, ")).size() == 1);
  // Without its token the account is of no use.
  CHECK(reaching(kServer + pod_with(kEverything,
                                    "serviceAccountName: web, "
                                    "automountServiceAccountToken: false, ")) ==
        Lines{"shop/web may connect to the API server at 10.96.0.1, and has no token of a service "
              "account"});
  // Pods that no policy isolates are a finding already.
  CHECK(reaching(kServer + a_namespace("shop") + a_workload("shop", "web")).empty());
}

TEST_CASE("the API server of an AKS cluster: the first address of the Services, and port 443") {
  const std::string profile =
      "  networkProfile: {networkPlugin: azure, networkPolicy: calico, serviceCidr: 10.2.0.0/16}\n";
  const std::string vnet =
      "---\napiVersion: network.azure.com/v1api20201101\nkind: VirtualNetwork\n"
      "metadata: {name: v, namespace: infra}\n"
      "spec: {owner: {name: net}, addressSpace: {addressPrefixes: [10.0.0.0/16]}}\n"
      "---\napiVersion: network.azure.com/v1api20201101\nkind: VirtualNetworksSubnet\n"
      "metadata: {name: nodes, namespace: infra}\n"
      "spec: {owner: {name: v}, addressPrefix: 10.0.1.0/24}\n";
  const std::string pool =
      "  agentPoolProfiles:\n    - name: np\n      mode: System\n"
      "      vnetSubnetReference: {group: network.azure.com, kind: VirtualNetworksSubnet, name: "
      "nodes}\n";
  const std::string is_private = "  apiServerAccessProfile: {enablePrivateCluster: true}\n";
  // Public: somewhere on the internet.
  CHECK(reaching(vnet + aks(profile + pool) + pod_with(kHttps)) ==
        Lines{"shop/web may connect to the API server at 10.2.0.1, and has no service account of "
              "its own"});
  const std::string inside = "{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 443}]}";
  // The Service's address alone.
  CHECK(reaching(vnet + aks(profile + pool) + pod_with(inside)) ==
        Lines{"perhaps: shop/web can perhaps connect to the API server at 10.2.0.1, and has no "
              "service account of its own"});
  // Private: in the subnet of the nodes, which the rule holds.
  CHECK(reaching(vnet + aks(profile + pool + is_private) + pod_with(inside)) ==
        Lines{"shop/web may connect to the API server at 10.2.0.1, and has no service account of "
              "its own"});
  // A rule for that subnet says what it is for.
  const std::string subnet = "{to: [{ipBlock: {cidr: 10.0.1.0/24}}], ports: [{port: 443}]}";
  CHECK(
      reaching(vnet + aks(profile + pool + is_private) + pod_with(inside + ", " + subnet)).empty());
}

TEST_CASE("a NodePort is a finding where policies let in everyone who comes") {
  const std::string service =
      a_service("shop", "web", "NodePort", "[{port: 80, targetPort: 8080, nodePort: 30080}]");
  const auto with = [&](const std::string& rule) {
    return Audited::of_text(
        a_namespace("shop") + a_workload("shop", "web") + service +
        a_policy("shop", "web",
                 "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [" + rule + "]}"));
  };
  const auto open = with("{ports: [{port: 8080}]}");
  REQUIRE(open->of("node-port").size() == 1);
  const auto& finding = *open->of("node-port").front();
  CHECK(finding.message ==
        "every node opens TCP 30080 for shop/web, and policies let in everyone who comes");
  CHECK(finding.also == Lines{"Service shop/web"});
  CHECK(finding.certain);
  // Another port, pods alone, and addresses that somebody named.
  CHECK(with("{ports: [{port: 9090}]}")->of("node-port").empty());
  CHECK(with("{from: [{podSelector: {}}]}")->of("node-port").empty());
  CHECK(with("{from: [{ipBlock: {cidr: 192.168.0.0/16}}]}")->of("node-port").empty());
  const auto pods = a_namespace("shop") + a_workload("shop", "web");
  CHECK(Audited::of_text(pods + service)->of("node-port").size() == 1);
  CHECK(Audited::of_text(pods + a_service("shop", "web", "ClusterIP", "[{port: 80}]"))
            ->of("node-port")
            .empty());
}

TEST_CASE("what the API server calls must be let in from somewhere that it may be") {
  const std::string hook =
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n"
      "metadata: {name: hook}\nwebhooks:\n"
      "  - {name: a.example.org, clientConfig: {caBundle: Zm9v, service: {name: web, namespace: "
      "shop}}}\n";
  const auto with = [&](const std::string& rules, const std::string& more) {
    return Audited::of_text(
        a_namespace("shop") + a_workload("shop", "web") +
        a_service("shop", "web", "ClusterIP", "[{port: 443, targetPort: 9443}]") +
        a_policy("shop", "web",
                 "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [" + rules + "]}") +
        more);
  };
  const auto blocked = with("", hook);
  REQUIRE(blocked->lines() ==
          Lines{"medium backend-cut-off | MutatingWebhookConfiguration hook | callback-blocked"});
  const auto& finding = *blocked->of("backend-cut-off").front();
  CHECK(finding.message ==
        "the API server calls TCP 9443 of shop/web, whose policies let no address and no unknown "
        "pod in there");
  CHECK(finding.causes.size() == 2);
  // From a node's address, or from pods that may be those of the cloud.
  CHECK(with("{from: [{ipBlock: {cidr: 10.0.0.0/16}}]}", hook)->of("backend-cut-off").empty());
  CHECK(with("{from: [{namespaceSelector: {}}]}", hook)->of("backend-cut-off").empty());
  // Port 443 is the Service's, not the pods'.
  CHECK(with("{ports: [{port: 443}]}", hook)->of("backend-cut-off").size() == 1);
  // A webhook outside of the cluster, and one that refers to a Service that is not there.
  const std::string url =
      "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
      "metadata: {name: hook}\nwebhooks:\n"
      "  - {name: a.example.org, clientConfig: {url: https://example.org}}\n"
      "  - {name: b.example.org, clientConfig: {service: {name: gone, namespace: shop}}}\n";
  CHECK(with("", url)->of("backend-cut-off").empty());
  // What the API server would refuse is passed over.
  const std::string odd =
      "---\napiVersion: apiregistration.k8s.io/v1\nkind: APIService\nmetadata: {name: v1.x}\n"
      "spec: {service: {name: web, namespace: shop, port: 70000}}\n";
  CHECK(with("", odd)->lines().empty());
}

}  // namespace polreach
