// SPDX-License-Identifier: Apache-2.0
// AKS clusters and their Services. Expected: AKS documentation ("Networking concepts", "Use a
// standard load balancer", "Migrate from Azure NPM to Cilium") and cloud-provider-azure.
#include <doctest/doctest.h>

#include "tests/audit/azure_audit.h"
#include "tests/azure/cloud_builder.h"

namespace polreach {
namespace {

using model::NetworkMode;
using solver::audit::Finding;
using solver::audit::Severity;
using support::audited_cloud;
using support::audited_text;
using support::CloudBuilder;
using Names = std::vector<std::string>;

/// An overlay cluster in a subnet with a group.
struct Nodes : CloudBuilder {
  explicit Nodes(const Names& inbound, NetworkMode mode = NetworkMode::Overlay,
                 const Names& outbound = {}) {
    const auto id = network("vnet", "10.0.0.0/16");
    const auto nodes = subnet(id, "nodes", "10.0.1.0/24", group("nodes-nsg", inbound, outbound));
    cluster(mode, nodes);
    it().engine = model::Engine::None;
  }
  model::ManagedCluster& it() { return cloud.clusters[0]; }
};

TEST_CASE("azure audit: who may talk to the API server") {
  Nodes nodes(Names{});
  CHECK(audited_cloud(nodes.cloud)->one("aks-api-open").severity == Severity::High);
  nodes.it().authorized_ranges = {support::prefix("0.0.0.0/1"), support::prefix("128.0.0.0/1")};
  CHECK(audited_cloud(nodes.cloud)->of("aks-api-open").size() == 1);
  nodes.it().authorized_ranges = {support::prefix("198.51.100.0/24")};
  auto audited = audited_cloud(nodes.cloud);
  CHECK(audited->of("aks-api-open").empty());
  CHECK(audited->of("aks-api-public").size() == 1);
  nodes.it().private_api = true;
  nodes.it().authorized_ranges.clear();
  audited = audited_cloud(nodes.cloud);
  CHECK(audited->of("aks-api-open").empty());
  CHECK(audited->of("aks-api-public").empty());
}

TEST_CASE("azure audit: a field of a cluster that is not known is not looked at") {
  Nodes nodes(Names{});
  nodes.it().open = {nodes.unknown("A-expression", model::Unknown::Scope::World)};
  nodes.cloud.unknowns[0].what =
      "authorizedIPRanges of AKS cluster c: parameters('r') is not known";
  const auto audited = audited_cloud(nodes.cloud);
  CHECK(audited->of("aks-api-open").empty());
  REQUIRE(audited->audit.unchecked.size() == 1);
  CHECK(audited->audit.unchecked[0].check->id == "aks-api-open");
  // Others are.
  CHECK(audited->of("aks-no-policy-engine").size() == 1);
}

TEST_CASE("azure audit: engines, kubenet and addresses of nodes") {
  Nodes nodes(Names{}, NetworkMode::Kubenet);
  auto audited = audited_cloud(nodes.cloud);
  CHECK(audited->of("aks-kubenet").size() == 1);
  CHECK(audited->of("aks-no-policy-engine").size() == 1);
  CHECK(audited->of("aks-node-public-ip").empty());
  nodes.it().engine = model::Engine::Calico;
  nodes.it().mode = NetworkMode::Overlay;
  nodes.it().pools[0].node_public_ip = true;
  audited = audited_cloud(nodes.cloud);
  CHECK(audited->of("aks-kubenet").empty());
  CHECK(audited->of("aks-no-policy-engine").empty());
  CHECK(audited->of("aks-node-public-ip").size() == 1);
}

TEST_CASE("azure audit: the nodes' own group keeps closed what the subnet's opens") {
  const Nodes nodes({"Allow 100 Tcp Internet -> * 22"});
  CHECK(audited_cloud(nodes.cloud)->of("nsg-internet-ssh").empty());
}

TEST_CASE("azure audit: rules that somebody wrote into the group of AKS") {
  Nodes nodes(Names{});
  const auto id = nodes.group("aks-agentpool-1-nsg", {"Allow 500 Tcp Internet -> 20.0.0.1/32 443",
                                                      "Allow 600 Tcp 10.9.0.0/16 -> * 22"});
  auto& group = nodes.cloud.groups[static_cast<std::size_t>(id)];
  group.inbound[0].name = "k8s-azure-lb_allow_IPv4_0123456789abcdef0123456789abcdef";
  group.inbound[1].name = "jump";
  nodes.it().node_group = id;
  const auto audited = audited_cloud(nodes.cloud);
  const Finding& found = audited->one("aks-nsg-custom-rules");
  REQUIRE(found.causes.size() == 1);
  CHECK(found.causes[0].text.find("rule 600 jump") == 0);
  group.inbound[1].name = "a0123456789abcdef0123456789abcde-TCP-80-Internet";  // as AKS once did
  CHECK(audited_cloud(nodes.cloud)->of("aks-nsg-custom-rules").empty());
}

TEST_CASE("azure audit: a deny that cuts the pods of an overlay") {
  const auto denied = [](const Names& inbound, const Names& outbound = {}) {
    const Nodes nodes(inbound, NetworkMode::Overlay, outbound);
    const auto audited = audited_cloud(nodes.cloud);
    const auto found = audited->of("aks-pods-denied-between-nodes");
    if (found.empty()) return std::string("no");
    return std::string(found[0]->certain ? "yes" : "may");
  };
  CHECK(denied({"Deny 4096 * * -> * *"}) == "yes");
  CHECK(denied({}, {"Deny 4096 * * -> * *"}) == "yes");
  CHECK(denied({"Allow 100 * 10.244.0.0/16 -> 10.244.0.0/16 *", "Deny 4096 * * -> * *"}) == "no");
  CHECK(denied({}) == "no");
  CHECK(denied({"Deny 4096 Tcp Internet -> * *"}) == "no");
  // Whether the tag holds the range of the pods is not documented.
  CHECK(denied({"Deny 4096 * VirtualNetwork -> * *"}) == "may");
  // One port is not the cluster.
  CHECK(denied({"Deny 100 Tcp * -> * 22"}) == "no");
}

// Services
// ----------------------------------------------------------------------------------------------

std::string cluster_of(const std::string& engine) {
  return R"([{"type": "Microsoft.ContainerService/ManagedClusters", "name": "shop",
    "id": "/subscriptions/s/resourcegroups/apps/providers/Microsoft.ContainerService/managedClusters/shop",
    "resourceGroup": "apps", "nodeResourceGroup": "MC", "networkProfile": {"networkPlugin": "azure",
    "networkPluginMode": "overlay", "networkPolicy": ")" +
         engine + R"(", "podCidr": "10.244.0.0/16"},
    "apiServerAccessProfile": {"enablePrivateCluster": true},
    "agentPoolProfiles": [{"name": "np1", "osType": "Linux", "vnetSubnetId":
    "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/vnet/subnets/nodes"}]},
   {"type": "Microsoft.Network/virtualNetworks", "name": "vnet", "resourceGroup": "net",
    "id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/vnet",
    "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "virtualNetworkPeerings": [], "subnets": [
     {"name": "nodes", "addressPrefix": "10.0.1.0/24"}, {"name": "vms", "addressPrefix": "10.0.2.0/24"}]}]
)";
}

