// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/operators/service_operator.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/kinds.h"
#include "policies/azure/terraform/plan.h"

namespace polreach::azure {
namespace {

using terraform::id_segment;
using terraform::member;
using terraform::Members;
using terraform::put;
using terraform::text_member;
using Type = Node::Type;

struct CustomResource {
  std::string_view group;
  std::string_view kind;
  std::string_view arm;
};

// Azure Service Operator, "Supported resources".
constexpr std::array kCustomResources = {
    CustomResource{"network.azure.com", "NetworkSecurityGroup",
                   "Microsoft.Network/networkSecurityGroups"},
    CustomResource{"network.azure.com", "NetworkSecurityGroupsSecurityRule",
                   "Microsoft.Network/networkSecurityGroups/securityRules"},
    CustomResource{"network.azure.com", "ApplicationSecurityGroup",
                   "Microsoft.Network/applicationSecurityGroups"},
    CustomResource{"network.azure.com", "VirtualNetwork", "Microsoft.Network/virtualNetworks"},
    CustomResource{"network.azure.com", "VirtualNetworksSubnet",
                   "Microsoft.Network/virtualNetworks/subnets"},
    CustomResource{"network.azure.com", "VirtualNetworksVirtualNetworkPeering",
                   "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"},
    CustomResource{"network.azure.com", "RouteTable", "Microsoft.Network/routeTables"},
    CustomResource{"network.azure.com", "RouteTablesRoute", "Microsoft.Network/routeTables/routes"},
    CustomResource{"network.azure.com", "NetworkInterface", "Microsoft.Network/networkInterfaces"},
    CustomResource{"network.azure.com", "NatGateway", "Microsoft.Network/natGateways"},
    CustomResource{"network.azure.com", "PublicIPAddress", "Microsoft.Network/publicIPAddresses"},
    CustomResource{"network.azure.com", "PrivateEndpoint", "Microsoft.Network/privateEndpoints"},
    CustomResource{"network.azure.com", "AzureFirewall", "Microsoft.Network/azureFirewalls"},
    CustomResource{"network.azure.com", "FirewallPolicy", "Microsoft.Network/firewallPolicies"},
    CustomResource{"network.azure.com", "FirewallPoliciesRuleCollectionGroup",
                   "Microsoft.Network/firewallPolicies/ruleCollectionGroups"},
    CustomResource{"network.azure.com", "LoadBalancer", "Microsoft.Network/loadBalancers"},
    CustomResource{"network.azure.com", "ApplicationGateway",
                   "Microsoft.Network/applicationGateways"},
    CustomResource{"network.azure.com", "NetworkWatchersFlowLog",
                   "Microsoft.Network/networkWatchers/flowLogs"},
    CustomResource{"compute.azure.com", "VirtualMachine", "Microsoft.Compute/virtualMachines"},
    CustomResource{"compute.azure.com", "VirtualMachineScaleSet",
                   "Microsoft.Compute/virtualMachineScaleSets"},
    CustomResource{"containerservice.azure.com", "ManagedCluster",
                   "Microsoft.ContainerService/managedClusters"},
    CustomResource{"containerservice.azure.com", "ManagedClustersAgentPool",
                   "Microsoft.ContainerService/managedClusters/agentPools"},
};

/// What the spec has beside the properties.
constexpr std::array<std::string_view, 10> kBeside = {
    "azureName", "owner", "operatorSpec", "location",         "tags",
    "sku",       "zones", "identity",     "extendedLocation", "plan"};

const CustomResource* custom_resource_of(std::string_view arm) {
  const auto* found = std::find_if(kCustomResources.begin(), kCustomResources.end(),
                                   [&](const CustomResource& k) { return k.arm == arm; });
  return found == kCustomResources.end() ? nullptr : found;
}

/// ARM's name of `vnetSubnetReference`.
std::string property_name(std::string_view base) {
  if (base == "vnetSubnet" || base == "podSubnet") return std::string(base) + "ID";
  return std::string(base) + "Id";
}

}  // namespace

std::string_view ServiceOperator::type_of(std::string_view group, std::string_view kind) {
  for (const CustomResource& known : kCustomResources) {
    if (known.group == group && known.kind == kind) return known.arm;
  }
  return {};
}

bool ServiceOperator::is_group(std::string_view group) {
  return group == "network.azure.com" || group == "compute.azure.com" ||
         group == "containerservice.azure.com" || group == "resources.azure.com";
}

/// Goes up through the owners: the names of a child's id are those of its parents, too.
std::optional<ResourceId> ServiceOperator::id_of(const Operators::Object& object,
                                                 bool report) const {
  std::string_view arm = type_of(object.group, object.kind);
  if (arm.empty()) return std::nullopt;
  ResourceId id;
  id.type = lower(arm);
  std::vector<std::string> names = {id_segment(object.azure_name)};
  const Operators::Object* at = &object;
  const auto finish = [&]() {
    id.names.assign(names.rbegin(), names.rend());
    return id;
  };
  while (std::count(arm.begin(), arm.end(), '/') > 1) {
    arm = arm.substr(0, arm.rfind('/'));
    const Node* owner = member(member(&at->object, "spec"), "owner");
    if (const auto known = ResourceId::parse(text_member(owner, "armId"));
        known && known->type == lower(arm)) {
      id.subscription = known->subscription;
      id.group = known->group;
      names.insert(names.end(), known->names.rbegin(), known->names.rend());
      return finish();
    }
    const CustomResource* kind = custom_resource_of(arm);
    const std::string name(text_member(owner, "name"));
    const Operators::Object* parent =
        kind == nullptr ? nullptr : objects_.find(kind->group, kind->kind, at->space, name);
    if (parent == nullptr) {
      // Not just the name: another resource may be called that in Azure.
      const std::string what = std::string(kind->kind) + " " + at->space + "/" + name;
      names.push_back(id_segment(what));
      while (std::count(arm.begin(), arm.end(), '/') > 1) {
        arm = arm.substr(0, arm.rfind('/'));
        names.push_back(id_segment(what));
      }
      if (report) {
        diagnostics_.add({source::Severity::Warning,
                          "unknown-owner",
                          "the owner is " + what + ", which the input does not hold",
                          owner != nullptr ? owner->where : at->object.where,
                          object.kind + " " + object.space + "/" + object.name,
                          "add its manifest to the input",
                          Span::none(),
                          {}});
      }
      return finish();
    }
    names.push_back(id_segment(parent->azure_name));
    at = parent;
  }
  const Node* owner = member(member(&at->object, "spec"), "owner");
  // "/subscriptions/S/resourceGroups/G" is the id of a group: read as that of something in it.
  const std::string arm_id(text_member(owner, "armId"));
  if (const auto within = ResourceId::parse(arm_id + "/providers/x/y/z");
      within && !arm_id.empty()) {
    id.subscription = within->subscription;
    id.group = within->group;
  } else if (const Operators::Object* group = objects_.find(
                 "resources.azure.com", "ResourceGroup", at->space, text_member(owner, "name"))) {
    id.group = id_segment(group->azure_name);
  }
  return finish();
}

Node ServiceOperator::resolve(const Operators::Object& from, const Node& reference) const {
  const Node* arm_id = member(&reference, "armId");
  if (arm_id != nullptr && (arm_id->is(Type::String) || arm_id->is(Type::Unknown))) return *arm_id;
  const std::string_view kind = text_member(&reference, "kind");
  const std::string_view name = text_member(&reference, "name");
  const Operators::Object* target =
      objects_.find(text_member(&reference, "group"), kind, from.space, name);
  const std::optional<ResourceId> id =
      target == nullptr ? std::nullopt : id_of(*target, /*report=*/false);
  if (id) return Node::string(id->to_string(), reference.where);
  return Node::unknown(std::string(kind) + " " + from.space + "/" + std::string(name),
                       reference.where, "add its manifest to the input");
}

bool ServiceOperator::replace_member(const Operators::Object& object, Node::Member& m) const {
  constexpr std::string_view kReference = "Reference";
  constexpr std::string_view kReferences = "References";
  if (m.name == "reference" && m.value.is(Type::Object)) {
    m.name = "id";
    m.value = resolve(object, m.value);
    return true;
  }
  if (m.name.ends_with(kReference) && m.value.is(Type::Object)) {
    m.name = property_name(m.name.substr(0, m.name.size() - kReference.size()));
    m.value = resolve(object, m.value);
    return true;
  }
  if (m.name.ends_with(kReferences) && m.value.is(Type::Array)) {
    m.name.resize(m.name.size() - kReferences.size());
    for (Node& item : m.value.items) item = resolve(object, item);
    return true;
  }
  for (const std::string_view suffix : {"FromConfig", "FromSecret"}) {
    if (!m.name.ends_with(suffix) || !m.value.is(Type::Object)) continue;
    m.name.resize(m.name.size() - suffix.size());
    m.value = Node::unknown("the key " + std::string(text_member(&m.value, "key")) + " of " +
                                object.space + "/" + std::string(text_member(&m.value, "name")),
                            m.value.where, "write the value itself");
    return true;
  }
  return false;
}

void ServiceOperator::replace_references(const Operators::Object& object, Node& root) const {
  std::vector<Node*> open = {&root};
  while (!open.empty()) {
    Node& next = *open.back();
    open.pop_back();
    for (Node& item : next.items) open.push_back(&item);
    for (Node::Member& m : next.members) {
      if (!replace_member(object, m)) open.push_back(&m.value);
    }
  }
}

void ServiceOperator::read(const Operators::Object& object, Resources& out) const {
  const Node* spec = member(&object.object, "spec");
  const Span where = object.object.where;
  if (spec != nullptr && !spec->is(Type::Object) && !spec->is(Type::Null)) {
    diagnostics_.add(
        {source::Severity::Error,
         "wrong-type",
         "spec is " + std::string(terraform::describe(spec->type)) + ", and must be a mapping",
         spec->where,
         object.kind + " " + object.space + "/" + object.name,
         {},
         Span::none(),
         {}});
    return;
  }
  std::optional<ResourceId> id = id_of(object, /*report=*/true);
  if (!id) return;
  Members properties;
  Members body;
  const Node* name = member(member(&object.object, "metadata"), "name");
  const Span place = name != nullptr ? name->where : where;
  put(body, "id", Node::string(id->to_string(), place), place);
  put(body, "name", Node::string(id->name(), place), place);
  put(body, "type", Node::string(std::string(type_of(object.group, object.kind)), place), place);
  if (spec != nullptr) {
    for (const Node::Member& m : spec->members) {
      const bool beside = std::find(kBeside.begin(), kBeside.end(), m.name) != kBeside.end();
      if (!beside) {
        properties.push_back(m);
      } else if (m.name != "azureName" && m.name != "owner" && m.name != "operatorSpec") {
        put(body, m.name, m.value, m.where);
      }
    }
  }
  Node inner = Node::object(std::move(properties), spec != nullptr ? spec->where : where);
  replace_references(object, inner);
  put(body, "properties", std::move(inner), where);
  Resource resource;
  resource.id = std::move(*id);
  resource.body = Node::object(std::move(body), where);
  resource.where = place;
  out.push_back(std::move(resource));
}

}  // namespace polreach::azure
