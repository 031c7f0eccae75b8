// SPDX-License-Identifier: Apache-2.0
// Objects of Azure Service Operator and of Crossplane as ARM resources.
#include "policies/azure/operators/operators.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "policies/azure/resource.h"
#include "tests/azure/read_node.h"

namespace polreach::azure {
namespace {

using test::show;

struct Reading {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  Resources resources;
  std::vector<Operators::Answer> answers;

  explicit Reading(const std::string& text) {
    Operators operators;
    for (const Node& object : test::read_nodes(text, sources)) {
      const Node* version = object.find("apiVersion");
      const Node* kind = object.find("kind");
      REQUIRE(version != nullptr);
      REQUIRE(kind != nullptr);
      answers.push_back(operators.add(object, version->text, kind->text));
    }
    operators.finish(diagnostics, resources);
  }
  /// The properties of the resource with that id; "" where there is none, or several.
  [[nodiscard]] std::string properties(std::string_view id) const {
    const Resource* found = nullptr;
    for (const Resource& resource : resources) {
      if (!same_name(resource.id.to_string(), id)) continue;
      if (found != nullptr) return "";
      found = &resource;
    }
    const Node* inner = found == nullptr ? nullptr : found->body.find("properties");
    return inner == nullptr ? "" : show(*inner);
  }
};

const std::string kBase = "/subscriptions//resourceGroups/rg-azure/providers/microsoft.network/";

constexpr const char* kServiceOperator = R"(
apiVersion: resources.azure.com/v1api20200601
kind: ResourceGroup
metadata: {name: rg, namespace: net}
spec: {azureName: rg-azure, location: westeurope}
---
apiVersion: network.azure.com/v20240901
kind: NetworkSecurityGroup
metadata: {name: nsg, namespace: net}
spec: {azureName: nsg-azure, location: westeurope, owner: {name: rg}}
---
apiVersion: network.azure.com/v1api20201101
kind: NetworkSecurityGroupsSecurityRule
metadata: {name: ssh, namespace: net}
spec:
  owner: {name: nsg}
  protocol: Tcp
  sourcePortRange: "*"
  destinationPortRange: "22"
  sourceAddressPrefix: "*"
  destinationApplicationSecurityGroups:
    - reference: {group: network.azure.com, kind: ApplicationSecurityGroup, name: web}
    - reference: {armId: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/x}
  access: Allow
  priority: 123
  direction: Inbound
---
apiVersion: network.azure.com/v1api20240101
kind: ApplicationSecurityGroup
metadata: {name: web, namespace: net}
spec: {owner: {name: rg}}
---
apiVersion: network.azure.com/v1api20201101
kind: VirtualNetwork
metadata: {name: vnet, namespace: net}
spec: {owner: {name: rg}, addressSpace: {addressPrefixes: [10.0.0.0/8]}}
---
apiVersion: network.azure.com/v1api20201101
kind: VirtualNetworksSubnet
metadata: {name: app, namespace: net}
spec:
  owner: {name: vnet}
  addressPrefix: 10.0.1.0/24
  networkSecurityGroup: {reference: {group: network.azure.com, kind: NetworkSecurityGroup, name: nsg}}
  routeTable: {reference: {group: network.azure.com, kind: RouteTable, name: nowhere}}
---
apiVersion: containerservice.azure.com/v1api20231001
kind: ManagedCluster
metadata: {name: aks, namespace: net}
spec:
  owner: {armId: /subscriptions/S/resourceGroups/other}
  networkProfile: {networkPlugin: azure, networkPolicy: calico}
  agentPoolProfiles:
    - name: sys
      vnetSubnetReference: {group: network.azure.com, kind: VirtualNetworksSubnet, name: app}
---
apiVersion: containerservice.azure.com/v1api20231001
kind: ManagedClustersAgentPool
metadata: {name: user, namespace: net}
spec: {owner: {name: aks}, osType: Windows}
---
apiVersion: network.azure.com/v1api20201101
kind: DnsZone
metadata: {name: zone, namespace: net}
)";

}  // namespace

