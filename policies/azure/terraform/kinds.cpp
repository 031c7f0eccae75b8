// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/kinds.h"

#include <algorithm>
#include <array>
#include <optional>

namespace polreach::azure::terraform {
namespace {

using P = Kind::Parent;

// Registry documentation of hashicorp/azurerm and of upbound/provider-azure-*; ARM types as in the
// REST API.
constexpr std::array kKinds = {
    Kind{"azurerm_network_security_group", "Microsoft.Network/networkSecurityGroups", P::Group, "",
         "SecurityGroup"},
    Kind{"azurerm_network_security_rule", "Microsoft.Network/networkSecurityGroups/securityRules",
         P::Named, "network_security_group_name", "SecurityRule"},
    Kind{"azurerm_application_security_group", "Microsoft.Network/applicationSecurityGroups",
         P::Group, "", "ApplicationSecurityGroup"},
    Kind{"azurerm_virtual_network", "Microsoft.Network/virtualNetworks", P::Group, "",
         "VirtualNetwork"},
    Kind{"azurerm_subnet", "Microsoft.Network/virtualNetworks/subnets", P::Named,
         "virtual_network_name", "Subnet"},
    Kind{"azurerm_virtual_network_peering",
         "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", P::Named,
         "virtual_network_name", "VirtualNetworkPeering"},
    Kind{"azurerm_route_table", "Microsoft.Network/routeTables", P::Group, "", "RouteTable"},
    Kind{"azurerm_route", "Microsoft.Network/routeTables/routes", P::Named, "route_table_name",
         "Route"},
    Kind{"azurerm_nat_gateway", "Microsoft.Network/natGateways", P::Group, "", "NATGateway"},
    Kind{"azurerm_public_ip", "Microsoft.Network/publicIPAddresses", P::Group, "", "PublicIP"},
    Kind{"azurerm_network_interface", "Microsoft.Network/networkInterfaces", P::Group, "",
         "NetworkInterface"},
    Kind{"azurerm_private_endpoint", "Microsoft.Network/privateEndpoints", P::Group, "",
         "PrivateEndpoint"},
    Kind{"azurerm_virtual_machine", "Microsoft.Compute/virtualMachines", P::Group, "", ""},
    Kind{"azurerm_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets", P::Group,
         "", ""},
    Kind{"azurerm_linux_virtual_machine", "Microsoft.Compute/virtualMachines", P::Group, "",
         "LinuxVirtualMachine"},
    Kind{"azurerm_windows_virtual_machine", "Microsoft.Compute/virtualMachines", P::Group, "",
         "WindowsVirtualMachine"},
    Kind{"azurerm_linux_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets",
         P::Group, "", "LinuxVirtualMachineScaleSet"},
    Kind{"azurerm_windows_virtual_machine_scale_set", "Microsoft.Compute/virtualMachineScaleSets",
         P::Group, "", "WindowsVirtualMachineScaleSet"},
    Kind{"azurerm_orchestrated_virtual_machine_scale_set",
         "Microsoft.Compute/virtualMachineScaleSets", P::Group, "",
         "OrchestratedVirtualMachineScaleSet"},
    Kind{"azurerm_firewall", "Microsoft.Network/azureFirewalls", P::Group, "", "Firewall"},
    Kind{"azurerm_firewall_policy", "Microsoft.Network/firewallPolicies", P::Group, "",
         "FirewallPolicy"},
    Kind{"azurerm_firewall_policy_rule_collection_group",
         "Microsoft.Network/firewallPolicies/ruleCollectionGroups", P::Identified,
         "firewall_policy_id", "FirewallPolicyRuleCollectionGroup"},
    Kind{"azurerm_lb", "Microsoft.Network/loadBalancers", P::Group, "", "LoadBalancer"},
    Kind{"azurerm_application_gateway", "Microsoft.Network/applicationGateways", P::Group, "",
         "ApplicationGateway"},
    Kind{"azurerm_web_application_firewall_policy",
         "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies", P::Group, "",
         "WebApplicationFirewallPolicy"},
    Kind{"azurerm_network_watcher_flow_log", "Microsoft.Network/networkWatchers/flowLogs", P::Named,
         "network_watcher_name", "WatcherFlowLog"},
    Kind{"azurerm_kubernetes_cluster", "Microsoft.ContainerService/managedClusters", P::Group, "",
         "KubernetesCluster"},
    Kind{"azurerm_kubernetes_cluster_node_pool",
         "Microsoft.ContainerService/managedClusters/agentPools", P::Identified,
         "kubernetes_cluster_id", "KubernetesClusterNodePool"},
    Kind{"azurerm_subnet_network_security_group_association",
         "Microsoft.Network/virtualNetworks/subnets", P::Association, "subnet_id",
         "SubnetNetworkSecurityGroupAssociation"},
    Kind{"azurerm_subnet_route_table_association", "Microsoft.Network/virtualNetworks/subnets",
         P::Association, "subnet_id", "SubnetRouteTableAssociation"},
    Kind{"azurerm_subnet_nat_gateway_association", "Microsoft.Network/virtualNetworks/subnets",
         P::Association, "subnet_id", "SubnetNATGatewayAssociation"},
    Kind{"azurerm_network_interface_security_group_association",
         "Microsoft.Network/networkInterfaces", P::Association, "network_interface_id",
         "NetworkInterfaceSecurityGroupAssociation"},
    Kind{"azurerm_network_interface_application_security_group_association",
         "Microsoft.Network/networkInterfaces", P::Association, "network_interface_id",
         "NetworkInterfaceApplicationSecurityGroupAssociation"},
    Kind{"azurerm_private_endpoint_application_security_group_association",
         "Microsoft.Network/privateEndpoints", P::Association, "private_endpoint_id",
         "PrivateEndpointApplicationSecurityGroupAssociation"},
    Kind{"azurerm_firewall_network_rule_collection", "Microsoft.Network/azureFirewalls",
         P::Association, "azure_firewall_name", "FirewallNetworkRuleCollection"},
    Kind{"azurerm_firewall_application_rule_collection", "Microsoft.Network/azureFirewalls",
         P::Association, "azure_firewall_name", "FirewallApplicationRuleCollection"},
};

struct Target {
  std::string_view attribute;
  std::string_view arm;
};

constexpr std::array kTargets = {
    Target{"subnet_id", "microsoft.network/virtualnetworks/subnets"},
    Target{"vnet_subnet_id", "microsoft.network/virtualnetworks/subnets"},
    Target{"pod_subnet_id", "microsoft.network/virtualnetworks/subnets"},
    Target{"network_security_group_id", "microsoft.network/networksecuritygroups"},
    Target{"network_security_group_name", "microsoft.network/networksecuritygroups"},
    Target{"security_group", "microsoft.network/networksecuritygroups"},
    Target{"virtual_network_name", "microsoft.network/virtualnetworks"},
    Target{"remote_virtual_network_id", "microsoft.network/virtualnetworks"},
    Target{"network_interface_id", "microsoft.network/networkinterfaces"},
    Target{"network_interface_ids", "microsoft.network/networkinterfaces"},
    Target{"application_security_group_id", "microsoft.network/applicationsecuritygroups"},
    Target{"application_security_group_ids", "microsoft.network/applicationsecuritygroups"},
    Target{"source_application_security_group_ids", "microsoft.network/applicationsecuritygroups"},
    Target{"destination_application_security_group_ids",
           "microsoft.network/applicationsecuritygroups"},
    Target{"route_table_id", "microsoft.network/routetables"},
    Target{"route_table_name", "microsoft.network/routetables"},
    Target{"nat_gateway_id", "microsoft.network/natgateways"},
    Target{"public_ip_address_id", "microsoft.network/publicipaddresses"},
    Target{"private_endpoint_id", "microsoft.network/privateendpoints"},
    Target{"kubernetes_cluster_id", "microsoft.containerservice/managedclusters"},
    Target{"firewall_policy_id", "microsoft.network/firewallpolicies"},
    Target{"azure_firewall_name", "microsoft.network/azurefirewalls"},
    Target{"resource_group_name", "microsoft.resources/resourcegroups"},
};

/// The known text of an attribute, else `otherwise`.
std::string text_or(const Attributes& attributes, std::string_view name,
                    std::string_view otherwise) {
  const Node* value = attributes.text(name);
  if (value == nullptr || !value->is(Node::Type::String)) return std::string(otherwise);
  return id_segment(value->text);
}

}  // namespace

std::span<const Kind> kinds() { return kKinds; }

const Kind* kind_of(std::string_view type) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const Kind& kind) { return kind.type == type; });
  return found == kKinds.end() ? nullptr : found;
}

