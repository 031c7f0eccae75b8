// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/azure/resource.h"
#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/kinds.h"

namespace polreach::azure::terraform {

/// Something that is written of one resource of a type, while nobody can tell of which: a group is
/// associated with a subnet whose id is not known.
struct Stray {
  std::string type;      // lower case: "microsoft.network/virtualnetworks/subnets"
  std::string property;  // "networkSecurityGroup"
  Node what;             // Unknown: what each of them may have there
  bool listed = false;   // the property is a list, which may have this item
};

struct Translation {
  Resources resources;
  std::vector<Stray> strays;
};

/// Adds a resource in ARM's shape, or for an association a patch of what it is about.
void translate(const Kind& kind, const Attributes& attributes, const ResourceId& id, bool is_export,
               const Span& where, Translation& out);

/// The one property that an association sets; empty for other types.
[[nodiscard]] std::string_view associated_property(std::string_view type);

/// Adds the properties of one resource. One file for each area of the provider's schema.
using Translator = void (*)(const Attributes& attributes, Members& properties);
[[nodiscard]] Translator network_translator(std::string_view type);
[[nodiscard]] Translator compute_translator(std::string_view type);
[[nodiscard]] Translator cluster_translator(std::string_view type);
[[nodiscard]] Translator firewall_translator(std::string_view type);
/// Of what decides about no packet.
[[nodiscard]] Translator estate_translator(std::string_view type);

/// {"name": ..., "properties": {...}} of a block that has a name.
[[nodiscard]] Node named_part(const Attributes& block, Members properties);

}  // namespace polreach::azure::terraform
