// SPDX-License-Identifier: Apache-2.0
// Plans and states of Terraform as ARM resources. Expected shapes: the schemas of azurerm's
// documentation on one side, Azure's REST API on the other.
#include "policies/azure/terraform/terraform.h"

#include <doctest/doctest.h>

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
  TerraformCount count;

  explicit Reading(const std::string& text) {
    count = read_terraform(test::read_node(text, sources), diagnostics, resources);
  }
  /// The properties of the resource with that type and these names; "" where there is none, or
  /// several.
  [[nodiscard]] std::string properties(std::string_view type, std::string_view name) const {
    const Resource* found = find(type, name);
    const Node* inner = found == nullptr ? nullptr : found->body.find("properties");
    return inner == nullptr ? "" : show(*inner);
  }
  [[nodiscard]] const Resource* find(std::string_view type, std::string_view name) const {
    const Resource* found = nullptr;
    for (const Resource& resource : resources) {
      std::string names;
      for (const std::string& n : resource.id.names) names += (names.empty() ? "" : "/") + n;
      if (!same_name(resource.id.type, type) || names != name) continue;
      if (found != nullptr) return nullptr;
      found = &resource;
    }
    return found;
  }
};

constexpr std::string_view kGroup = "Microsoft.Network/networkSecurityGroups";
constexpr std::string_view kRule = "Microsoft.Network/networkSecurityGroups/securityRules";
constexpr std::string_view kSubnet = "Microsoft.Network/virtualNetworks/subnets";

/// A state with these resources in the root module.
std::string state(const std::string& resources) {
  return R"({"format_version": "1.0", "values": {"root_module": {"resources": [)" + resources +
         "]}}}";
}

constexpr const char* kModules =
    R"json({"format_version": "1.2", "planned_values": {"root_module": {
    "child_modules": [
      {"address": "module.groups[\"eu\"]", "resources": [
        {"address": "module.groups[\"eu\"].azurerm_network_security_group.g[\"a\"]",
         "mode": "managed", "type": "azurerm_network_security_group", "name": "g", "index": "a",
         "values": {"name": "nsg-a", "resource_group_name": "rg"}},
        {"address": "module.groups[\"eu\"].azurerm_network_security_group.g[\"b\"]",
         "mode": "managed", "type": "azurerm_network_security_group", "name": "g", "index": "b",
         "values": {"name": "nsg-b", "resource_group_name": "rg"}}]},
      {"address": "module.net", "resources": [
        {"address": "module.net.azurerm_subnet.s[\"a\"]", "mode": "managed",
         "type": "azurerm_subnet", "name": "s", "index": "a",
         "values": {"name": "sa", "resource_group_name": "rg", "virtual_network_name": "v"}},
        {"address": "module.net.azurerm_subnet.s[\"b\"]", "mode": "managed",
         "type": "azurerm_subnet", "name": "s", "index": "b",
         "values": {"name": "sb", "resource_group_name": "rg", "virtual_network_name": "v"}},
        {"address": "module.net.azurerm_subnet_network_security_group_association.first",
         "mode": "managed", "type": "azurerm_subnet_network_security_group_association",
         "name": "first", "values": {}},
        {"address": "module.net.azurerm_subnet_network_security_group_association.each[\"b\"]",
         "mode": "managed", "type": "azurerm_subnet_network_security_group_association",
         "name": "each", "index": "b", "values": {}}]}]}},
    "resource_changes": [
      {"address": "module.net.azurerm_subnet_network_security_group_association.first",
       "change": {"actions": ["create"],
                  "after_unknown": {"subnet_id": true, "network_security_group_id": true}}},
      {"address": "module.net.azurerm_subnet_network_security_group_association.each[\"b\"]",
       "change": {"actions": ["create"],
                  "after_unknown": {"subnet_id": true, "network_security_group_id": true}}}],
    "configuration": {"root_module": {"module_calls": {
      "groups": {"for_each_expression": {"constant_value": ["eu"]}, "module": {
        "outputs": {"a_id": {"expression": {"references": [
                       "azurerm_network_security_group.g[\"a\"].id",
                       "azurerm_network_security_group.g[\"a\"]",
                       "azurerm_network_security_group.g"]}},
                    "ids": {"expression": {"references": ["azurerm_network_security_group.g"]}}},
        "resources": [{"mode": "managed", "type": "azurerm_network_security_group", "name": "g",
                       "address": "azurerm_network_security_group.g", "expressions": {}}]}},
      "net": {"expressions": {
          "first_group": {"references": ["module.groups[\"eu\"].a_id", "module.groups[\"eu\"]",
                                         "module.groups"]},
          "b_group": {"references": ["module.groups[\"eu\"].ids[\"b\"]",
                                     "module.groups[\"eu\"].ids", "module.groups[\"eu\"]",
                                     "module.groups"]}},
        "module": {"resources": [
          {"mode": "managed", "type": "azurerm_subnet", "name": "s", "address": "azurerm_subnet.s",
           "expressions": {}},
          {"mode": "managed", "type": "azurerm_subnet_network_security_group_association",
           "name": "first", "address": "azurerm_subnet_network_security_group_association.first",
           "expressions": {
             "subnet_id": {"references": ["azurerm_subnet.s[\"a\"].id", "azurerm_subnet.s[\"a\"]",
                                          "azurerm_subnet.s"]},
             "network_security_group_id": {"references": ["var.first_group"]}}},
          {"mode": "managed", "type": "azurerm_subnet_network_security_group_association",
           "name": "each", "address": "azurerm_subnet_network_security_group_association.each",
           "for_each_expression": {"references": ["azurerm_subnet.s"]},
           "expressions": {
             "subnet_id": {"references": ["each.value.id", "each.value"]},
             "network_security_group_id": {"references": ["var.b_group"]}}}]}}}}}})json";