/// A Service in front of one pod, with what stands in its metadata and spec.
std::string service(const std::string& annotations, const std::string& spec,
                    const std::string& status = "20.50.0.10") {
  return "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n"
         "  annotations: {" +
         annotations + "}\nspec:\n  type: LoadBalancer\n" + spec +
         "  selector: {app: web}\n  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]\n"
         "status: {loadBalancer: {ingress: [{ip: " +
         status +
         "}]}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: "
         "{app: web}}\nspec: {containers: [{name: c, image: i}]}\nstatus: {podIP: 10.244.1.5}\n";
}

const std::string kDeny =
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: "
    "shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n";

std::unique_ptr<support::AuditedNetwork> with(const std::string& engine,
                                              const std::string& manifests) {
  return audited_text(cluster_of(engine) + manifests);
}

TEST_CASE("azure audit: a Service that is open to the internet") {
  const auto open = with("cilium", service("", ""));
  const Finding& found = open->one("aks-public-service");
  CHECK(found.certain);
  CHECK(found.message == "the internet reaches Service shop/web on TCP 80");
  CHECK(found.example.has_value());
  const std::string internal = "service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"";
  CHECK(with("cilium", service(internal, "", "10.0.1.200"))->of("aks-public-service").empty());
  CHECK(with("cilium", service("", "  loadBalancerSourceRanges: [20.60.0.0/24]\n"))
            ->of("aks-public-service")
            .empty());
  // Its policies stop what comes in; those of Azure NPM do not act on it.
  CHECK(with("cilium", service("", "") + kDeny)->of("aks-public-service").empty());
}

TEST_CASE("azure audit: Azure NPM skips policies behind a Service") {
  const auto skipped = [](const std::string& engine, const std::string& spec,
                          const std::string& policy) {
    return with(engine, service("", spec) + policy)->of("aks-npm-skips-policies").size();
  };
  CHECK(skipped("azure", "", kDeny) == 1);
  CHECK(skipped("azure", "  externalTrafficPolicy: Local\n", kDeny) == 0);
  CHECK(skipped("azure", "", "") == 0);
  CHECK(skipped("cilium", "", kDeny) == 0);
}

TEST_CASE("azure audit: source ranges do not bind within the network") {
  const std::string internal = "service.beta.kubernetes.io/azure-load-balancer-internal: \"true\"";
  const std::string ranges =
      internal + ", service.beta.kubernetes.io/azure-allowed-ip-ranges: 10.0.7.0/24";
  const auto found = with("cilium", service(ranges, "", "10.0.1.200"));
  CHECK(found->one("aks-service-ranges-in-vnet").message.find("subnet vnet/vms reaches") == 0);
  const std::string denied =
      ranges +
      ", service.beta.kubernetes.io/azure-deny-all-except-load-balancer-source-ranges: \"true\"";
  CHECK(
      with("cilium", service(denied, "", "10.0.1.200"))->of("aks-service-ranges-in-vnet").empty());
  // The nodes hold to these.
  CHECK(
      with("cilium", service(internal, "  loadBalancerSourceRanges: [10.0.7.0/24]\n", "10.0.1.200"))
          ->of("aks-service-ranges-in-vnet")
          .empty());
}

TEST_CASE("azure audit: an ipBlock of pods means less under Cilium") {
  const auto policy = [](const std::string& peers) {
    return "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: out, "
           "namespace: shop}\nspec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [" +
           peers + "]}]}\n";
  };
  const auto found = [&](const std::string& engine, const std::string& peers) {
    return with(engine, service("", "") + policy(peers))->of("aks-npm-ipblock-on-cilium").size();
  };
  CHECK(found("azure", "{ipBlock: {cidr: 0.0.0.0/0}}") == 1);
  CHECK(found("cilium", "{ipBlock: {cidr: 0.0.0.0/0}}") == 0);
  CHECK(found("azure", "{ipBlock: {cidr: 20.0.0.0/8}}") == 0);
  CHECK(found("azure", "{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}") == 0);
  CHECK(found("azure", "{ipBlock: {cidr: 0.0.0.0/0}}, {namespaceSelector: {}}") == 0);
}

}  // namespace
}  // namespace polreach
