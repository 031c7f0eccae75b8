// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/link/report.h"
#include "policies/azure/resource.h"

namespace polreach::azure {

namespace type {
inline constexpr std::string_view kGroup = "microsoft.network/networksecuritygroups";
inline constexpr std::string_view kRule = "microsoft.network/networksecuritygroups/securityrules";
inline constexpr std::string_view kApplicationGroup = "microsoft.network/applicationsecuritygroups";
inline constexpr std::string_view kNetwork = "microsoft.network/virtualnetworks";
inline constexpr std::string_view kSubnet = "microsoft.network/virtualnetworks/subnets";
inline constexpr std::string_view kPeering =
    "microsoft.network/virtualnetworks/virtualnetworkpeerings";
inline constexpr std::string_view kRouteTable = "microsoft.network/routetables";
inline constexpr std::string_view kRoute = "microsoft.network/routetables/routes";
inline constexpr std::string_view kNatGateway = "microsoft.network/natgateways";
inline constexpr std::string_view kInterface = "microsoft.network/networkinterfaces";
inline constexpr std::string_view kPublicAddress = "microsoft.network/publicipaddresses";
inline constexpr std::string_view kPrivateEndpoint = "microsoft.network/privateendpoints";
inline constexpr std::string_view kMachine = "microsoft.compute/virtualmachines";
inline constexpr std::string_view kScaleSet = "microsoft.compute/virtualmachinescalesets";
inline constexpr std::string_view kScaleSetInterface =
    "microsoft.compute/virtualmachinescalesets/virtualmachines/networkinterfaces";
inline constexpr std::string_view kFirewall = "microsoft.network/azurefirewalls";
inline constexpr std::string_view kFirewallPolicy = "microsoft.network/firewallpolicies";
inline constexpr std::string_view kCollectionGroup =
    "microsoft.network/firewallpolicies/rulecollectiongroups";
inline constexpr std::string_view kAddressGroup = "microsoft.network/ipgroups";
inline constexpr std::string_view kCluster = "microsoft.containerservice/managedclusters";
inline constexpr std::string_view kPool = "microsoft.containerservice/managedclusters/agentpools";
/// Not Azure's: an entry of an export of effective rules.
inline constexpr std::string_view kEffective = "polreach/effectivegroups";
}  // namespace type

/// Something that was written of a resource.
struct Part {
  const Node* body = nullptr;
  const Resource* resource = nullptr;  // that the body is, or is in the body of
  Span where;                          // of the name
  bool in_parent = false;              // an entry of its parent's list
  [[nodiscard]] bool is_patch() const { return !in_parent && resource->is_patch; }
};

/// A resource with all that was written of it.
struct Item {
  ResourceId id;
  /// The definition first, by place; patches last.
  std::vector<Part> parts;
  /// Nothing of it is in the input but children or patches.
  bool missing = false;
  /// The input contradicts itself about it (an error has been reported).
  bool contradicted = false;
  Span where;
  std::optional<std::size_t> parent;
  std::vector<std::size_t> children;
  /// Lists of children that could not be evaluated: their types, and the Unknown node.
  std::vector<std::pair<std::string, const Node*>> open_lists;

  [[nodiscard]] const std::string& name() const { return id.name(); }
  /// For texts: where an expression stands for the name, there is none.
  [[nodiscard]] std::string shown() const { return name().empty() ? "(name not known)" : name(); }
};

/// The resources of an input, each of them once, in an order that does not depend on the order in
/// which they were read: by name, then resource group, then place.
class Inventory {
 public:
  Inventory(const Resources& resources, Report& report);

  [[nodiscard]] const std::vector<std::size_t>& of_type(std::string_view type) const;
  [[nodiscard]] const Item& operator[](std::size_t index) const { return items_[index]; }
  /// The children of that type, in the inventory's order.
  [[nodiscard]] std::vector<const Item*> children(const Item& item, std::string_view type) const;
  /// The list of children of that type, where it could not be evaluated.
  static const Node* open_list(const Item& item, std::string_view type);
  [[nodiscard]] const std::vector<const Resource*>& effective() const { return effective_; }

 private:
  void expand(const Resource& resource, std::size_t item);
  std::optional<std::size_t> item_of(const ResourceId& id, const Span& where);
  std::size_t add_item(ResourceId id, const Span& where);
  std::size_t child_item(std::size_t parent, std::string_view type, const Part& part,
                         const std::string& name);
  void check_twice(Item& item);
  void check_lists(Item& item);
  void sort();

  Report& report_;
  std::vector<Item> items_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_name_;  // type and names
  std::map<std::string, std::size_t, std::less<>> by_id_;                 // as they were written
  std::map<std::string, std::size_t, std::less<>> by_child_;              // parent, type and name
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_type_;
  std::vector<const Resource*> effective_;
};

/// A text that is equal for values which mean the same: case, empty values, order of members, and
/// what Azure adds in answers do not count.
[[nodiscard]] std::string canonical(const Node* node);

/// A text that is equal for ids of one type and the same names.
[[nodiscard]] std::string name_key(const ResourceId& id);
/// The same with subscription and resource group, which may be empty.
[[nodiscard]] std::string exact_key(const ResourceId& id);

/// "network security group", "subnet".
[[nodiscard]] std::string_view describe_type(std::string_view type);
/// "network security group web".
[[nodiscard]] std::string describe(const ResourceId& id);

}  // namespace polreach::azure
