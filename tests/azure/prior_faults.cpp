// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/prior_faults.h"

namespace polreach::azure {

std::string_view prior_fault_networks() {
  return R"json([
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet", "name": "vnet", "resourceGroup": "rg", "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "172.20.0.0/16"]}, "virtualNetworkPeerings": [], "subnets": [
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/web", "name": "web", "resourceGroup": "rg", "addressPrefix": "10.0.1.0/24", "networkSecurityGroup": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg"}}, 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/db", "name": "db", "resourceGroup": "rg", "addressPrefix": "10.0.2.0/24"}, 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/old", "name": "old", "resourceGroup": "rg", "addressPrefix": "172.20.0.0/24"}]}])json";
}

std::string_view prior_fault_interfaces() {
  return R"json([
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm1-nic", "name": "vm1-nic", "resourceGroup": "rg", "ipConfigurations": [
  {"name": "ipconfig1", "privateIPAddress": "10.0.1.4", "subnet": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/web"}}]}, 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm2-nic", "name": "vm2-nic", "resourceGroup": "rg", "ipConfigurations": [
  {"name": "ipconfig1", "privateIPAddress": "10.0.1.5", "subnet": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/web"}, "applicationSecurityGroups": [
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg"}]}], "networkSecurityGroup": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg-vm2"}}, 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm3-nic", "name": "vm3-nic", "resourceGroup": "rg", "ipConfigurations": [
  {"name": "ipconfig1", "privateIPAddress": "10.0.2.4", "subnet": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/db"}}]}, 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/vm4-nic", "name": "vm4-nic", "resourceGroup": "rg", "ipConfigurations": [
  {"name": "ipconfig1", "privateIPAddress": "172.20.0.4", "subnet": 
 {"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet/subnets/old"}}]}])json";
}

std::string prior_fault_groups(const PriorFault& fault) {
  if (fault.is_template) return std::string(fault.rules);
  const auto group = [](const std::string& name, std::string_view rules) {
    return R"({"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/)"
           R"(Microsoft.Network/networkSecurityGroups/)" +
           name + R"(", "name": ")" + name + R"(", "resourceGroup": "rg", "securityRules": [)" +
           std::string(rules) + "]}";
  };
  return "[" + group("nsg", fault.rules) + ",\n" + group("nsg-vm2", fault.interface_rules) + "]";
}