struct Planned {
  std::string address, values, unknown, expressions;
};
/// A plan of resources in the root module, without indexes. `more` are further members.
std::string plan(const std::vector<Planned>& resources, const std::string& actions = "create") {
  std::string values, changes, config, comma;
  for (const Planned& r : resources) {
    const std::size_t dot = r.address.find('.');
    const std::string names = R"("address": ")" + r.address + R"(", "mode": "managed", "type": ")" +
                              r.address.substr(0, dot) + R"(", "name": ")" +
                              r.address.substr(dot + 1) + "\"";
    values += comma + "{" + names + R"(, "values": )" + r.values + "}";
    changes += comma + "{" + names + R"(, "change": {"actions": [")" + actions +
               R"("], "after_unknown": )" + r.unknown + "}}";
    config += comma + "{" + names + R"(, "expressions": )" + r.expressions + "}";
    comma = ", ";
  }
  return R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)" + values +
         R"(]}}, "resource_changes": [)" + changes +
         R"(], "configuration": {"root_module": {"resources": [)" + config + "]}}}";
}

}  // namespace

TEST_CASE("a state's security group, with its id, and what Terraform leaves empty left out") {
  const Reading r(state(R"({
    "address": "azurerm_network_security_group.web", "mode": "managed",
    "type": "azurerm_network_security_group", "name": "web", "values": {
      "id": "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/web",
      "name": "web", "resource_group_name": "rg", "location": "westeurope", "security_rule": [{
        "name": "ssh", "description": "", "priority": 100, "direction": "Inbound",
        "access": "Allow", "protocol": "Tcp", "source_port_range": "*", "source_port_ranges": [],
        "destination_port_range": "", "destination_port_ranges": ["22", "8000-8010"],
        "source_address_prefix": "Internet", "source_address_prefixes": [],
        "destination_address_prefix": "", "destination_address_prefixes": [],
        "source_application_security_group_ids": [],
        "destination_application_security_group_ids": ["/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Network/applicationSecurityGroups/a"]
      }]}})"));
  CHECK(r.diagnostics.all().empty());
  REQUIRE(r.resources.size() == 1);
  const Resource& group = r.resources.front();
  CHECK(
      group.id.to_string() ==
      "/subscriptions/s1/resourceGroups/rg/providers/microsoft.network/networksecuritygroups/web");
  CHECK(group.is_export);
  CHECK_FALSE(group.is_patch);
  CHECK(group.body.find("type")->text == "Microsoft.Network/networkSecurityGroups");
  CHECK(r.sources.location(group.where).line == 5);
  CHECK(r.properties(kGroup, "web") ==
        R"({securityRules: [{name: "ssh", properties: {protocol: "Tcp", access: "Allow", )"
        R"(direction: "Inbound", priority: 100, sourcePortRange: "*", )"
        R"(destinationPortRanges: ["22", "8000-8010"], sourceAddressPrefix: "Internet", )"
        R"(destinationApplicationSecurityGroups: [{id: "/subscriptions/S1/resourceGroups/rg/)"
        R"(providers/Microsoft.Network/applicationSecurityGroups/a"}]}}]})");
}

