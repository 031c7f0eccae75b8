// SPDX-License-Identifier: Apache-2.0
// Templates that Microsoft published. What comes out was derived by hand from their text.
#include <doctest/doctest.h>

#include <filesystem>

#include "policies/azure/arm/template.h"
#include "tests/azure/read_node.h"
#include "tests/support/environment.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
using azure::Node;
using azure::Resource;
using azure::ResourceId;

std::optional<fs::path> realworld() {
  const auto conformance = support::conformance_folder();
  if (!conformance) return std::nullopt;
  const fs::path folder = conformance->parent_path() / "realworld" / "azure";
  if (!fs::exists(folder)) return std::nullopt;
  return folder;
}

struct Template {
  azure::Resources resources;
  std::vector<std::string> problems;

  [[nodiscard]] std::vector<std::string> names(std::string_view type) const {
    std::vector<std::string> result;
    for (const Resource& resource : resources) {
      if (resource.id.type != type) continue;
      std::string name;
      for (const std::string& part : resource.id.names) name += (name.empty() ? "" : "/") + part;
      result.push_back(name);
    }
    return result;
  }
  [[nodiscard]] const Resource& first(std::string_view type) const {
    for (const Resource& resource : resources) {
      if (resource.id.type == type) return resource;
    }
    FAIL("there is none: ", std::string(type));
    return resources.front();
  }
  /// "name prefix nsg" of every subnet of the only network.
  [[nodiscard]] std::vector<std::string> subnets() const {
    std::vector<std::string> result;
    const Resource& network = first("microsoft.network/virtualnetworks");
    const Node* listed = azure::property(network.body, "subnets");
    REQUIRE(listed != nullptr);
    for (const Node& subnet : listed->items) {
      const Node* properties = subnet.find("properties");
      std::string line =
          subnet.find("name")->text + " " + azure::test::show(*properties->find("addressPrefix"));
      const Node* nsg = properties->find("networkSecurityGroup");
      const auto id = nsg == nullptr ? std::nullopt : ResourceId::parse(nsg->find("id")->text);
      result.push_back(line + " " + (id ? id->name() : "-"));
    }
    return result;
  }
};

using Lines = std::vector<std::string>;

Template read(const fs::path& path, const azure::arm::TemplateOptions& options) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  Template result;
  const Node root = azure::test::read_node(support::content_of(path), sources);
  azure::arm::read_template(root, options, diagnostics, result.resources);
  result.problems = azure::test::codes(diagnostics);
  return result;
}

constexpr const char* kNsg = "microsoft.network/networksecuritygroups";
constexpr const char* kRule = "microsoft.network/networksecuritygroups/securityrules";

}  // namespace

TEST_CASE("the quickstart nsg-dmz-in-vnet: three NSGs, nine rules, three subnets") {
  const auto root = realworld();
  if (!root) return;
  const Template result = read(*root / "nsg-dmz-in-vnet" / "azuredeploy.json", {});
  CHECK(result.problems.empty());
  CHECK(result.resources.size() == 4);
  CHECK(result.names(kNsg) == Lines{"FE_NSG", "App_NSG", "DB_NSG"});
  std::vector<std::string> rules;
  for (const Resource& resource : result.resources) {
    const Node* listed = azure::property(resource.body, "securityRules");
    if (listed == nullptr) continue;
    for (const Node& rule : listed->items) {
      const Node& of = *rule.find("properties");
      rules.push_back(rule.find("name")->text + " " + std::to_string(of.find("priority")->integer) +
                      " " + of.find("sourceAddressPrefix")->text);
    }
  }
  CHECK(rules == Lines{"rdp_rule 100 Internet", "web_rule 101 Internet", "Allow_FE 100 10.0.0.0/24",
                       "Block_RDP_Internet 101 Internet", "Block_Internet_Outbound 200 *",
                       "Allow_App 100 10.0.1.0/24", "Block_FE 101 10.0.0.0/24",
                       "Block_App 102 10.0.1.0/24", "Block_Internet 200 *"});
  CHECK(result.subnets() == Lines{"FESubnet \"10.0.0.0/24\" FE_NSG",
                                  "AppSubnet \"10.0.1.0/24\" App_NSG",
                                  "DBSubnet \"10.0.2.0/24\" DB_NSG"});
}

