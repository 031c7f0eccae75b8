// SPDX-License-Identifier: Apache-2.0
// Spoils good documents of Azure in a few hundred ways, always the same ones, and takes each from
// the text to the paths between all its places: whatever stands in the input, the program ends
// soon, without a crash and without an InternalError.
#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "compiler/path/host_port_paths.h"
#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/routed.h"
#include "compiler/path/service_paths.h"
#include "compiler/path/site.h"
#include "solver/queries/site_reference.h"
#include "tests/azure/loading.h"
#include "tests/azure/read_node.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using azure::Node;
using Type = Node::Type;

constexpr std::size_t kMostSites = 10;
constexpr std::size_t kMostPods = 3;

/// A template with parameters, loops, a child resource and a nested deployment.
constexpr const char* kTemplate = R"json({
"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
"contentVersion": "1.0.0.0",
"parameters": {"ports": {"type": "array", "defaultValue": ["80", "443"]},
               "prefix": {"type": "string"}},
"variables": {"name": "[concat('arm', uniqueString('a'))]",
              "copy": [{"name": "more", "count": 3, "input": "[concat('10.9.', copyIndex('more'), '.0/24')]"}]},
"resources": [
 {"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "2023-11-01", "name": "arm",
  "properties": {"copy": [{"name": "securityRules", "count": "[length(parameters('ports'))]", "input": {
   "name": "[concat('in', copyIndex('securityRules'))]", "properties": {
    "priority": "[add(100, copyIndex('securityRules'))]", "direction": "Inbound", "access": "Allow",
    "protocol": "Tcp", "sourceAddressPrefix": "[parameters('prefix')]", "sourcePortRange": "*",
    "destinationAddressPrefixes": "[variables('more')]",
    "destinationPortRange": "[parameters('ports')[copyIndex('securityRules')]]"}}}]}},
 {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-11-01", "name": "arm",
  "dependsOn": ["[resourceId('Microsoft.Network/networkSecurityGroups', 'arm')]"],
  "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}, "subnets": [
   {"name": "a", "properties": {"addressPrefix": "10.9.0.0/24", "networkSecurityGroup":
    {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'arm')]"}}}]}},
 {"type": "Microsoft.Network/networkSecurityGroups/securityRules", "apiVersion": "2023-11-01",
  "name": "arm/out", "condition": "[equals(length(parameters('ports')), 2)]", "properties": {
    "priority": 200, "direction": "Outbound", "access": "Deny", "protocol": "*",
    "sourceAddressPrefix": "VirtualNetwork", "sourcePortRange": "*",
    "destinationAddressPrefix": "Internet", "destinationPortRange": "*"}},
 {"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
  "properties": {"mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"},
   "parameters": {"n": {"value": "[variables('name')]"}},
   "template": {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0", "parameters": {"n": {"type": "string"}},
    "resources": [{"type": "Microsoft.Network/routeTables", "apiVersion": "2023-11-01",
     "name": "[parameters('n')]", "properties": {"routes": [{"name": "all", "properties": {
      "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.9.0.4"}}]}}]}}}]
})json";

/// A plan: a group, rules of their own, a subnet, and the references between them.
constexpr const char* kPlan = R"json({"format_version": "1.2", "terraform_version": "1.9.0",
"planned_values": {"root_module": {"resources": [
 {"address": "azurerm_network_security_group.g", "mode": "managed",
  "type": "azurerm_network_security_group", "name": "g",
  "values": {"name": "tf", "resource_group_name": "tf", "location": "westeurope"}},
 {"address": "azurerm_network_security_rule.r[0]", "mode": "managed", "index": 0,
  "type": "azurerm_network_security_rule", "name": "r",
  "values": {"name": "r", "priority": 100, "direction": "Inbound", "access": "Allow",
   "protocol": "Tcp", "source_address_prefix": "*", "source_port_range": "*",
   "destination_address_prefix": "*", "destination_port_ranges": ["443", "8000-8099"],
   "resource_group_name": "tf", "network_security_group_name": "tf"}},
 {"address": "azurerm_virtual_network.v", "mode": "managed", "type": "azurerm_virtual_network",
  "name": "v", "values": {"name": "tf", "resource_group_name": "tf", "address_space": ["10.8.0.0/16"]}},
 {"address": "azurerm_subnet.s", "mode": "managed", "type": "azurerm_subnet", "name": "s",
  "values": {"name": "s", "resource_group_name": "tf", "virtual_network_name": "tf",
   "address_prefixes": ["10.8.0.0/24"]}},
 {"address": "azurerm_subnet_network_security_group_association.a", "mode": "managed",
  "type": "azurerm_subnet_network_security_group_association", "name": "a", "values": {}}]}},