TEST_CASE("a state's associations are properties of what they are about") {
  const std::string base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/";
  const Reading r(
      state(R"({"type": "azurerm_subnet", "name": "app", "address": "azurerm_subnet.app",
      "mode": "managed", "values": {"id": ")" +
            base + R"(virtualNetworks/v/subnets/app",
        "name": "app", "virtual_network_name": "v", "resource_group_name": "rg",
        "address_prefixes": ["10.0.1.0/24"], "service_endpoints": ["Microsoft.Storage"],
        "private_endpoint_network_policies": "Disabled", "default_outbound_access_enabled": true,
        "delegation": [{"name": "d", "service_delegation": [
          {"name": "Microsoft.ContainerInstance/containerGroups", "actions": null}]}]}},
    {"type": "azurerm_subnet_network_security_group_association", "name": "app", "mode": "managed",
      "address": "azurerm_subnet_network_security_group_association.app", "values": {
        "id": ")" +
            base + R"(virtualNetworks/v/subnets/app",
        "subnet_id": ")" +
            base + R"(virtualNetworks/v/subnets/app",
        "network_security_group_id": ")" +
            base + R"(networkSecurityGroups/g"}},
    {"type": "azurerm_subnet_route_table_association", "name": "far", "mode": "managed",
      "address": "azurerm_subnet_route_table_association.far", "values": {
        "subnet_id": ")" +
            base + R"(virtualNetworks/v/subnets/far",
        "route_table_id": ")" +
            base + R"(routeTables/t"}},
    {"type": "azurerm_network_interface", "name": "n", "address": "azurerm_network_interface.n",
      "mode": "managed", "values": {"id": ")" +
            base + R"(networkInterfaces/n", "name": "n",
        "resource_group_name": "rg", "ip_forwarding_enabled": true, "ip_configuration": [
          {"name": "a", "private_ip_address": "10.0.1.4", "private_ip_address_allocation": "Static",
           "primary": true, "subnet_id": ")" +
            base + R"(virtualNetworks/v/subnets/app",
           "public_ip_address_id": ""}, {"name": "b", "private_ip_address": "10.0.1.5"}]}},
    {"type": "azurerm_network_interface_application_security_group_association", "name": "x",
      "mode": "managed",
      "address": "azurerm_network_interface_application_security_group_association.x", "values": {
        "network_interface_id": ")" +
            base + R"(networkInterfaces/n",
        "application_security_group_id": ")" +
            base + R"(applicationSecurityGroups/asg"}})"));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.properties(kSubnet, "v/app") ==
        R"({addressPrefixes: ["10.0.1.0/24"], defaultOutboundAccess: true, )"
        R"(privateEndpointNetworkPolicies: "Disabled", )"
        R"(serviceEndpoints: [{service: "Microsoft.Storage"}], delegations: [{name: "d", )"
        R"(properties: {serviceName: "Microsoft.ContainerInstance/containerGroups"}}], )"
        R"(networkSecurityGroup: {id: ")" +
            base + R"(networkSecurityGroups/g"}})");
  // Both configurations of the interface are members of the application group.
  const std::string groups =
      R"(applicationSecurityGroups: [{id: ")" + base + R"(applicationSecurityGroups/asg"}])";
  CHECK(r.properties("Microsoft.Network/networkInterfaces", "n") ==
        R"({enableIPForwarding: true, ipConfigurations: [{name: "a", properties: )"
        R"({privateIPAddress: "10.0.1.4", privateIPAllocationMethod: "Static", primary: true, )"
        R"(subnet: {id: ")" +
            base + R"(virtualNetworks/v/subnets/app"}, )" + groups +
            R"(}}, {name: "b", properties: {privateIPAddress: "10.0.1.5", )" + groups + "}}]}");
  // A subnet that is not there: left as a patch to whoever has it.
  const Resource* far = r.find(kSubnet, "v/far");
  REQUIRE(far != nullptr);
  CHECK(far->is_patch);
  CHECK(show(*far->body.find("properties")) ==
        R"({routeTable: {id: ")" + base + R"(routeTables/t"}})");
}

TEST_CASE("lists that the provider computes do not repeat separate resources") {
  const std::string base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/";
  const std::string group = R"({"type": "azurerm_network_security_group", "name": "g",
      "mode": "managed", "address": "azurerm_network_security_group.g", "values": {
        "id": ")" + base + R"(networkSecurityGroups/g", "name": "g", "resource_group_name": "rg",
        "security_rule": [{"name": "old", "priority": 100, "protocol": "Tcp", "access": "Allow",
        "direction": "Inbound"}, {"name": "drift", "priority": 200, "protocol": "Udp",
        "access": "Deny", "direction": "Inbound"}]}})";
  const std::string rule = R"(, {"type": "azurerm_network_security_rule", "name": "old",
      "mode": "managed", "address": "azurerm_network_security_rule.old", "values": {"name": "old",
        "id": ")" + base + R"(networkSecurityGroups/g/securityRules/old", "priority": 100,
        "protocol": "Tcp", "access": "Allow", "direction": "Inbound",
        "network_security_group_name": "g", "resource_group_name": "rg"}})";
  const Reading r(state(group + rule));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.properties(kRule, "g/old") ==
        R"({protocol: "Tcp", access: "Allow", direction: "Inbound", priority: 100})");
  // The rule that only the group has is there still.
  CHECK(r.properties(kGroup, "g") ==
        R"({securityRules: [{name: "drift", properties: {protocol: "Udp", access: "Deny", )"
        R"(direction: "Inbound", priority: 200}}]})");
}

TEST_CASE("a network's record of a group that no association has is not believed, nor ignored") {
  const std::string base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/";
  const Reading r(state(R"({"type": "azurerm_virtual_network", "name": "v", "mode": "managed",
      "address": "azurerm_virtual_network.v", "values": {"id": ")" +
                        base + R"(virtualNetworks/v",
        "name": "v", "resource_group_name": "rg", "address_space": ["10.0.0.0/8"], "subnet": [
          {"name": "a", "address_prefixes": ["10.1.0.0/16"], "security_group": ")" +
                        base +
                        R"(networkSecurityGroups/g"},
          {"name": "b", "address_prefixes": ["10.2.0.0/16"], "security_group": ""}]}},
      {"type": "azurerm_subnet", "name": "a", "mode": "managed", "address": "azurerm_subnet.a",
        "values": {"id": ")" +
                        base + R"(virtualNetworks/v/subnets/a", "name": "a",
        "address_prefixes": ["10.1.0.0/16"]}})"));
  CHECK(r.properties("Microsoft.Network/virtualNetworks", "v") ==
        R"({addressSpace: {addressPrefixes: ["10.0.0.0/8"]}, subnets: [{name: "b", properties: )"
        R"({addressPrefixes: ["10.2.0.0/16"]}}]})");
  CHECK(r.properties(kSubnet, "v/a") ==
        R"({addressPrefixes: ["10.1.0.0/16"], networkSecurityGroup: {id: ?(the virtual network's )"
        R"(list has a networkSecurityGroup for subnet a, and no association has)}})");
}

