// SPDX-License-Identifier: Apache-2.0
// Flow logs, SKUs, add-ons and application gateways, in the languages that are read. Expected: the
// Azure REST reference (FlowLogPropertiesFormat, ApplicationGatewayPropertiesFormat,
// ManagedClusterAddonProfile), the documentation of Azure's retirements, and the registry
// documentation of hashicorp/azurerm.
#include <doctest/doctest.h>

#include "tests/audit/azure_audit.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using solver::audit::Finding;
using solver::audit::Severity;
using support::audited;
using support::audited_text;
using Names = std::vector<std::string>;

/// A list, as az prints one. The ids are those of a resource group `net`.
std::string list(const Names& resources) {
  std::string text;
  for (const std::string& each : resources) text += (text.empty() ? "" : ",\n") + each;
  return "[" + text + "]";
}

std::string id_of(const std::string& rest) {
  return "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/" + rest;
}

/// `body` has its members beside the name, as az has them.
std::string resource(const std::string& type, const std::string& name, const std::string& body) {
  std::string path = type + "/" + name;
  if (type == "networkWatchers/flowLogs") path = "networkWatchers/w/flowLogs/" + name;
  return R"({"id": ")" + id_of(path) + R"(", "name": ")" + name +
         R"(", "resourceGroup": "net", "type": "Microsoft.Network/)" + type + "\"" +
         (body.empty() ? "" : ", ") + body + "}";
}

/// With a subnet that has the group `web`, and one that has none.
const std::string kNetwork =
    resource("virtualNetworks", "v",
             R"("addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
       {"name": "a", "addressPrefix": "10.0.1.0/24", "networkSecurityGroup": {"id": ")" +
                 id_of("networkSecurityGroups/web") + R"("}},
       {"name": "b", "addressPrefix": "10.0.2.0/24"}])");
const std::string kGroup =
    resource("networkSecurityGroups", "web", R"("securityRules": [], "defaultSecurityRules": [])");

std::string flow_log(const std::string& name, const std::string& target,
                     const std::string& more = R"("enabled": true)") {
  return resource("networkWatchers/flowLogs", name,
                  R"("storageId": "x", "targetResourceId": ")" + id_of(target) + "\", " + more);
}

std::string gateway(const std::string& name, const std::string& more, bool is_public = true) {
  const std::string address =
      is_public ? R"("publicIPAddress": {"id": ")" + id_of("publicIPAddresses/p") + "\"}"
                : R"("subnet": {"id": ")" + id_of("virtualNetworks/v/subnets/b") + "\"}";
  return resource("applicationGateways", name,
                  R"("gatewayIPConfigurations": [], "frontendIPConfigurations": [{"name": "f", )" +
                      address + "}], " + more);
}

}  // namespace

TEST_CASE("azure audit: a network is covered by flow logs of itself, its subnets or their groups") {
  const auto of = [](const Names& logs) {
    Names all = {kNetwork, kGroup};
    all.insert(all.end(), logs.begin(), logs.end());
    return audited_text(list(all));
  };
  // Where none is in the input they are elsewhere.
  CHECK(of({})->of("azure-flow-log-missing").empty());
  CHECK(of({flow_log("l", "virtualNetworks/v")})->of("azure-flow-log-missing").empty());
  // Names of Azure have no case.
  CHECK(of({flow_log("l", "virtualNetworks/V")})->of("azure-flow-log-missing").empty());
  CHECK(
      of({flow_log("l", "networkSecurityGroups/web"), flow_log("m", "virtualNetworks/v/subnets/b")})
          ->of("azure-flow-log-missing")
          .empty());

  const auto half = of({flow_log("l", "networkSecurityGroups/web")});
  const Finding& part = half->one("azure-flow-log-missing");
  CHECK(part.subject == "virtual network net/v");
  CHECK(part.severity == Severity::Low);
  CHECK(part.also == Names{"subnet v/b"});
  CHECK(part.message == "no flow log covers subnet v/b");

  const auto off = of({flow_log("l", "virtualNetworks/v", R"("enabled": false)")});
  const Finding& none = off->one("azure-flow-log-missing");
  CHECK(none.also == Names{"subnet v/a", "subnet v/b"});
  CHECK(none.message == "no flow log covers virtual network net/v");
  REQUIRE(none.causes.size() == 1);
  CHECK(none.causes[0].text == "flow log net/w/l is disabled");
}

