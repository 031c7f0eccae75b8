// SPDX-License-Identifier: Apache-2.0
// Which documents are of Azure, what they become, and what is left alone. The forms are those that
// the REST API specification and the documentation of az show.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/azure/loading.h"

namespace polreach {
namespace {

using support::load_text;
using Texts = std::vector<std::string>;

const std::string kGroupId =
    "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/networkSecurityGroups/web";
const std::string kRest = R"({"id": ")" + kGroupId +
                          R"(", "name": "web", "type": "Microsoft.Network/networkSecurityGroups",
  "properties": {"securityRules": [], "defaultSecurityRules": []}})";
const std::string kAz = R"({"name": "web", "resourceGroup": "RG", "securityRules": [{"name": "r"}],
  "defaultSecurityRules": [], "subnets": []})";
const std::string kPod =
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    "spec: {containers: [{name: c, image: i}]}\n";

}  // namespace

TEST_CASE("a resource in the form of REST") {
  const auto loaded = load_text(kRest);
  CHECK(loaded.resources == Texts{"networksecuritygroups web"});
  CHECK(loaded.problems.empty());
  CHECK(loaded.ledger == "used 1, irrelevant 0, rejected 0");
  const auto& group = resource(loaded, "networksecuritygroups web");
  CHECK(group.id.subscription == "s");
  CHECK(group.id.group == "RG");
  CHECK(group.is_export);
  CHECK_FALSE(group.is_patch);
  CHECK(azure::property(group.body, "securityRules") != nullptr);
}

TEST_CASE("a resource in az's flattened form, without id and type") {
  const auto loaded = load_text(kAz);
  CHECK(loaded.resources == Texts{"networksecuritygroups web"});
  const auto& group = resource(loaded, "networksecuritygroups web");
  CHECK(group.id.group == "RG");
  CHECK(group.is_export);
  REQUIRE(azure::property(group.body, "securityRules") != nullptr);
  CHECK(azure::property(group.body, "securityRules")->items.size() == 1);
}

TEST_CASE("other resources that az prints without a type") {
  const char* const kText = R"([
    {"name": "net", "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}, "subnets": []},
    {"name": "nic", "ipConfigurations": [], "enableIPForwarding": false},
    {"name": "aks", "kind": "Base", "networkProfile": {"networkPlugin": "azure"},
     "agentPoolProfiles": []},
    {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt",
     "routes": []}])";
  const auto loaded = load_text(kText);
  CHECK(loaded.resources == Texts{"managedclusters aks", "networkinterfaces nic", "routetables rt",
                                  "virtualnetworks net"});
  CHECK(loaded.ledger == "used 4, irrelevant 0, rejected 0");
}

TEST_CASE("every relevant type is taken by its id; parts of resources too") {
  const Texts kTypes = {"Microsoft.Network/networkSecurityGroups/web/securityRules/r",
                        "Microsoft.Network/virtualNetworks/v/subnets/s",
                        "Microsoft.Network/virtualNetworks/v/virtualNetworkPeerings/p",
                        "Microsoft.Network/networkInterfaces/n",
                        "Microsoft.Compute/virtualMachines/m",
                        "Microsoft.Compute/virtualMachineScaleSets/m",
                        "Microsoft.Network/publicIPAddresses/ip",
                        "Microsoft.Network/applicationSecurityGroups/a",
                        "Microsoft.Network/routeTables/t/routes/r",
                        "Microsoft.Network/natGateways/n",
                        "Microsoft.Network/privateEndpoints/e",
                        "Microsoft.Network/azureFirewalls/f",
                        "Microsoft.Network/firewallPolicies/p",
                        "Microsoft.Network/firewallPolicies/p/ruleCollectionGroups/g",
                        "Microsoft.Network/loadBalancers/l",
                        "Microsoft.ContainerService/managedClusters/k/agentPools/p",
                        "Microsoft.Network/applicationGateways/g"};
  // Each of them has at least one of these.
  const std::string kProperties =
      R"("properties": {"access": "Allow", "addressPrefix": "10.0.0.0/8",
    "remoteVirtualNetwork": {"id": "x"}, "ipConfigurations": [], "networkProfile": {},
    "orchestrationMode": "Uniform", "publicIPAllocationMethod": "Static", "nextHopType": "None",
    "subnets": [], "subnet": {}, "threatIntelMode": "Off", "ruleCollections": [], "count": 1,
    "frontendIPConfigurations": []})";
  for (const std::string& type : kTypes) {
    INFO(type);
    const auto loaded = load_text(R"({"id": "/subscriptions/s/resourceGroups/g/providers/)" + type +
                                  "\", " + kProperties + "}");
    CHECK(loaded.resources.size() == 1);
    // What the parts lack is for the linker to say.
    for (const std::string& problem : loaded.problems) {
      CHECK_MESSAGE(problem.find("nameless-resource") == std::string::npos, problem);
    }
    CHECK(loaded.ledger == "used 1, irrelevant 0, rejected 0");
  }
}