TEST_CASE("Azure Service Operator: names of Azure, owners and references by object") {
  const Reading r(kServiceOperator);
  CHECK(r.diagnostics.all().empty());
  CHECK(r.resources.size() == 7);
  CHECK(r.answers.front() == Operators::Answer::Irrelevant);
  CHECK(r.answers[1] == Operators::Answer::Taken);
  CHECK(r.answers.back() == Operators::Answer::Irrelevant);
  CHECK(r.properties(kBase + "networksecuritygroups/nsg-azure") == "{}");
  CHECK(r.properties(kBase + "networksecuritygroups/nsg-azure/securityrules/ssh") ==
        R"({protocol: "Tcp", sourcePortRange: "*", destinationPortRange: "22", )"
        R"(sourceAddressPrefix: "*", destinationApplicationSecurityGroups: [{id: ")" +
            kBase +
            R"(applicationsecuritygroups/web"}, {id: "/subscriptions/s/resourceGroups/g/)"
            R"(providers/Microsoft.Network/applicationSecurityGroups/x"}], access: "Allow", )"
            R"(priority: 123, direction: "Inbound"})");
  CHECK(r.properties(kBase + "virtualnetworks/vnet/subnets/app") ==
        R"({addressPrefix: "10.0.1.0/24", networkSecurityGroup: {id: ")" + kBase +
            R"(networksecuritygroups/nsg-azure"}, routeTable: {id: ?(RouteTable net/nowhere)}})");
  const std::string cluster =
      "/subscriptions/s/resourceGroups/other/providers/microsoft.containerservice/managedclusters/"
      "aks";
  CHECK(r.properties(cluster) ==
        R"({networkProfile: {networkPlugin: "azure", networkPolicy: "calico"}, )"
        R"(agentPoolProfiles: [{name: "sys", vnetSubnetID: ")" +
            kBase + R"(virtualnetworks/vnet/subnets/app"}]})");
  CHECK(r.properties(cluster + "/agentPools/user") == R"({osType: "Windows"})");
}

TEST_CASE("Azure Service Operator: objects of another namespace, and owners that are not there") {
  const Reading r(R"(
apiVersion: network.azure.com/v1api20201101
kind: NetworkSecurityGroup
metadata: {name: nsg, namespace: one}
spec: {owner: {name: rg}}
---
apiVersion: network.azure.com/v1api20201101
kind: NetworkSecurityGroupsSecurityRule
metadata: {name: r, namespace: two}
spec: {owner: {name: nsg}, priorityFromConfig: {name: settings, key: priority}}
)");
  CHECK(test::codes(r.diagnostics) == std::vector<std::string>{"unknown-owner"});
  // Nothing else is called that.
  CHECK(r.properties("/subscriptions//resourceGroups//providers/microsoft.network/"
                     "networksecuritygroups/NetworkSecurityGroup two%2Fnsg/securityrules/r") ==
        "{priority: ?(the key priority of two/settings)}");
}