"resource_changes": [
 {"address": "azurerm_subnet_network_security_group_association.a", "mode": "managed",
  "type": "azurerm_subnet_network_security_group_association", "name": "a",
  "change": {"actions": ["create"], "before": null, "after": {},
   "after_unknown": {"id": true, "subnet_id": true, "network_security_group_id": true}}}],
"configuration": {"root_module": {"resources": [
 {"address": "azurerm_subnet_network_security_group_association.a", "mode": "managed",
  "type": "azurerm_subnet_network_security_group_association", "name": "a",
  "expressions": {
   "subnet_id": {"references": ["azurerm_subnet.s.id", "azurerm_subnet.s"]},
   "network_security_group_id": {"references": ["azurerm_network_security_group.g.id",
                                                "azurerm_network_security_group.g"]}}}]}}
})json";

constexpr const char* kOthers = R"json([
{"apiVersion": "network.azure.com/v1api20201101", "kind": "NetworkSecurityGroup",
 "metadata": {"name": "aso", "namespace": "infra"}, "spec": {"owner": {"name": "rg"}}},
{"apiVersion": "network.azure.com/v1api20201101", "kind": "NetworkSecurityGroupsSecurityRule",
 "metadata": {"name": "in", "namespace": "infra"},
 "spec": {"owner": {"name": "aso"}, "priority": 100, "direction": "Inbound", "access": "Allow",
  "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
  "destinationAddressPrefix": "*", "destinationPortRange": "443"}},
{"value": [{"association": {"networkInterface": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/e"}},
 "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/e"},
 "effectiveSecurityRules": [{"name": "securityRules/in", "priority": 100, "direction": "Inbound",
  "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "Internet",
  "expandedSourceAddressPrefix": ["1.0.0.0/8"], "sourcePortRange": "0-65535",
  "destinationAddressPrefix": "10.0.0.0/8", "destinationPortRange": "443-443"}]}]},
{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/f", "name": "f",
 "ipConfigurations": [{"name": "ip", "privateIPAddress": "10.1.0.4"}],
 "networkRuleCollections": [{"name": "c", "priority": 100, "action": {"type": "Allow"}, "rules": [
  {"name": "r", "protocols": ["TCP"], "sourceAddresses": ["10.0.0.0/8"],
   "destinationAddresses": ["Storage"], "destinationPorts": ["443"]}]}]},
{"changeNumber": 1, "cloud": "Public", "values": [
 {"name": "Storage", "id": "Storage", "properties": {"addressPrefixes": ["13.64.0.0/24", "2001:db8::/48"]}}]}
])json";

/// Raw output of the engine only: what the distributions of the library make of it is not the same
/// everywhere.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine_() % limit; }

 private:
  std::mt19937 engine_;
};

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result + "\"";
}

// Recursion is fine here: the documents are our own.
std::string written(const Node& node) {
  switch (node.type) {
    case Type::Bool:
      return node.truth ? "true" : "false";
    case Type::Integer:
      return std::to_string(node.integer);
    case Type::Float:
      return node.text;
    case Type::String:
      return quoted(node.text);
    case Type::Array: {
      std::string text;
      for (const Node& item : node.items) text += (text.empty() ? "" : ",\n") + written(item);
      return "[" + text + "]";
    }
    case Type::Object: {
      std::string text;
      for (const Node::Member& member : node.members) {
        text += (text.empty() ? "" : ",\n") + quoted(member.name) + ": " + written(member.value);
      }
      return "{" + text + "}";
    }
    default:
      return "null";
  }
}

std::vector<Node*> all_nodes(Node& root) {
  std::vector<Node*> found{&root};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (Node& item : found[i]->items) found.push_back(&item);
    for (Node::Member& member : found[i]->members) found.push_back(&member.value);
  }
  return found;
}