TEST_CASE("kind and apiVersion of a resource are not those of Kubernetes") {
  // With a version that is a date, which a Kubernetes object never has, everything is kept.
  const auto loaded = load_text(
      R"({"kind": "Base", "apiVersion": "2024-05-01", "id": "/subscriptions/s/resourceGroups/g/)"
      R"(providers/Microsoft.ContainerService/managedClusters/k",
      "spec": 1, "properties": {"networkProfile": {"networkPolicy": "calico"}}})");
  const auto& cluster = resource(loaded, "managedclusters k");
  const auto* profile = azure::property(cluster.body, "networkProfile");
  REQUIRE(profile != nullptr);
  REQUIRE(profile->find("networkPolicy") != nullptr);
  CHECK(profile->find("networkPolicy")->text == "calico");
  CHECK(load_text(R"({"kind": "Regular", "name": "n", "ipConfigurations": [],
                      "enableIPForwarding": true})")
            .resources == Texts{"networkinterfaces n"});
}

TEST_CASE("wrappers, lists and pages of queries are taken apart") {
  CHECK(load_text(R"({"NewNSG": )" + kRest + "}").resources == Texts{"networksecuritygroups web"});
  CHECK(load_text("[" + kRest + "," + kRest + "]").ledger == "used 2, irrelevant 0, rejected 0");
  const auto list = load_text(R"({"value": [)" + kRest + R"(], "nextLink": null})");
  CHECK(list.ledger == "used 1, irrelevant 0, rejected 0");
  CHECK(list.problems.empty());
  const auto page = load_text(R"({"count": 2, "data": [)" + kRest +
                              R"(, {"id": "/subscriptions/s/resourceGroups/g/providers/)" +
                              R"(Microsoft.Storage/storageAccounts/a"}], "skip_token": null,
                              "total_records": 2})");
  CHECK(page.ledger == "used 1, irrelevant 1, rejected 0");
  CHECK(page.problems.empty());
}

TEST_CASE("an export that goes on elsewhere is warned of") {
  CHECK(load_text("{\"value\": [" + kRest + "],\n\"nextLink\": \"https://x\"}").problems ==
        Texts{"warning cut-export 3:13"});
  CHECK(load_text("{\"count\": 1, \"total_records\": 1, \"data\": [" + kRest +
                  "],\n\"skip_token\": \"x\"}")
            .problems == Texts{"warning cut-export 3:15"});
  CHECK(load_text("{\"count\": 1, \"data\": [" + kRest + "], \"total_records\": 5}").problems ==
        Texts{"warning cut-export 1:1"});
}

TEST_CASE("a resource of which only the existence is told is not taken for an empty one") {
  const auto loaded = load_text("[{\"id\": \"" + kGroupId +
                                "\",\n\"name\": \"web\", \"location\": \"westeurope\", "
                                "\"properties\": null}]");
  CHECK(loaded.resources.empty());
  CHECK(loaded.problems == Texts{"warning summary-only 2:9"});
  CHECK(loaded.ledger == "used 0, irrelevant 1, rejected 0");
}

TEST_CASE("a resource without a name is an error") {
  const auto loaded = load_text(R"({"securityRules": [], "defaultSecurityRules": []})");
  CHECK(loaded.problems == Texts{"error nameless-resource 1:1"});
  CHECK(loaded.ledger == "used 0, irrelevant 0, rejected 1");
  // A part without the name of the whole.
  CHECK(load_text(R"({"type": "Microsoft.Network/virtualNetworks/subnets", "name": "s",
                      "properties": {"addressPrefix": "10.0.0.0/24"}})")
            .problems == Texts{"error nameless-resource 1:1"});
  CHECK(load_text(R"({"type": "Microsoft.Network/virtualNetworks/subnets", "name": "v/s",
                      "properties": {"addressPrefix": "10.0.0.0/24"}})")
            .resources == Texts{"virtualnetworks/subnets v/s"});
}