TEST_CASE("Crossplane: references by name and labels, in the schema of Terraform's provider") {
  const Reading r(R"(
apiVersion: azure.upbound.io/v1beta1
kind: ResourceGroup
metadata: {name: rg, annotations: {crossplane.io/external-name: rg-azure}}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: SecurityGroup
metadata: {name: nsg, labels: {tier: web}}
spec:
  forProvider:
    resourceGroupNameRef: {name: rg}
    securityRule:
      - {name: a, priority: 100, direction: Inbound, access: Deny, protocol: "*",
         sourcePortRange: "*", destinationPortRanges: ["80", "443"],
         sourceAddressPrefix: "*", destinationAddressPrefix: "*"}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: SecurityRule
metadata: {name: deny-all}
spec:
  forProvider:
    resourceGroupName: rg-azure
    networkSecurityGroupNameRef: {name: lonely}
    priority: 200
---
apiVersion: network.azure.upbound.io/v1beta1
kind: SecurityGroup
metadata: {name: lonely, annotations: {crossplane.io/external-name: lonely-azure}}
spec: {forProvider: {resourceGroupNameSelector: {matchLabels: {none: such}}, resourceGroupName: rg-azure}}
---
apiVersion: network.azure.upbound.io/v1beta2
kind: VirtualNetwork
metadata: {name: vnet}
spec: {forProvider: {addressSpace: [10.0.0.0/8]}, initProvider: {resourceGroupName: rg-azure}}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: Subnet
metadata: {name: app, labels: {role: app}}
spec:
  forProvider:
    resourceGroupNameRef: {name: rg}
    virtualNetworkNameRef: {name: vnet}
    addressPrefixes: [10.0.1.0/24]
---
apiVersion: network.azure.upbound.io/v1beta1
kind: Subnet
metadata: {name: other}
spec:
  forProvider:
    resourceGroupNameRef: {name: rg}
    virtualNetworkNameRef: {name: vnet}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: SubnetNetworkSecurityGroupAssociation
metadata: {name: a}
spec:
  forProvider:
    subnetIdSelector: {matchLabels: {role: app}}
    networkSecurityGroupIdSelector: {matchLabels: {tier: web}}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: SubnetNetworkSecurityGroupAssociation
metadata: {name: b}
spec:
  forProvider:
    subnetIdRef: {name: other}
    networkSecurityGroupIdRef: {name: nowhere}
---
apiVersion: containerservice.azure.upbound.io/v1beta2
kind: KubernetesCluster
metadata: {name: aks}
spec:
  forProvider:
    resourceGroupNameRef: {name: rg}
    defaultNodePool: {name: sys, vnetSubnetIdRef: {name: app}}
    networkProfile: {networkPlugin: azure, networkPolicy: cilium, networkDataPlane: cilium}
---
apiVersion: containerservice.azure.upbound.io/v1beta1
kind: KubernetesClusterNodePool
metadata: {name: user}
spec: {forProvider: {kubernetesClusterIdRef: {name: aks}, osType: Windows}}
---
apiVersion: network.azure.upbound.io/v1beta1
kind: DNSZone
metadata: {name: zone}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
)");
  CHECK(r.diagnostics.all().empty());
  CHECK(r.answers.back() == Operators::Answer::Foreign);
  CHECK(r.answers[r.answers.size() - 2] == Operators::Answer::Irrelevant);
  CHECK(r.properties(kBase + "networksecuritygroups/nsg") ==
        R"({securityRules: [{name: "a", properties: {protocol: "*", access: "Deny", )"
        R"(direction: "Inbound", priority: 100, sourcePortRange: "*", )"
        R"(destinationPortRanges: ["80", "443"], sourceAddressPrefix: "*", )"
        R"(destinationAddressPrefix: "*"}}]})");
  CHECK(r.properties(kBase + "networksecuritygroups/lonely-azure/securityrules/deny-all") ==
        "{priority: 200}");
  CHECK(r.properties(kBase + "virtualnetworks/vnet") ==
        R"({addressSpace: {addressPrefixes: ["10.0.0.0/8"]}})");
  CHECK(r.properties(kBase + "virtualnetworks/vnet/subnets/app") ==
        R"({addressPrefixes: ["10.0.1.0/24"], networkSecurityGroup: {id: ")" + kBase +
            R"(networksecuritygroups/nsg"}})");
  CHECK(r.properties(kBase + "virtualnetworks/vnet/subnets/other") ==
        "{networkSecurityGroup: {id: ?(SubnetNetworkSecurityGroupAssociation b: "
        "networkSecurityGroupId of nowhere)}}");
  const std::string cluster =
      "/subscriptions//resourceGroups/rg-azure/providers/microsoft.containerservice/"
      "managedclusters/aks";
  CHECK(r.properties(cluster) ==
        R"({agentPoolProfiles: [{name: "sys", vnetSubnetID: ")" + kBase +
            R"(virtualnetworks/vnet/subnets/app", osType: "Linux", mode: "System"}], )"
            R"(networkProfile: {networkPlugin: "azure", networkPolicy: "cilium", )"
            R"(networkDataplane: "cilium"}})");
  CHECK(r.properties(cluster + "/agentpools/user") == R"({osType: "Windows"})");
}