TEST_CASE("a plan's references become ids made of names") {
  const Reading r(plan({
      {"azurerm_resource_group.rg", R"({"name": "rg1"})", R"({"id": true})", "{}"},
      {"azurerm_network_security_group.g", R"({"name": "g", "resource_group_name": "rg1"})",
       R"({"id": true, "security_rule": true})", R"({"name": {"constant_value": "g"}})"},
      {"azurerm_network_security_rule.r",
       R"({"name": "r", "resource_group_name": "rg1", "network_security_group_name": "g",
           "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "*",
           "source_address_prefix": "*"})",
       R"({"id": true, "destination_application_security_group_ids": true})",
       R"({"destination_application_security_group_ids": {"references": [
           "azurerm_application_security_group.one.id", "azurerm_application_security_group.one",
           "azurerm_application_security_group.two.id", "azurerm_application_security_group.two"]}})"},
      {"azurerm_application_security_group.one", R"({"name": "one", "resource_group_name": "rg1"})",
       R"({"id": true})", "{}"},
      {"azurerm_application_security_group.two", R"({"name": "two", "resource_group_name": "rg1"})",
       R"({"id": true})", "{}"},
      {"azurerm_virtual_network.v", R"({"address_space": ["10.0.0.0/8"]})",
       R"({"id": true, "name": true, "resource_group_name": true, "subnet": true})",
       R"({"name": {"references": ["random_pet.p.id", "random_pet.p"]}, "resource_group_name":
           {"references": ["azurerm_resource_group.rg.name", "azurerm_resource_group.rg"]}})"},
      {"azurerm_subnet.s", R"({"name": "s", "resource_group_name": "rg1",
           "address_prefixes": ["10.0.0.0/24"]})",
       R"({"id": true, "virtual_network_name": true, "address_prefixes": [false]})",
       R"({"virtual_network_name": {"references": ["azurerm_virtual_network.v.name",
           "azurerm_virtual_network.v"]}})"},
      {"azurerm_subnet_network_security_group_association.a", "{}",
       R"({"id": true, "subnet_id": true, "network_security_group_id": true})",
       R"({"subnet_id": {"references": ["azurerm_subnet.s.id", "azurerm_subnet.s"]},
           "network_security_group_id": {"references": ["azurerm_network_security_group.g.id",
           "azurerm_network_security_group.g"]}})"},
  }));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.count.irrelevant == 1);  // the resource group
  const std::string base = "/subscriptions//resourceGroups/rg1/providers/microsoft.network/";
  // Its separate rules are all it has.
  CHECK(r.properties(kGroup, "g") == "{}");
  CHECK_FALSE(r.find(kGroup, "g")->is_export);
  CHECK(r.properties(kRule, "g/r") ==
        R"({protocol: "*", access: "Deny", direction: "Inbound", priority: 100, )"
        R"(sourceAddressPrefix: "*", destinationApplicationSecurityGroups: [{id: ")" +
            base + R"(applicationsecuritygroups/one"}, {id: ")" + base +
            R"(applicationsecuritygroups/two"}]})");
  // The network's name is not known: its address stands for it, in the subnet's id, too.
  CHECK(r.find("Microsoft.Network/virtualNetworks", "azurerm_virtual_network.v")->id.group ==
        "rg1");
  CHECK(r.properties(kSubnet, "azurerm_virtual_network.v/s") ==
        R"({addressPrefixes: ["10.0.0.0/24"], networkSecurityGroup: {id: ")" + base +
            R"(networksecuritygroups/g"}})");
}

TEST_CASE("what a plan leaves open stays open") {
  const std::string subnet = R"({"name": "s", "virtual_network_name": "v",
      "resource_group_name": "rg"})";
  const auto associated = [&](const std::string& references) {
    const Reading r(plan({
        {"azurerm_network_security_group.g", R"({"name": "g", "resource_group_name": "rg"})",
         R"({"id": true})", "{}"},
        {"azurerm_network_security_group.h", R"({"name": "h", "resource_group_name": "rg"})",
         R"({"id": true})", "{}"},
        {"azurerm_subnet.s", subnet, R"({"id": true})", "{}"},
        {"azurerm_subnet_network_security_group_association.a", "{}",
         R"({"subnet_id": true, "network_security_group_id": true})",
         R"({"subnet_id": {"references": ["azurerm_subnet.s.id", "azurerm_subnet.s"]},
             "network_security_group_id": {"references": [)" +
             references + "]}}"},
    }));
    return r.properties(kSubnet, "v/s");
  };
  const std::string g =
      R"("azurerm_network_security_group.g.id", "azurerm_network_security_group.g")";
  const std::string open =
      "{networkSecurityGroup: {id: ?(azurerm_subnet_network_security_group_"
      "association.a: network_security_group_id = ";
  const std::string known =
      R"({networkSecurityGroup: {id: "/subscriptions//resourceGroups/rg/providers/)"
      R"(microsoft.network/networksecuritygroups/g"}})";
  CHECK(associated(g) == known);
  // A condition on a variable is decided while planning.
  CHECK(associated(R"("var.on", )" + g) == known);
  CHECK(associated(R"("local.groups")") == open + "local.groups)}}");
  CHECK(associated(
            g + R"(, "azurerm_network_security_group.h.id", "azurerm_network_security_group.h")") ==
        open + "azurerm_network_security_group.g.id, ...)}}");
  // Something that is no security group.
  CHECK(associated(R"("azurerm_subnet.s.id", "azurerm_subnet.s")") ==
        open + "azurerm_subnet.s.id)}}");
  CHECK(associated(R"("azurerm_network_security_group.gone.id")") ==
        open + "azurerm_network_security_group.gone.id)}}");
}

