// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/resource_types.h"

#include <algorithm>
#include <array>

namespace polreach::azure {
namespace {

using syntax::Value;

struct TypeInfo {
  std::string_view type;
  /// Properties that every export of the type has at least one of; empty: it has none of its own.
  std::string_view shows;
};

constexpr std::array<TypeInfo, 25> kResourceTypes = {{
    {"microsoft.network/networksecuritygroups", "securityRules defaultSecurityRules"},
    {"microsoft.network/networksecuritygroups/securityrules", "access direction priority"},
    {"microsoft.network/networksecuritygroups/defaultsecurityrules", "access direction priority"},
    {"microsoft.network/virtualnetworks", "addressSpace subnets"},
    {"microsoft.network/virtualnetworks/subnets",
     "addressPrefix addressPrefixes ipamPoolPrefixAllocations"},
    {"microsoft.network/virtualnetworks/virtualnetworkpeerings", "remoteVirtualNetwork"},
    {"microsoft.network/networkinterfaces", "ipConfigurations"},
    {"microsoft.compute/virtualmachines", "networkProfile"},
    {"microsoft.compute/virtualmachinescalesets",
     "virtualMachineProfile orchestrationMode singlePlacementGroup"},
    {"microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces",
     "ipConfigurations"},
    {"microsoft.network/publicipaddresses",
     "publicIPAllocationMethod ipAddress publicIPAddressVersion"},
    {"microsoft.network/applicationsecuritygroups", ""},
    {"microsoft.network/routetables", "routes disableBgpRoutePropagation subnets"},
    {"microsoft.network/routetables/routes", "nextHopType"},
    {"microsoft.network/natgateways",
     "subnets publicIpAddresses publicIpPrefixes idleTimeoutInMinutes"},
    {"microsoft.network/privateendpoints", "subnet networkInterfaces"},
    {"microsoft.network/azurefirewalls",
     "ipConfigurations firewallPolicy networkRuleCollections virtualHub hubIPAddresses"},
    {"microsoft.network/firewallpolicies",
     "threatIntelMode ruleCollectionGroups basePolicy firewalls"},
    {"microsoft.network/firewallpolicies/rulecollectiongroups", "ruleCollections priority"},
    {"microsoft.network/loadbalancers", "frontendIPConfigurations"},
    {"microsoft.containerservice/managedclusters", "networkProfile agentPoolProfiles"},
    {"microsoft.containerservice/managedclusters/agentpools", "count vmSize mode osType"},
    {"microsoft.network/applicationgateways", "frontendIPConfigurations gatewayIPConfigurations"},
    {"microsoft.network/applicationgatewaywebapplicationfirewallpolicies",
     "policySettings managedRules customRules"},
    {"microsoft.network/networkwatchers/flowlogs", "targetResourceId storageId"},
}};

const TypeInfo* find_type(std::string_view type) {
  const auto* found = std::find_if(kResourceTypes.begin(), kResourceTypes.end(),
                                   [&](const TypeInfo& each) { return each.type == type; });
  return found == kResourceTypes.end() ? nullptr : found;
}

}  // namespace

bool is_relevant_type(std::string_view type) { return find_type(type) != nullptr; }

std::optional<Value> member(const Value& object, std::string_view name) {
  if (!object.is(syntax::Type::Mapping)) return std::nullopt;
  for (const Value each : object) {
    if (!same_name(each.key(), name)) continue;
    if (each.is(syntax::Type::Null)) return std::nullopt;
    return each;
  }
  return std::nullopt;
}

std::optional<Value> property(const Value& object, std::string_view name) {
  if (const auto properties = member(object, "properties")) {
    if (const auto found = member(*properties, name)) return found;
  }
  return member(object, name);
}

std::string_view text_of(const Value& object, std::string_view name) {
  const auto found = member(object, name);
  return found && found->is(syntax::Type::String) ? found->text() : std::string_view();
}

bool has_properties(std::string_view type, const Value& object) {
  const TypeInfo* info = find_type(type);
  if (info == nullptr || info->shows.empty()) return true;
  std::string_view rest = info->shows;
  while (!rest.empty()) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    if (property(object, rest.substr(0, space))) return true;
    rest.remove_prefix(std::min(space + 1, rest.size()));
  }
  return false;
}

std::string_view type_by_members(const Value& object) {
  const auto is = [&](std::string_view name, syntax::Type type) {
    const auto found = property(object, name);
    return found && found->is(type);
  };
  if (is("securityRules", syntax::Type::Sequence) &&
      is("defaultSecurityRules", syntax::Type::Sequence)) {
    return "microsoft.network/networksecuritygroups";
  }
  if (!member(object, "name")) return {};
  if (is("addressSpace", syntax::Type::Mapping) && is("subnets", syntax::Type::Sequence)) {
    return "microsoft.network/virtualnetworks";
  }
  // Firewalls and gateways have ipConfigurations, too.
  if (is("ipConfigurations", syntax::Type::Sequence) && property(object, "enableIPForwarding")) {
    return "microsoft.network/networkinterfaces";
  }
  if (is("networkProfile", syntax::Type::Mapping) &&
      is("agentPoolProfiles", syntax::Type::Sequence)) {
    return "microsoft.containerservice/managedclusters";
  }
  if (is("securityRules", syntax::Type::Sequence) && member(object, "resourceGroup")) {
    return "microsoft.network/networksecuritygroups";
  }
  return {};
}

}  // namespace polreach::azure