namespace {

const std::vector<PriorFault>& of_analysers() {
  static const std::vector<PriorFault> kFaults = {
      {"analyser-1-interface-groups", "groups of interfaces are parsed and never applied", "",
       R"json(
      {"name": "Deny8080", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "8080"})json",
       "nic/vm1-nic nic/vm2-nic --port 8080", "denied", "network interface vm2-nic", "Deny8080"},
      {"analyser-2-direction-out", "inbound rules of a subnet act on what leaves it",
       R"json(
      {"name": "DenyIn", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"})json",
       "", "nic/vm1-nic nic/vm3-nic --port 443", "allowed", "subnet vnet/web", "AllowVnetOutBound"},
      {"analyser-2-direction-in", "inbound rules of a subnet do not act on what enters it",
       R"json(
      {"name": "DenyIn", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"})json",
       "", "nic/vm3-nic nic/vm1-nic --port 443", "denied", "subnet vnet/web", "DenyIn"},
      {"analyser-3-defaults-allow", "default rules are there only if the file holds them",
       R"json(
      {"name": "AllowFrontEnd", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "10.0.9.0/24", "destinationAddressPrefix": "*", "destinationPortRange": "443"})json",
       "", "nic/vm3-nic nic/vm1-nic --port 3389", "allowed", "subnet vnet/web", "AllowVnetInBound"},
      {"analyser-3-defaults-deny", "default rules are there only if the file holds them", "", "",
       "8.8.8.8 nic/vm1-nic --port 443", "denied", "subnet vnet/web", "DenyAllInBound"},
      {"analyser-4-virtual-network-not-private", "VirtualNetwork is all private addresses", "", "",
       "192.168.7.7 nic/vm1-nic --port 443", "denied", "subnet vnet/web", "DenyAllInBound"},
      {"analyser-4-virtual-network-own-space", "172.16.0.0/12 is taken for 172.16.0.0/20", "", "",
       "nic/vm4-nic nic/vm1-nic --port 443", "allowed", "subnet vnet/web", "AllowVnetInBound"},
      {"analyser-4-internet-is-public",
       "Internet is all that is not private by a wrong list: addresses of the network are in it",
       R"json(
      {"name": "DenyInternet", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "Internet", "destinationAddressPrefix": "*", "destinationPortRange": "*"})json",
       "", "nic/vm4-nic nic/vm1-nic --port 443", "allowed", "subnet vnet/web", "AllowVnetInBound"},
      {"analyser-4-unknown-tag", "a denied tag that is not known vanishes",
       R"json(
      {"name": "DenyMonitor", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "AzureMonitor", "destinationAddressPrefix": "*", "destinationPortRange": "*"},
      {"name": "AllowWeb", "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"})json",
       "", "8.8.8.8 nic/vm1-nic --port 443", "depends", "subnet vnet/web", ""},
      {"analyser-4-load-balancer", "AzureLoadBalancer matches nothing",
       R"json(
      {"name": "AllowProbe", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "AzureLoadBalancer", "destinationAddressPrefix": "*", "destinationPortRange": "*"},
      {"name": "DenyRest", "priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"})json",
       "", "168.63.129.16 nic/vm1-nic --port 80", "allowed", "subnet vnet/web", "AllowProbe"},
      {"analyser-5-plural-prefixes", "plural prefixes without a singular one match every address",
       R"json(
      {"name": "AllowRanges", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefixes": ["203.0.113.0/24", "198.51.100.0/24"], "destinationAddressPrefix": "*", "destinationPortRange": "443"})json",
       "", "8.8.8.8 nic/vm1-nic --port 443", "denied", "subnet vnet/web", "DenyAllInBound"},
      {"analyser-5-plural-destinations", "the same on the other side",
       R"json(
      {"name": "DenySome", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefixes": ["10.0.1.7/32", "10.0.1.8/32"], "destinationPortRange": "443"})json",
       "", "nic/vm3-nic nic/vm1-nic --port 443", "allowed", "subnet vnet/web", "AllowVnetInBound"},
      {"analyser-6-any-protocol-with-port", "any protocol drops the ports",
       R"json(
      {"name": "AllowHttps", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "denied", "subnet vnet/web", "DenyAllInBound"},
      {"analyser-7-application-group-member", "application groups are not read",
       R"json(
      {"name": "DenyGroup", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationApplicationSecurityGroups": [{"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg"}], "destinationPortRange": "443"})json",
       "", "nic/vm3-nic nic/vm2-nic --port 443", "denied", "subnet vnet/web", "DenyGroup"},
      {"analyser-7-application-group-other", "application groups are not read",
       R"json(
      {"name": "DenyGroup", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationApplicationSecurityGroups": [{"id": "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/asg"}], "destinationPortRange": "443"})json",
       "", "nic/vm3-nic nic/vm1-nic --port 443", "allowed", "subnet vnet/web", "AllowVnetInBound"},
  };
  return kFaults;
}

const std::vector<PriorFault>& of_scanners() {
  static const std::vector<PriorFault> kFaults = {
      {"scanner-ssh-star", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-internet", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "Internet", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-internet-lower", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "internet", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-zero", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "0.0.0.0/0", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-zero-list", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefixes": ["0.0.0.0/0"], "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-halves", "found only in some spellings of everyone",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefixes": ["0.0.0.0/1", "128.0.0.0/1"], "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh"},
      {"scanner-ssh-template-internet",
       "passed in templates",
       R"json({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
 {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "nsg", "location": "[resourceGroup().location]", "properties": {"securityRules": [
  {"name": "AllowSsh", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "Internet", "destinationAddressPrefix": "*", "destinationPortRange": "22"}}]}}, 
 {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "nsg-vm2", "location": "[resourceGroup().location]", "properties": {"securityRules": []}}]})json",
       "",
       "8.8.8.8 nic/vm1-nic --port 22",
       "allowed",
       "subnet vnet/web",
       "AllowSsh",
       {},
       true},
      {"scanner-ssh-template-zero",
       "passed in templates",
       R"json({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": [
 {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "nsg", "location": "[resourceGroup().location]", "properties": {"securityRules": [
  {"name": "AllowSsh", "properties": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "0.0.0.0/0", "destinationAddressPrefix": "*", "destinationPortRange": "22"}}]}}, 
 {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-09-01", "name": "nsg-vm2", "location": "[resourceGroup().location]", "properties": {"securityRules": []}}]})json",
       "",
       "8.8.8.8 nic/vm1-nic --port 22",
       "allowed",
       "subnet vnet/web",
       "AllowSsh",
       {},
       true},
      {"scanner-ssh-azure-cloud-unknown",
       "AzureCloud holds the machines of all customers, and passes",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "AzureCloud", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "20.0.0.1 nic/vm1-nic --port 22", "depends", "subnet vnet/web", ""},
      {"scanner-ssh-azure-cloud", "AzureCloud holds the machines of all customers, and passes",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "AzureCloud", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "20.0.0.1 nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowSsh",
       R"json({"changeNumber": 1, "cloud": "Public", "values": [{"name": "AzureCloud", "id": "AzureCloud", "properties": {"changeNumber": 1, "region": "", "regionId": 0, "platform": "Azure", "systemService": "", "addressPrefixes": ["20.0.0.0/16"], "networkFeatures": ["API", "NSG"]}}]})json"},
      {"scanner-ssh-azure-cloud-outside", "and nobody else",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "AzureCloud", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "",
       "8.8.8.8 nic/vm1-nic --port 22", "denied", "subnet vnet/web", "DenyAllInBound", R"json({"changeNumber": 1, "cloud": "Public", "values": [{"name": "AzureCloud", "id": "AzureCloud", "properties": {"changeNumber": 1, "region": "", "regionId": 0, "platform": "Azure", "systemService": "", "addressPrefixes": ["20.0.0.0/16"], "networkFeatures": ["API", "NSG"]}}]})json"},
      {"scanner-shadowed-allow",
       "an allowing rule behind one that denies the same is a false alarm",
       R"json(
      {"name": "DenySsh", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"},
      {"name": "AllowSsh", "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "internet nic/vm1-nic --port 22", "denied", "subnet vnet/web", "DenySsh"},
      {"scanner-shadowed-by-order", "priorities count, not the order in the file",
       R"json(
      {"name": "AllowSsh", "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"},
      {"name": "DenySsh", "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "internet nic/vm1-nic --port 22", "denied", "subnet vnet/web", "DenySsh"},
      {"scanner-second-rule", "only the first rule is looked at",
       R"json(
      {"name": "AllowHttps", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "10.0.0.0/8", "destinationAddressPrefix": "*", "destinationPortRange": "443"},
      {"name": "AllowAnyUdp", "priority": 110, "direction": "Inbound", "access": "Allow", "protocol": "Udp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "*"})json",
       "", "8.8.8.8 nic/vm1-nic --port 53/udp", "allowed", "subnet vnet/web", "AllowAnyUdp"},
      {"scanner-port-in-a-list", "plural ports are not looked at",
       R"json(
      {"name": "AllowSome", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRanges": ["80", "3380-3390"]})json",
       "", "8.8.8.8 nic/vm1-nic --port 3389", "allowed", "subnet vnet/web", "AllowSome"},
      {"scanner-any-protocol", "only TCP is looked at",
       R"json(
      {"name": "AllowRdp", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "Internet", "destinationAddressPrefix": "*", "destinationPortRange": "3389"})json",
       "", "8.8.8.8 nic/vm1-nic --port 3389", "allowed", "subnet vnet/web", "AllowRdp"},
      {"scanner-other-group-denies", "groups are looked at one by one, and both must allow",
       R"json(
      {"name": "AllowSsh", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"})json",
       "", "8.8.8.8 nic/vm2-nic --port 22", "denied", "network interface vm2-nic",
       "DenyAllInBound"},
      {"scanner-front-end",
       "an application tier open to the whole network by a default rule is no finding",
       R"json(
      {"name": "AllowFrontEnd", "priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*", "sourceAddressPrefix": "10.0.1.0/24", "destinationAddressPrefix": "*", "destinationPortRange": "443"})json",
       "", "nic/vm3-nic nic/vm1-nic --port 22", "allowed", "subnet vnet/web", "AllowVnetInBound"},
  };
  return kFaults;
}

}  // namespace

const std::vector<PriorFault>& prior_faults() {
  static const std::vector<PriorFault> kAll = [] {
    std::vector<PriorFault> all = of_analysers();
    all.insert(all.end(), of_scanners().begin(), of_scanners().end());
    return all;
  }();
  return kAll;
}

}  // namespace polreach::azure