Node odd_value(Random& random) {
  static const char* const kTexts[] = {
      "",
      "*",
      "x",
      "10.0.0.0/33",
      "0.0.0.0/0",
      "::/0",
      "10.0.0.0/8",
      "443,80",
      "70000",
      "99999999999999999999",
      "-1",
      "0-65535",
      "Internett",
      "VirtualNetwork",
      "AzureLoadBalancer",
      "/subscriptions//resourceGroups//providers//",
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network",
      "Microsoft.Network/networkSecurityGroups",
      "[parameters('prefix')]",
      "[variables('more')]",
      "[concat(",
      "[int('x')]",
      "[copyIndex()]",
      "[reference('arm').properties]",
      "[range(0, 9999)]",
      "[createObject('id', createArray())]",
      "Outbound",
      "Deny",
      "kubenet",
      "\xff\xfe",
      "a\nb"};
  const std::size_t kind = random.below(std::size(kTexts) + 8);
  if (kind < std::size(kTexts)) return Node::string(kTexts[kind], {});
  Node node;
  switch (kind - std::size(kTexts)) {
    case 0:
      break;  // null
    case 1:
      node.type = Type::Bool;
      node.truth = random.below(2) == 0;
      break;
    case 2:
      node.type = Type::Integer;
      node.integer = -1;
      break;
    case 3:
      node.type = Type::Integer;
      node.integer = 1'000'000'000'000;
      break;
    case 4:
      node.type = Type::Float;
      node.text = "1e300";
      break;
    case 5:
      node = Node::array({}, {});
      break;
    case 6:
      node = Node::object({}, {});
      break;
    default:
      node = Node::string("deep", {});
      for (int depth = 0; depth < 40; ++depth) {
        Node around = Node::array({}, {});
        around.items.push_back(std::move(node));
        node = std::move(around);
      }
  }
  return node;
}

/// One change somewhere; the root itself stays.
void mutate(Node& root, Random& random) {
  std::vector<Node*> nodes = all_nodes(root);
  Node& at = *nodes[1 + random.below(nodes.size() - 1)];
  const auto any = [&](std::size_t size) {
    return static_cast<std::ptrdiff_t>(random.below(size));
  };
  switch (random.below(6)) {
    case 0:
      at = odd_value(random);
      return;
    case 1:  // a value from elsewhere, which has a meaning of its own
      at = Node(*nodes[1 + random.below(nodes.size() - 1)]);
      return;
    case 2:
      if (!at.members.empty()) at.members.erase(at.members.begin() + any(at.members.size()));
      if (!at.items.empty()) at.items.erase(at.items.begin() + any(at.items.size()));
      return;
    case 3:
      if (!at.items.empty()) at.items.push_back(Node(at.items[random.below(at.items.size())]));
      if (!at.members.empty()) {
        at.members.push_back(Node::Member(at.members[random.below(at.members.size())]));
        if (random.below(2) == 0) at.members.back().name += "s";  // else: a key twice
      }
      return;
    case 4:
      if (!at.members.empty()) at.members[random.below(at.members.size())].name = "id";
      return;
    default: {
      Node list = Node::array({}, {});
      list.items.push_back(std::move(at));
      at = std::move(list);
    }
  }
}

std::string file(const std::string& name) {
  return support::content_of(support::source_folder() / "fixtures/azure/aks" / name);
}

/// All documents of a cluster in that network model, as one list.
Node documents(const std::string& cluster) {
  source::SourceMap sources;
  Node all = Node::array({}, {});
  const std::string workloads = file("workloads.yaml");
  const std::string services = file("services.yaml");
  for (const std::string& text :
       {file(cluster), file("nsgs.json"), file("nics.json"), file("vnets.json"), workloads,
        services, std::string(kTemplate), std::string(kPlan), std::string(kOthers)}) {
    for (Node& document : azure::test::read_nodes(text, sources)) {
      if (document.is(Type::Array)) {
        for (Node& item : document.items) all.items.push_back(std::move(item));
      } else {
        all.items.push_back(std::move(document));
      }
    }
  }
  return all;
}

