// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policies/azure/resource.h"
#include "policies/syntax/tape.h"

/// The types of Azure resources that say something about connections, and how an exported object
/// shows that it is one of them. Names are those of Azure's REST API; case does not count.
namespace polreach::azure {

/// Whether resources of the type are read. The type as in ResourceId::type (lower case).
[[nodiscard]] bool is_relevant_type(std::string_view type);

/// Whether an exported object says what it is, and not just that it exists: listings such as `az
/// resource list`, and queries that project columns, leave the properties out. A security group
/// without its rules must not be taken for one that has none.
[[nodiscard]] bool has_properties(std::string_view type, const syntax::Value& object);

/// The type of an object that names none, by members that no other type has, as the az command
/// line prints some of them; empty where there is none.
[[nodiscard]] std::string_view type_by_members(const syntax::Value& object);

/// The member of that name whatever its case, unless it is null.
[[nodiscard]] std::optional<syntax::Value> member(const syntax::Value& object,
                                                  std::string_view name);
/// The same, of what is below `properties` (REST) or beside `name` (az).
[[nodiscard]] std::optional<syntax::Value> property(const syntax::Value& object,
                                                    std::string_view name);
/// The text of a member that is a string; empty for anything else.
[[nodiscard]] std::string_view text_of(const syntax::Value& object, std::string_view name);

}  // namespace polreach::azure