TEST_CASE("an association of nobody knows which subnet leaves all open that have none") {
  const Reading r(plan({
      {"azurerm_subnet.a", R"({"name": "a", "virtual_network_name": "v",
        "resource_group_name": "rg", "network_security_group_id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g"})",
       "{}", "{}"},
      {"azurerm_subnet.b", R"({"name": "b", "virtual_network_name": "v",
        "resource_group_name": "rg"})",
       "{}", "{}"},
      {"azurerm_subnet_network_security_group_association.x",
       R"({"network_security_group_id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g"})",
       R"({"subnet_id": true})", R"({"subnet_id": {"references": ["local.subnet"]}})"},
  }));
  CHECK(r.properties(kSubnet, "v/b") ==
        "{networkSecurityGroup: {id: ?(azurerm_subnet_network_security_group_association.x: "
        "subnet_id)}}");
  CHECK(r.properties(kSubnet, "v/a") ==
        R"({networkSecurityGroup: {id: "/subscriptions/s/resourceGroups/rg/providers/)"
        R"(Microsoft.Network/networkSecurityGroups/g"}})");
}

TEST_CASE("an association with a subnet that is written in its network") {
  const std::string network = R"({"name": "v", "resource_group_name": "rg", "subnet": [
      {"name": "a", "address_prefixes": ["10.0.1.0/24"], "security_group": ""}]})";
  const std::string group =
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/g";
  const auto with = [&](const std::string& values, const std::string& unknown) {
    const Reading r(plan({{"azurerm_virtual_network.v", network, R"({"id": true})", "{}"},
                          {"azurerm_subnet_network_security_group_association.x", values, unknown,
                           R"({"subnet_id": {"references": ["local.s"]}})"}}));
    CHECK(r.resources.size() == 1);
    return r.properties("Microsoft.Network/virtualNetworks", "v");
  };
  const std::string start =
      R"({subnets: [{name: "a", properties: {addressPrefixes: ["10.0.1.0/24"], )";
  CHECK(with(R"({"network_security_group_id": ")" + group +
                 R"(", "subnet_id": "/subscriptions/s/)"
                 R"(resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/a"})",
             "{}") == start + R"(networkSecurityGroup: {id: ")" + group + R"("}}}]})");
  CHECK(with(R"({"network_security_group_id": ")" + group + R"("})", R"({"subnet_id": true})") ==
        start +
            "networkSecurityGroup: {id: ?(azurerm_subnet_network_security_group_association.x: "
            "subnet_id)}}}]}");
}

TEST_CASE("inline rules that are not known") {
  // No separate rules: whether there are inline ones is open.
  const Reading alone(
      plan({{"azurerm_network_security_group.g", R"({"name": "g", "resource_group_name": "rg"})",
             R"({"id": true, "security_rule": true})", "{}"}}));
  CHECK(alone.properties(kGroup, "g") ==
        "{securityRules: ?(azurerm_network_security_group.g: security_rule)}");
  // A part of a rule.
  const Reading part(
      plan({{"azurerm_network_security_group.g",
             R"({"name": "g", "resource_group_name": "rg", "security_rule":
                              [{"name": "r", "priority": 100}]})",
             R"({"id": true, "security_rule": [{"source_address_prefix": true}]})", "{}"}}));
  CHECK(part.properties(kGroup, "g") ==
        R"({securityRules: [{name: "r", properties: {priority: 100, sourceAddressPrefix: )"
        R"(?(azurerm_network_security_group.g: security_rule.source_address_prefix)}}]})");
}

TEST_CASE("inline rules beside separate ones are a warning") {
  const Reading r(plan({
      {"azurerm_network_security_group.g",
       R"({"name": "g", "resource_group_name": "rg", "security_rule": [{"name": "in",
         "priority": 100}]})",
       R"({"id": true, "security_rule": [{}]})", "{}"},
      {"azurerm_network_security_rule.r",
       R"({"name": "r", "resource_group_name": "rg", "network_security_group_name": "g"})",
       R"({"id": true})", "{}"},
  }));
  CHECK(test::codes(r.diagnostics) == std::vector<std::string>{"mixed-rules"});
  CHECK(r.properties(kGroup, "g") ==
        R"({securityRules: [{name: "in", properties: {priority: 100}}]})");
}

TEST_CASE("write-only references are unknown") {
  const Reading planned(
      plan({{"azurerm_subnet.s",
             R"({"name": "s", "virtual_network_name": "v",
                                   "resource_group_name": "rg",
                                   "network_security_group_id_wo": null})",
             "{}", R"({"network_security_group_id_wo": {"references": ["var.id"]}})"}}));
  CHECK(planned.properties(kSubnet, "v/s") ==
        "{networkSecurityGroup: {id: ?(azurerm_subnet.s: network_security_group_id_wo)}}");
  const Reading stored(state(R"({"type": "azurerm_subnet", "mode": "managed", "name": "s",
    "address": "azurerm_subnet.s", "values": {"name": "s", "virtual_network_name": "v",
    "network_security_group_id_wo": null, "network_security_group_id_wo_version": 1}})"));
  CHECK(stored.properties(kSubnet, "v/s") ==
        "{networkSecurityGroup: {id: ?(azurerm_subnet.s: network_security_group_id_wo)}}");
}