namespace {

void check_byo(const Template& result, const std::string& name) {
  CHECK(result.problems.empty());
  // The conditions that hold by default: an NSG for the nodes, for the application gateway, and
  // for private links; no firewall, no bastion, no pool for a registry, no NAT gateway.
  CHECK(result.names(kNsg) ==
        Lines{"nsg-aks-sn-" + name, "nsg-appgw-sn-" + name, "nsg-privatelinks-sn-" + name});
  CHECK(result.names(kRule) == Lines{"nsg-aks-sn-" + name + "/Allow_Internet_Http",
                                     "nsg-aks-sn-" + name + "/Allow_Internet_Https",
                                     "nsg-aks-sn-" + name + "/DenySshInbound",
                                     "nsg-appgw-sn-" + name + "/Allow_AppGatewayManagement",
                                     "nsg-appgw-sn-" + name + "/Allow_AzureLoadBalancer",
                                     "nsg-appgw-sn-" + name + "/Deny_AllInboundInternet"});
  CHECK(result.subnets() == Lines{"aks-sn \"10.240.0.0/22\" nsg-aks-sn-" + name,
                                  "privatelinks-sn \"10.240.4.192/26\" nsg-privatelinks-sn-" + name,
                                  "appgw-sn \"10.240.4.0/26\" nsg-appgw-sn-" + name});
  // One network besides, and nothing else.
  CHECK(result.names("microsoft.network/virtualnetworks") == Lines{"vnet-" + name});
  CHECK(result.resources.size() == 10);
  for (const Resource& resource : result.resources) {
    CHECK(resource.conditions.empty());
    if (resource.id.name() != "Allow_AppGatewayManagement") continue;
    CHECK(azure::property(resource.body, "destinationPortRange")->text == "65200-65535");
    CHECK(azure::property(resource.body, "sourceAddressPrefix")->text == "GatewayManager");
  }
}

azure::arm::TemplateOptions given(std::initializer_list<std::pair<const char*, Node>> values) {
  azure::arm::TemplateOptions options;
  for (const auto& [name, value] : values) {
    options.parameters.push_back({name, value, source::Span::none()});
  }
  return options;
}

}  // namespace

TEST_CASE("AKS Construction's network, with the name of the cluster and without") {
  const auto root = realworld();
  if (!root) return;
  const fs::path path = *root / "aks-construction" / "networkforbyo.json";
  check_byo(read(path, given({{"resourceName", Node::string("demo", source::Span::none())}})),
            "demo");
  check_byo(read(path, {}), "{parameters('resourceName')}");
}

TEST_CASE("AKS Construction's network under a condition that is not known") {
  const auto root = realworld();
  if (!root) return;
  const fs::path path = *root / "aks-construction" / "networkforbyo.json";
  const Template result =
      read(path, given({{"resourceName", Node::string("demo", source::Span::none())},
                        {"privateLinks", Node::unknown("privateLinks", source::Span::none())}}));
  CHECK(result.problems.empty());
  // Nothing is lost: the NSG of the private links is there, under its condition.
  CHECK(result.names(kNsg) ==
        Lines{"nsg-aks-sn-demo", "nsg-appgw-sn-demo", "nsg-privatelinks-sn-demo"});
  CHECK(result.resources.size() == 10);
  for (const Resource& resource : result.resources) {
    const bool open = resource.id.name() == "nsg-privatelinks-sn-demo";
    CHECK(resource.conditions.size() == (open ? 1 : 0));
  }
  // The subnets that are certain, and one that may be there.
  const Node* subnets =
      azure::property(result.first("microsoft.network/virtualnetworks").body, "subnets");
  REQUIRE(subnets->items.size() == 3);
  CHECK(subnets->items[0].find("name")->text == "aks-sn");
  CHECK(subnets->items[1].is(Node::Type::Unknown));
  CHECK(subnets->items[2].find("name")->text == "appgw-sn");
  const Node* nodes = subnets->items[0].find("properties");
  CHECK(nodes->find("addressPrefix")->text == "10.240.0.0/22");
  CHECK(nodes->find("privateEndpointNetworkPolicies")->is(Node::Type::Unknown));
}

}  // namespace polreach::conformance
