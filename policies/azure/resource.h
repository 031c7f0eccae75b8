// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/node.h"

/// Azure resources as they were written, whatever the language: ARM templates, exports of az and
/// REST, Terraform, Azure Service Operator and Crossplane all become a list of Resource, whose
/// bodies have the shape of ARM's REST API. policies/azure/link turns that list into a
/// model::Cloud.
namespace polreach::azure {

/// Whether two names of Azure (of resources, types, properties) are the same: case does not count.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);
[[nodiscard]] std::string lower(std::string_view text);

/// "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/N".
struct ResourceId {
  std::string subscription;        // empty: not known
  std::string group;               // empty: not known
  std::string type;                // lower case: "microsoft.network/virtualnetworks/subnets"
  std::vector<std::string> names;  // one for each segment of the type behind the provider

  /// Understands ids with empty segments for what is not known, as Terraform, ARM's resourceId()
  /// without a deployment, and references of Kubernetes objects leave them. Nothing for any other
  /// text.
  static std::optional<ResourceId> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  /// The last name: of a subnet its own, not the network's.
  [[nodiscard]] const std::string& name() const { return names.back(); }
  /// The id of what this one is a part of: the network of a subnet. The type must have a parent.
  [[nodiscard]] ResourceId parent() const;
  [[nodiscard]] ResourceId child(std::string_view type_segment, std::string_view name) const;
};

/// Whether two ids can mean one resource: types and names are the same, and subscription and group
/// are the same or not known.
[[nodiscard]] bool may_be_same(const ResourceId& a, const ResourceId& b);

struct Resource {
  ResourceId id;
  /// In ARM's shape: `name`, `type`, `location`, `sku` beside `properties`; exports of az have the
  /// properties beside `name` (see property()). References are strings that ResourceId::parse
  /// understands, mostly in {"id": "..."}. May be Unknown altogether.
  Node body;
  /// The conditions under which it exists and that could not be evaluated: Unknown nodes.
  std::vector<Node> conditions;
  /// Says something more of the resource with the same id (Terraform's associations, a child that
  /// is written beside its parent): its properties are added to the other's. Where there is no
  /// other one, it is dropped with a warning.
  bool is_patch = false;
  /// Exported from what runs (az, REST, Terraform state), so that references which do not occur in
  /// it are absent there, too; otherwise (templates, plans) what is left out has defaults.
  bool is_export = false;
  Span where;  // of its name; else of its body
};

using Resources = std::vector<Resource>;

}  // namespace polreach::azure