TEST_CASE("references through modules, for_each, variables and outputs") {
  // module.groups["eu"] has security groups a and b by for_each and gives their ids out;
  // module.net has subnets by for_each and takes one id for each.
  const Reading r(kModules);
  const std::string base =
      "/subscriptions//resourceGroups/rg/providers/microsoft.network/networksecuritygroups/";
  CHECK(r.properties(kSubnet, "v/sa") == R"({networkSecurityGroup: {id: ")" + base + R"(nsg-a"}})");
  CHECK(r.properties(kSubnet, "v/sb") == R"({networkSecurityGroup: {id: ")" + base + R"(nsg-b"}})");
  // each.value and a key of an output are taken for the instance with that key, and it is said.
  CHECK(test::codes(r.diagnostics) ==
        std::vector<std::string>{"assumed-instance", "assumed-instance"});
}

TEST_CASE("the other end of a peering is not guessed from a number") {
  const auto network = [](const std::string& i) {
    return R"({"address": "azurerm_virtual_network.v[)" + i +
           R"(]", "mode": "managed", "index": )" + i +
           R"(, "type": "azurerm_virtual_network", "name": "v", "values": {"name": "v)" + i +
           R"(", "resource_group_name": "rg"}})";
  };
  const Reading r(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [)" +
                  network("0") + "," + network("1") +
                  R"(, {"address": "azurerm_virtual_network_peering.p[0]", "mode": "managed",
      "type": "azurerm_virtual_network_peering", "name": "p", "index": 0, "values": {"name": "p0",
      "resource_group_name": "rg", "virtual_network_name": "v0",
      "allow_virtual_network_access": true}}]}},
    "resource_changes": [{"address": "azurerm_virtual_network_peering.p[0]", "change": {
      "actions": ["create"], "after_unknown": {"remote_virtual_network_id": true}}}],
    "configuration": {"root_module": {"resources": [{"address": "azurerm_virtual_network_peering.p",
      "mode": "managed", "type": "azurerm_virtual_network_peering", "name": "p", "expressions": {
      "remote_virtual_network_id": {"references": ["azurerm_virtual_network.v",
      "count.index"]}}}]}}})");
  CHECK(r.properties("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", "v0/p0") ==
        "{remoteVirtualNetwork: {id: ?(azurerm_virtual_network_peering.p[0]: "
        "remote_virtual_network_id = azurerm_virtual_network.v, ...)}, "
        "allowVirtualNetworkAccess: true}");
}

TEST_CASE("a planned cluster: computed fields are left out, written ones are open or resolved") {
  const Reading r(plan({
      {"azurerm_subnet.nodes", R"({"name": "nodes", "virtual_network_name": "v",
         "resource_group_name": "rg"})",
       R"({"id": true})", "{}"},
      {"azurerm_kubernetes_cluster.k",
       R"({"name": "k", "resource_group_name": "rg", "private_cluster_enabled": true,
           "run_command_enabled": false,
           "api_server_access_profile": [{"authorized_ip_ranges": ["1.2.3.0/24"]}],
           "default_node_pool": [{"name": "sys", "node_public_ip_enabled": false,
             "node_network_profile": [{"allowed_host_ports": [{"port_start": 80, "port_end": 90,
               "protocol": "TCP"}], "application_security_group_ids": []}]}],
           "network_profile": [{"network_plugin": "azure", "network_plugin_mode": "overlay",
             "outbound_type": "loadBalancer", "network_data_plane": "cilium",
             "advanced_networking": [{"observability_enabled": false, "security_enabled": true}]}]})",
       R"({"id": true, "default_node_pool": [{"vnet_subnet_id": true, "max_pods": true}],
           "network_profile": [{"network_policy": true, "pod_cidr": true, "service_cidr": true}]})",
       R"({"default_node_pool": [{"vnet_subnet_id": {"references": ["azurerm_subnet.nodes.id",
             "azurerm_subnet.nodes"]}}],
           "network_profile": [{"network_plugin": {"constant_value": "azure"},
             "service_cidr": {"references": ["local.services"]}}]})"},
      {"azurerm_kubernetes_cluster_node_pool.user",
       R"({"name": "user", "os_type": "Windows", "max_pods": 30})",
       R"({"kubernetes_cluster_id": true})",
       R"({"kubernetes_cluster_id": {"references": ["azurerm_kubernetes_cluster.k.id",
           "azurerm_kubernetes_cluster.k"]}})"},
  }));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.properties("Microsoft.ContainerService/managedClusters", "k") ==
        R"({agentPoolProfiles: [{name: "sys", vnetSubnetID: "/subscriptions//resourceGroups/rg/)"
        R"(providers/microsoft.network/virtualnetworks/v/subnets/nodes", )"
        R"(enableNodePublicIP: false, networkProfile: {allowedHostPorts: [{portStart: 80, )"
        R"(portEnd: 90, protocol: "TCP"}]}, osType: "Linux", mode: "System"}], )"
        R"(networkProfile: {networkPlugin: "azure", networkPluginMode: "overlay", )"
        R"(networkDataplane: "cilium", serviceCidr: ?(azurerm_kubernetes_cluster.k: )"
        R"(network_profile.service_cidr = local.services), outboundType: "loadBalancer", )"
        R"(advancedNetworking: {observability: {enabled: false}, security: {enabled: true}, )"
        R"(enabled: true}}, apiServerAccessProfile: {authorizedIPRanges: ["1.2.3.0/24"], )"
        R"(enablePrivateCluster: true, disableRunCommand: true}})");
  CHECK(r.properties("Microsoft.ContainerService/managedClusters/agentPools", "k/user") ==
        R"({osType: "Windows", maxPods: 30})");
}