TEST_CASE("azure audit: flow logs are kept for 90 days, or for good") {
  const auto of = [](const std::string& retention) {
    return audited_text(list({kNetwork, kGroup,
                              flow_log("l", "virtualNetworks/v",
                                       R"("enabled": true, "retentionPolicy": )" + retention)}));
  };
  const auto few = of(R"({"enabled": true, "days": 89})");
  CHECK(few->one("azure-flow-log-retention").message ==
        "flow log net/w/l keeps what it writes for 89 days");
  for (const char* enough : {R"({"enabled": true, "days": 90})", R"({"enabled": true, "days": 0})",
                             R"({"enabled": false, "days": 7})"}) {
    CHECK_MESSAGE(of(enough)->of("azure-flow-log-retention").empty(), enough);
  }
}

TEST_CASE("azure audit: what is of the Basic SKU is one finding for each kind") {
  const auto found = audited_text(
      list({resource("loadBalancers", "a",
                     R"("frontendIPConfigurations": [], "sku": {"name": "Basic"})"),
            resource("loadBalancers", "b",
                     R"("frontendIPConfigurations": [], "sku": {"name": "Basic"})"),
            resource("loadBalancers", "c",
                     R"("frontendIPConfigurations": [], "sku": {"name": "Standard"})"),
            resource("publicIPAddresses", "p",
                     R"("publicIPAllocationMethod": "Dynamic", "sku": {"name": "Basic"})"),
            resource("publicIPAddresses", "q", R"("publicIPAllocationMethod": "Static")")}));
  CHECK(found->lines() == Names{"low azure-basic-sku load balancer net/a <stdin>:1 + 1",
                                "low azure-basic-sku public IP address net/p <stdin>:4"});
}

TEST_CASE("azure audit: application gateways without a firewall, or with one that stops nothing") {
  const auto of = [](const std::string& more, bool is_public = true) {
    return audited_text(list({gateway("g", more, is_public)}));
  };
  const std::string waf = R"("sku": {"name": "WAF_v2", "tier": "WAF_v2"})";
  const std::string plain = R"("sku": {"name": "Standard_v2", "tier": "Standard_v2"})";
  const auto none = of(plain);
  CHECK(none->one("azure-gateway-without-waf").severity == Severity::Medium);
  CHECK(none->one("azure-gateway-without-waf").subject == "application gateway net/g");
  CHECK(of(plain, false)->one("azure-gateway-without-waf").severity == Severity::Low);
  // The tier alone is no firewall.
  CHECK(of(waf)->of("azure-gateway-without-waf").size() == 1);
  CHECK(of(waf + R"(, "webApplicationFirewallConfiguration": {"enabled": false})")
            ->of("azure-gateway-without-waf")
            .size() == 1);
  const auto detects = of(
      waf +
      R"(, "webApplicationFirewallConfiguration": {"enabled": true, "firewallMode": "Detection"})");
  CHECK(detects->lines().size() == 1);
  CHECK(detects->one("azure-gateway-waf-detects").severity == Severity::Low);
  CHECK(of(waf + R"(, "webApplicationFirewallConfiguration": {"enabled": true,
                     "firewallMode": "Prevention"})")
            ->lines()
            .empty());
}

TEST_CASE("azure audit: a firewall policy counts before the gateway's own configuration") {
  const std::string type = "applicationGatewayWebApplicationFirewallPolicies";
  const std::string waf =
      R"("sku": {"name": "WAF_v2", "tier": "WAF_v2"}, "firewallPolicy": {"id": ")" +
      id_of(type + "/p") + R"("}, "webApplicationFirewallConfiguration": {
                          "enabled": true, "firewallMode": "Prevention"})";
  const auto with = [&](const std::string& settings) {
    return audited_text(
        list({gateway("g", waf), resource(type, "p", R"("policySettings": )" + settings)}));
  };
  CHECK(with(R"({"state": "Enabled", "mode": "Prevention"})")->lines().empty());
  CHECK(with(R"({"state": "Enabled", "mode": "Detection"})")
            ->of("azure-gateway-waf-detects")
            .size() == 1);
  CHECK(with(R"({"state": "Disabled", "mode": "Prevention"})")
            ->of("azure-gateway-without-waf")
            .size() == 1);
  // A policy that the input does not hold says nothing.
  const auto absent = audited_text(list({gateway("g", waf)}));
  CHECK(absent->lines().empty());
  REQUIRE(absent->audit.unchecked.size() == 1);
  CHECK(absent->audit.unchecked[0].check->id == "azure-gateway-waf-detects");
}

