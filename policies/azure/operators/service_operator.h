// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policies/azure/operators/operators.h"

namespace polreach::azure {

/// Objects of Azure Service Operator v2: the properties of ARM beside `azureName` and `owner`, with
/// references {reference: {armId}} or {reference: {group, kind, name}} in place of ids.
class ServiceOperator {
 public:
  ServiceOperator(const Operators& objects, source::Diagnostics& diagnostics)
      : objects_(objects), diagnostics_(diagnostics) {}

  /// The ARM type of a kind, "Microsoft.Network/networkSecurityGroups"; empty where it is not read.
  [[nodiscard]] static std::string_view type_of(std::string_view group, std::string_view kind);
  [[nodiscard]] static bool is_group(std::string_view group);

  void read(const Operators::Object& object, Resources& out) const;

 private:
  [[nodiscard]] std::optional<ResourceId> id_of(const Operators::Object& object, bool report) const;
  [[nodiscard]] const Operators::Object* owner_of(const Operators::Object& object) const;
  [[nodiscard]] Node resolve(const Operators::Object& from, const Node& reference) const;
  void replace_references(const Operators::Object& object, Node& root) const;
  [[nodiscard]] bool replace_member(const Operators::Object& object, Node::Member& member) const;

  const Operators& objects_;
  source::Diagnostics& diagnostics_;
};

}  // namespace polreach::azure