std::string_view target_of(std::string_view attribute) {
  for (const Target& target : kTargets) {
    if (same_attribute(target.attribute, attribute)) return target.arm;
  }
  return {};
}

std::string id_segment(std::string_view text) {
  std::string segment;
  for (const char c : text) {
    if (c == '/') {
      segment += "%2F";
    } else {
      segment += c;
    }
  }
  return segment;
}

ResourceId identify(const Kind& kind, const Attributes& attributes, std::string_view address) {
  const std::string own = id_segment(address);
  const std::string parent_fallback = own + "." + std::string(kind.parent_attribute);
  const std::string name = text_or(attributes, "name", own);
  const std::string arm = lower(kind.arm);
  ResourceId id;
  id.group = text_or(attributes, "resource_group_name", "");
  id.type = arm;
  switch (kind.parent) {
    case Kind::Parent::Group:
      id.names = {name};
      return id;
    case Kind::Parent::Named:
      id.names = {text_or(attributes, kind.parent_attribute, parent_fallback), name};
      return id;
    case Kind::Parent::Identified: {
      const std::string parent_type = arm.substr(0, arm.rfind('/'));
      const Node* parent = attributes.text(kind.parent_attribute);
      if (parent != nullptr && parent->is(Node::Type::String)) {
        const std::optional<ResourceId> known = ResourceId::parse(parent->text);
        if (known && known->type == parent_type) {
          return known->child(kind.arm.substr(kind.arm.rfind('/') + 1), name);
        }
      }
      id.names = {parent_fallback, name};
      return id;
    }
    case Kind::Parent::Association:
      break;
  }
  id.names = {text_or(attributes, kind.parent_attribute, parent_fallback)};
  return id;
}

}  // namespace polreach::azure::terraform
