// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "policies/azure/resource.h"
#include "policies/azure/terraform/attributes.h"

namespace polreach::azure::terraform {

/// What a resource type of the azurerm provider is in ARM, and how its id is made of attributes.
struct Kind {
  enum class Parent : std::uint8_t {
    Group,        // resource_group_name, name
    Named,        // resource_group_name, the name of a parent, name
    Identified,   // the id of a parent, name
    Association,  // says something of another resource
  };
  std::string_view type;  // "azurerm_subnet"
  std::string_view arm;   // "Microsoft.Network/virtualNetworks/subnets"; of an association what it
                          // is about
  Parent parent = Parent::Group;
  /// The attribute that leads to the parent, or to what the association is about.
  std::string_view parent_attribute;
  /// Crossplane's name of it: "Subnet".
  std::string_view crossplane;
};

/// The types that are read.
[[nodiscard]] std::span<const Kind> kinds();
[[nodiscard]] const Kind* kind_of(std::string_view type);

/// The ARM type, in lower case, that an attribute names or identifies:
/// "microsoft.network/networksecuritygroups" for `network_security_group_id` and
/// `network_security_group_name`; empty where it does neither.
[[nodiscard]] std::string_view target_of(std::string_view attribute);

/// The text as it can stand in an id: a Terraform address may hold slashes.
[[nodiscard]] std::string id_segment(std::string_view text);

/// The id of a resource whose attributes name it, with an empty subscription. A name that is not
/// known is replaced by `address`, which nothing else has; likewise that of a parent.
[[nodiscard]] ResourceId identify(const Kind& kind, const Attributes& attributes,
                                  std::string_view address);

}  // namespace polreach::azure::terraform