TEST_CASE("scale sets, machines, routes, firewalls and private endpoints") {
  const Reading r(state(R"(
    {"type": "azurerm_linux_virtual_machine_scale_set", "name": "ss", "mode": "managed",
     "address": "a.ss", "values": {"name": "ss", "resource_group_name": "rg", "network_interface": [
       {"name": "nic", "primary": true, "enable_ip_forwarding": false,
        "network_security_group_id": "/G", "ip_configuration": [{"name": "ip", "subnet_id": "/S",
        "application_security_group_ids": ["/A"], "public_ip_address": [{"name": "pub"}]}]}]}},
    {"type": "azurerm_linux_virtual_machine", "name": "vm", "mode": "managed", "address": "a.vm",
     "values": {"name": "vm", "resource_group_name": "rg", "network_interface_ids": ["/N"]}},
    {"type": "azurerm_route_table", "name": "rt", "mode": "managed", "address": "a.rt",
     "values": {"name": "rt", "resource_group_name": "rg", "bgp_route_propagation_enabled": false,
       "route": [{"name": "all", "address_prefix": "0.0.0.0/0",
       "next_hop_type": "VirtualAppliance", "next_hop_in_ip_address": "10.0.0.4"}]}},
    {"type": "azurerm_firewall", "name": "fw", "mode": "managed", "address": "a.fw",
     "values": {"name": "fw", "resource_group_name": "rg", "ip_configuration": [{"name": "c",
       "private_ip_address": "10.0.0.4", "subnet_id": "/S"}]}},
    {"type": "azurerm_firewall_network_rule_collection", "name": "one", "mode": "managed",
     "address": "a.one", "values": {"name": "one", "azure_firewall_name": "fw",
       "resource_group_name": "rg", "priority": 200, "action": "Allow", "rule": [{"name": "dns",
       "source_addresses": ["10.0.0.0/8"], "destination_addresses": ["8.8.8.8"],
       "destination_ports": ["53"], "protocols": ["UDP"], "destination_fqdns": []}]}},
    {"type": "azurerm_firewall_network_rule_collection", "name": "two", "mode": "managed",
     "address": "a.two", "values": {"name": "two", "azure_firewall_name": "fw",
       "resource_group_name": "rg", "priority": 300, "action": "Deny", "rule": []}},
    {"type": "azurerm_private_endpoint", "name": "pe", "mode": "managed", "address": "a.pe",
     "values": {"name": "pe", "resource_group_name": "rg", "subnet_id": "/S",
       "ip_configuration": [], "private_service_connection": [{"name": "psc",
       "private_connection_resource_id": "/X", "private_ip_address": "10.0.0.9",
       "subresource_names": ["blob"]}]}},
    {"type": "aws_vpc", "name": "x", "mode": "managed", "address": "a.x", "values": {}})"));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.count.read == 7);
  CHECK(r.count.irrelevant == 1);
  CHECK(r.properties("Microsoft.Compute/virtualMachineScaleSets", "ss") ==
        R"({virtualMachineProfile: {networkProfile: {networkInterfaceConfigurations: [{name: )"
        R"("nic", properties: {primary: true, enableIPForwarding: false, networkSecurityGroup: )"
        R"({id: "/G"}, ipConfigurations: [{name: "ip", properties: {subnet: {id: "/S"}, )"
        R"(applicationSecurityGroups: [{id: "/A"}], publicIPAddressConfiguration: )"
        R"({name: "pub", properties: {}}}}]}}]}}})");
  CHECK(r.properties("Microsoft.Compute/virtualMachines", "vm") ==
        R"({networkProfile: {networkInterfaces: [{id: "/N"}]}})");
  CHECK(r.properties("Microsoft.Network/routeTables", "rt") ==
        R"({routes: [{name: "all", properties: {addressPrefix: "0.0.0.0/0", )"
        R"(nextHopType: "VirtualAppliance", nextHopIpAddress: "10.0.0.4"}}], )"
        R"(disableBgpRoutePropagation: true})");
  CHECK(r.properties("Microsoft.Network/azureFirewalls", "fw") ==
        R"({ipConfigurations: [{name: "c", properties: {privateIPAddress: "10.0.0.4", subnet: )"
        R"({id: "/S"}}}], networkRuleCollections: [{name: "one", properties: {priority: 200, )"
        R"(action: {type: "Allow"}, rules: [{name: "dns", sourceAddresses: ["10.0.0.0/8"], )"
        R"(destinationAddresses: ["8.8.8.8"], destinationPorts: ["53"], protocols: ["UDP"]}]}}, )"
        R"({name: "two", properties: {priority: 300, action: {type: "Deny"}, rules: []}}]})");
  CHECK(r.properties("Microsoft.Network/privateEndpoints", "pe") ==
        R"({subnet: {id: "/S"}, privateLinkServiceConnections: [{name: "psc", properties: )"
        R"({privateLinkServiceId: "/X", groupIds: ["blob"]}}], ipConfigurations: )"
        R"([{properties: {privateIPAddress: "10.0.0.9"}}]})");
}

TEST_CASE("azapi resources have ARM's shape, as an object or as JSON") {
  const std::string parent = "/subscriptions/s/resourceGroups/rg";
  const Reading r(state(R"({"type": "azapi_resource", "name": "g", "mode": "managed",
      "address": "azapi_resource.g", "values": {"name": "g", "parent_id": ")" +
                        parent + R"(",
      "type": "Microsoft.Network/networkSecurityGroups@2023-09-01",
      "body": {"properties": {"securityRules": []}}}},
    {"type": "azapi_resource", "name": "r", "mode": "managed", "address": "azapi_resource.r",
      "values": {"name": "r", "parent_id": ")" +
                        parent +
                        R"(/providers/Microsoft.Network/networkSecurityGroups/g",
      "type": "Microsoft.Network/networkSecurityGroups/securityRules@2023-09-01",
      "body": "{\"properties\": {\"priority\": 100}}"}})"));
  CHECK(r.diagnostics.all().empty());
  CHECK(r.properties(kGroup, "g") == "{securityRules: []}");
  CHECK(r.find(kGroup, "g")->id.group == "rg");
  CHECK(r.properties(kRule, "g/r") == "{priority: 100}");
}

TEST_CASE("what a plan deletes is gone from lists and from what exists") {
  const std::string base = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/";
  const Reading r(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [
    {"address": "azurerm_network_security_group.g", "mode": "managed", "name": "g",
     "type": "azurerm_network_security_group", "values": {"id": ")" +
                  base +
                  R"(networkSecurityGroups/g", "name": "g", "resource_group_name": "rg",
      "security_rule": [{"name": "gone", "priority": 100}, {"name": "stays", "priority": 200}]}}]}},
    "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": [
      {"address": "data.azurerm_subnet.s", "mode": "data", "type": "azurerm_subnet", "name": "s",
       "values": {"id": ")" +
                  base + R"(virtualNetworks/v/subnets/s", "name": "s",
       "network_security_group_id": ")" +
                  base + R"(networkSecurityGroups/g"}},
      {"address": "azurerm_network_security_rule.gone", "mode": "managed", "name": "gone",
       "type": "azurerm_network_security_rule", "values": {"name": "gone"}}]}}},
    "resource_changes": [
      {"address": "azurerm_network_security_rule.gone", "type": "azurerm_network_security_rule",
       "change": {"actions": ["delete"], "before": {"id": ")" +
                  base +
                  R"(networkSecurityGroups/g/securityRules/gone"}}},
      {"address": "azurerm_subnet_network_security_group_association.a",
       "type": "azurerm_subnet_network_security_group_association",
       "change": {"actions": ["delete"], "before": {"subnet_id": ")" +
                  base + R"(virtualNetworks/v/subnets/s"}}}]})");
  CHECK(r.diagnostics.all().empty());
  CHECK(r.resources.size() == 2);
  CHECK(r.properties(kGroup, "g") ==
        R"({securityRules: [{name: "stays", properties: {priority: 200}}]})");
  CHECK(r.properties(kSubnet, "v/s") == "{}");
  CHECK(r.find(kSubnet, "v/s")->is_export);
}