TEST_CASE("effective rules keep where they act, and what Azure has resolved") {
  const std::string kNic =
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/nic";
  const auto loaded =
      load_text(R"({"value": [{"networkSecurityGroup": {"id": ")" + kGroupId +
                R"("}, "association": {"networkInterface": {"id": ")" + kNic + R"("}},
      "tagMap": {"Internet": ["32.0.0.0/3"]},
      "effectiveSecurityRules": [
        {"name": "securityRules/ssh", "protocol": "Tcp", "sourcePortRange": "0-65535",
         "destinationPortRange": "22-22", "sourceAddressPrefix": "10.0.0.0/8",
         "destinationAddressPrefix": "0.0.0.0/0", "expandedSourceAddressPrefix": [],
         "access": "Allow", "priority": 100, "direction": "Inbound"},
        {"name": "defaultSecurityRules/AllowVnetInBound", "protocol": "All",
         "sourcePortRange": "0-65535", "destinationPortRange": "0-65535",
         "sourceAddressPrefix": "VirtualNetwork", "destinationAddressPrefix": "Internet",
         "expandedSourceAddressPrefix": ["10.0.0.0/16", "168.63.129.16/32"],
         "access": "Allow", "priority": 65000, "direction": "Inbound"}]}]})");
  CHECK(loaded.problems.empty());
  const auto& entry = resource(loaded, "effectivegroups web on nic");
  CHECK(entry.id.type == "polreach/effectivegroups");
  CHECK(entry.is_export);
  CHECK(entry.body.find("networkSecurityGroup")->find("id")->text == kGroupId);
  CHECK(entry.body.find("association")->find("networkInterface")->find("id")->text == kNic);
  const auto& rules = entry.body.find("securityRules")->items;
  REQUIRE(rules.size() == 2);
  CHECK(rules[0].find("name")->text == "ssh");
  CHECK_FALSE(rules[0].find("isDefault")->truth);
  CHECK(rules[0].find("protocol")->text == "Tcp");
  CHECK(rules[0].find("priority")->integer == 100);
  CHECK(rules[0].find("destinationPortRange")->text == "22-22");
  CHECK(rules[0].find("expandedSourceAddressPrefix") == nullptr);
  CHECK(rules[1].find("name")->text == "AllowVnetInBound");
  CHECK(rules[1].find("isDefault")->truth);
  CHECK(rules[1].find("protocol")->text == "*");
  CHECK(rules[1].find("expandedSourceAddressPrefix")->items.size() == 2);
  // Of the older form: the map of tags stands in for what the rule does not say.
  REQUIRE(rules[1].find("expandedDestinationAddressPrefix") != nullptr);
  CHECK(rules[1].find("expandedDestinationAddressPrefix")->items[0].text == "32.0.0.0/3");
}

TEST_CASE("effective rules that act nowhere are an error") {
  CHECK(load_text(R"({"value": [{"networkSecurityGroup": {"id": "x"},
                      "effectiveSecurityRules": []}]})")
            .problems == Texts{"error bad-effective-rules 1:12"});
}

TEST_CASE("parameters files count only where an option names them") {
  const std::string kText =
      R"({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/)"
      R"(deploymentParameters.json#", "parameters": {"a": {"value": 1}}})";
  const auto loaded = load_text(kText);
  CHECK(loaded.problems == Texts{"warning unused-parameters 1:1"});
  CHECK(loaded.ledger == "used 0, irrelevant 1, rejected 0");
}

TEST_CASE("Terraform without Azure is irrelevant, its state file has to be shown") {
  CHECK(load_text(R"({"format_version": "1.2", "planned_values": {"root_module": {"resources": [
                      {"type": "aws_vpc"}]}}})")
            .ledger == "used 0, irrelevant 1, rejected 0");
  const auto state = load_text(R"({"version": 4, "terraform_version": "1.9.0", "lineage": "x",
    "resources": [{"type": "azurerm_subnet"}]})");
  CHECK(state.problems == Texts{"error not-compiled 1:1"});
  CHECK(state.ledger == "used 0, irrelevant 0, rejected 1");
}

TEST_CASE("what has no mark of Azure stays what it was") {
  const Texts kOthers = {"name: chart\ntype: application\nversion: 1\n",
                         "type: Opaque\nid: /some/path\nname: x\n",
                         "value: [1, 2]\n",
                         "value: []\nnextLink: null\nother: 1\n",
                         "count: 1\ndata: [a]\n",
                         "values: [a]\nchangeNumber: 3\n",
                         "resources: {limits: {cpu: 1}}\n",
                         "networkProfile: {a: 1}\n",
                         "securityRules: []\n",
                         "$schema: http://json-schema.org/draft-07/schema#\ntype: object\n",
                         "only: {name: x, type: y}\n",
                         "id: /subscriptions/s\n"};
  for (const std::string& text : kOthers) {
    INFO(text);
    const auto loaded = load_text(text + kPod);
    CHECK(loaded.resources.empty());
    CHECK(loaded.problems.empty());
    CHECK(loaded.ledger == "used 1, irrelevant 1, rejected 0");
  }
}

TEST_CASE("with --keep-going a document that was rejected is a gap") {
  cli::InputOptions options;
  options.keep_going = true;
  const auto loaded = load_text(R"({"securityRules": [], "defaultSecurityRules": []})"
                                "\n" +
                                    kPod,
                                options);
  CHECK(loaded.problems == Texts{"warning nameless-resource 1:1"});
  CHECK(loaded.input->model.gaps.size() == 1);
}

}  // namespace polreach