TEST_CASE("Crossplane: labels that two objects have say nothing") {
  const std::string subnet = R"(
apiVersion: network.azure.m.upbound.io/v1beta1
kind: Subnet
metadata: {name: NAME, namespace: SPACE, labels: {role: app}}
spec: {forProvider: {resourceGroupName: rg, virtualNetworkName: v}}
---)";
  const auto with = [&](std::string name, std::string space) {
    std::string text = subnet;
    text.replace(text.find("NAME"), 4, name);
    return text.replace(text.find("SPACE"), 5, space);
  };
  const std::string association = R"(
apiVersion: network.azure.m.upbound.io/v1beta1
kind: SubnetNetworkSecurityGroupAssociation
metadata: {name: a, namespace: net}
spec:
  forProvider:
    subnetIdSelector: {matchLabels: {role: app}}
    networkSecurityGroupId: /subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g
)";
  const std::string base =
      "/subscriptions//resourceGroups/rg/providers/microsoft.network/virtualnetworks/v/subnets/";
  // Objects of another namespace do not count.
  const Reading one(with("a", "net") + with("b", "other") + association);
  CHECK(one.properties(base + "a") ==
        R"({networkSecurityGroup: {id: "/subscriptions/s/resourceGroups/rg/providers/)"
        R"(Microsoft.Network/networkSecurityGroups/g"}})");
  CHECK(one.properties(base + "b") == "{}");
  // It may be any of them.
  const Reading two(with("a", "net") + with("b", "net") + association);
  const std::string open =
      "{networkSecurityGroup: {id: ?(SubnetNetworkSecurityGroupAssociation a: subnet_id)}}";
  CHECK(two.properties(base + "a") == open);
  CHECK(two.properties(base + "b") == open);
}

TEST_CASE("operators: wrong types, names that are missing or taken") {
  const Reading r(R"(
apiVersion: network.azure.com/v1
kind: NetworkSecurityGroup
metadata: {name: a}
spec: [1]
---
apiVersion: network.azure.com/v1
kind: NetworkSecurityGroup
metadata: [name]
---
apiVersion: network.azure.upbound.io/v1
kind: SecurityGroup
metadata: {name: b}
spec: {forProvider: 7}
---
apiVersion: network.azure.upbound.io/v1
kind: SecurityRule
metadata: {name: c, labels: 1}
spec: {forProvider: {priority: high, networkSecurityGroupNameRef: [[], 1], protocol: {}}}
---
apiVersion: network.azure.upbound.io/v1
kind: SecurityGroup
metadata: {name: b}
)");
  std::vector<std::string> codes = test::codes(r.diagnostics);
  std::sort(codes.begin(), codes.end());
  CHECK(codes == std::vector<std::string>{"duplicate-object", "missing-field", "wrong-type",
                                          "wrong-type", "wrong-type", "wrong-type", "wrong-type"});
}

TEST_CASE("whatever is in an object instead of what should be, the reader comes to an end") {
  source::SourceMap sources;
  const std::vector<Node> objects = test::read_nodes(kServiceOperator, sources);
  for (std::size_t changed = 0; changed < objects.size(); ++changed) {
    for (const Node& replacement : test::wrong_values()) {
      for (std::size_t i = 0; i < test::count_nodes(objects[changed]); ++i) {
        Operators operators;
        for (std::size_t other = 0; other < objects.size(); ++other) {
          const Node& object = objects[other];
          operators.add(other == changed ? test::with_replaced(object, i, replacement) : object,
                        object.find("apiVersion")->text, object.find("kind")->text);
        }
        source::Diagnostics diagnostics;
        Resources resources;
        operators.finish(diagnostics, resources);
        CHECK(resources.size() <= 7);
        CHECK(resources.size() >= 6);
      }
    }
  }
}

}  // namespace polreach::azure