TEST_CASE("azure audit: add-ons and load balancers of clusters, in a template") {
  const auto of = [](const std::string& enabled) {
    return audited_text(
        R"({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "parameters": {"routing": {"type": "bool"}}, "resources": [
        {"type": "Microsoft.ContainerService/managedClusters", "apiVersion": "2024-05-01",
         "name": "shop", "location": "westeurope", "properties": {
           "addonProfiles": {"httpApplicationRouting": {"enabled": )" +
        enabled + R"(}},
           "networkProfile": {"networkPlugin": "azure", "networkPolicy": "calico",
                              "loadBalancerSku": "basic"}}}]})");
  };
  const auto on = of("true");
  CHECK(on->one("aks-http-application-routing").subject == "AKS cluster shop");
  CHECK(on->one("azure-basic-sku").subject == "AKS cluster shop");
  CHECK(of("false")->of("aks-http-application-routing").empty());
  const auto open = of(R"("[parameters('routing')]")");
  CHECK(open->of("aks-http-application-routing").empty());
  REQUIRE(open->audit.unchecked.size() == 1);
  CHECK(open->audit.unchecked[0].check->id == "aks-http-application-routing");
}

TEST_CASE("azure audit: the same of a plan of Terraform") {
  const auto found = audited_text(R"({"format_version": "1.2", "terraform_version": "1.9.0",
    "planned_values": {"root_module": {"resources": [
    {"address": "azurerm_lb.a", "mode": "managed", "type": "azurerm_lb", "name": "a",
     "values": {"name": "a", "resource_group_name": "net", "sku": "Basic"}},
    {"address": "azurerm_public_ip.p", "mode": "managed", "type": "azurerm_public_ip", "name": "p",
     "values": {"name": "p", "resource_group_name": "net", "allocation_method": "Dynamic",
                "sku": "Basic"}},
    {"address": "azurerm_web_application_firewall_policy.w", "mode": "managed",
     "type": "azurerm_web_application_firewall_policy", "name": "w",
     "values": {"name": "w", "resource_group_name": "net",
                "policy_settings": [{"enabled": true, "mode": "Detection"}]}},
    {"address": "azurerm_application_gateway.g", "mode": "managed",
     "type": "azurerm_application_gateway", "name": "g",
     "values": {"name": "g", "resource_group_name": "net",
       "sku": [{"name": "WAF_v2", "tier": "WAF_v2"}],
       "firewall_policy_id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies/w",
       "frontend_ip_configuration": [{"name": "f", "public_ip_address_id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/publicIPAddresses/p"}]}},
    {"address": "azurerm_application_gateway.h", "mode": "managed",
     "type": "azurerm_application_gateway", "name": "h",
     "values": {"name": "h", "resource_group_name": "net",
       "sku": [{"name": "Standard_v2", "tier": "Standard_v2"}],
       "frontend_ip_configuration": [{"name": "f", "subnet_id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/b"}]}},
    {"address": "azurerm_network_watcher_flow_log.l", "mode": "managed",
     "type": "azurerm_network_watcher_flow_log", "name": "l",
     "values": {"name": "l", "resource_group_name": "net", "network_watcher_name": "w",
       "enabled": true, "target_resource_id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v",
       "retention_policy": [{"enabled": true, "days": 7}]}},
    {"address": "azurerm_kubernetes_cluster.c", "mode": "managed",
     "type": "azurerm_kubernetes_cluster", "name": "c",
     "values": {"name": "c", "resource_group_name": "net", "http_application_routing_enabled": true,
       "network_profile": [{"network_plugin": "azure", "network_policy": "calico",
                            "load_balancer_sku": "standard"}]}}
    ]}}})");
  CHECK(found->of("azure-basic-sku").size() == 2);
  CHECK(found->one("azure-gateway-waf-detects").subject == "application gateway net/g");
  CHECK(found->one("azure-gateway-without-waf").subject == "application gateway net/h");
  CHECK(found->one("azure-gateway-without-waf").severity == Severity::Low);
  CHECK(found->one("azure-flow-log-retention").message ==
        "flow log net/w/l keeps what it writes for 7 days");
  CHECK(found->one("aks-http-application-routing").subject == "AKS cluster net/c");
}

TEST_CASE("azure audit: the same of Azure Service Operator") {
  // Their owner is not in the input, so that the name of the resource group is not known.
  const auto found = audited_text(
      "apiVersion: network.azure.com/v1api20220701\nkind: ApplicationGateway\n"
      "metadata: {name: g, namespace: infra}\nspec:\n  azureName: g\n  owner: {name: net}\n"
      "  sku: {name: Standard_v2, tier: Standard_v2}\n"
      "---\napiVersion: network.azure.com/v1api20201101\nkind: LoadBalancer\n"
      "metadata: {name: b, namespace: infra}\nspec:\n  owner: {name: net}\n  sku: {name: Basic}\n");
  CHECK(found->one("azure-gateway-without-waf").subject == "application gateway g");
  CHECK(found->one("azure-basic-sku").subject == "load balancer b");
}

}  // namespace polreach