TEST_CASE("other versions and wrong types are told, and nothing is made of them") {
  CHECK(test::codes(Reading(R"({"format_version": "2.0", "values": {}})").diagnostics) ==
        std::vector<std::string>{"terraform-version"});
  CHECK(test::codes(Reading(R"({"version": 4, "resources": []})").diagnostics) ==
        std::vector<std::string>{"terraform-version"});
  CHECK(test::codes(Reading(R"({"format_version": "1.0", "values": []})").diagnostics) ==
        std::vector<std::string>{"wrong-type"});
  const Reading r(state(R"({"type": "azurerm_network_security_group", "name": "g",
    "mode": "managed", "address": "azurerm_network_security_group.g", "values": {"name": "g",
    "resource_group_name": "rg", "security_rule": [7, {"name": "r", "priority": "100",
    "destination_port_ranges": "22", "access": ["Allow"]}]}}, "text")"));
  CHECK(test::codes(r.diagnostics) == std::vector<std::string>{"wrong-type", "wrong-type",
                                                               "wrong-type", "wrong-type",
                                                               "wrong-type"});
  CHECK(r.properties(kGroup, "g") == R"({securityRules: [{name: "r", properties: {}}]})");
}

TEST_CASE("whatever is in a plan instead of what should be, the reader comes to an end") {
  source::SourceMap sources;
  const Node plan = test::read_node(kModules, sources);
  const std::size_t wrong = test::count_nodes(plan);
  REQUIRE(wrong > 100);
  for (const Node& replacement : test::wrong_values()) {
    for (std::size_t i = 0; i < wrong; ++i) {
      source::Diagnostics diagnostics;
      Resources resources;
      read_terraform(test::with_replaced(plan, i, replacement), diagnostics, resources);
      // Four resources and two patches, which may have lost what they are about.
      CHECK(resources.size() <= 6);
    }
  }
}

}  // namespace polreach::azure