std::vector<compiler::Site> sites_of(compiler::Surroundings& around, Random& random) {
  const model::Cloud& cloud = around.cloud();
  std::vector<compiler::Site> sites{compiler::outside_site("internet", net::internet_addresses())};
  const auto add = [&](std::vector<compiler::Site> more) {
    for (compiler::Site& site : more) sites.push_back(std::move(site));
  };
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    add(compiler::subnet_sites(around, static_cast<model::SubnetId>(i), net::all_addresses()));
  }
  for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
    add(compiler::interface_sites(around, static_cast<model::InterfaceId>(i)));
  }
  for (std::size_t i = 0; i < cloud.clusters.size(); ++i) {
    for (std::size_t pool = 0; pool < cloud.clusters[i].pools.size(); ++pool) {
      sites.push_back(compiler::node_site(around, {static_cast<model::ManagedClusterId>(i), pool}));
    }
  }
  while (sites.size() > kMostSites) {
    sites.erase(sites.begin() + static_cast<std::ptrdiff_t>(random.below(sites.size())));
  }
  return sites;
}

/// How many ways were built.
std::size_t build_paths(const cli::Input& input, Random& random) {
  const compiler::Cluster cluster(input.model, {});
  const auto managed = solver::queries::select_cluster(input.cloud, "");
  compiler::Surroundings around(input.cloud, &cluster, managed.value_or(std::nullopt));
  const std::vector<compiler::Site> sites = sites_of(around, random);
  std::vector<model::EndpointId> pods;
  for (std::size_t i = 0; i < input.model.endpoints.size() && i < kMostPods; ++i) {
    pods.push_back(static_cast<model::EndpointId>(i));
  }
  std::size_t ways = 0;
  for (const compiler::Site& source : sites) {
    for (const compiler::Site& destination : sites) {
      ways += compiler::network_connection(around, source, destination).ways.size();
    }
    for (const model::EndpointId pod : pods) {
      ways += compiler::site_to_pod(around, source, pod).ways.size();
      for (const model::HostPort& port : input.model[pod].host_ports) {
        for (const auto view : {compiler::HostPortView::OfPod, compiler::HostPortView::OfNode}) {
          ways += compiler::site_to_host_port(around, source, pod, port, view).ways.size();
        }
      }
      ways += compiler::pod_to_site(around, pod, source).size();
      for (const compiler::ServiceFacts& service : around.services()) {
        for (const auto& port : service.ports) {
          for (const auto entry : {compiler::Entry::Frontend, compiler::Entry::NodePort}) {
            ways +=
                compiler::service_connection(around, source, service, port, entry, pod).ways.size();
          }
        }
      }
    }
  }
  for (const model::EndpointId source : pods) {
    for (const model::EndpointId destination : pods) {
      ways += compiler::pod_to_pod(around, source, destination).ways.size();
    }
  }
  return ways;
}

/// Reads the text and, where an answer would be given, builds all paths.
std::size_t run_through(const std::string& text, bool keep_going, Random& random) {
  cli::InputOptions options;
  options.paths = {"-"};
  options.keep_going = keep_going;
  std::istringstream in(text);
  const auto read = cli::read_input(options, in);
  REQUIRE(read.has_value());
  if ((*read)->diagnostics.errors() > 0) return 0;
  return build_paths(**read, random);
}

}  // namespace

TEST_CASE("Spoilt documents of Azure end in an error or in paths, never in a crash") {
  const Node good[] = {documents("overlay-azure.json"), documents("pod-subnet-cilium.json"),
                       documents("kubenet-calico.json")};
  Random random(20240704);
  for (const Node& documents : good) {
    CHECK(run_through(written(documents), false, random) > 50);  // nothing is wrong with them
  }
  std::size_t answered = 0;
  const std::size_t kRuns = support::cases(300);
  for (std::size_t run = 0; run < kRuns; ++run) {
    Node documents = good[run % std::size(good)];
    const std::size_t changes = 1 + random.below(4);
    for (std::size_t i = 0; i < changes; ++i) mutate(documents, random);
    std::string text = written(documents);
    if (run % 20 == 0) text.resize(random.below(text.size()));
    CAPTURE(run);
    const bool keep_going = run % 2 == 0;
    if (run_through(text, keep_going, random) > 0) ++answered;
  }
  // A change that nobody reads past would test nothing behind the readers.
  CHECK(answered > kRuns / 3);
}

}  // namespace polreach
