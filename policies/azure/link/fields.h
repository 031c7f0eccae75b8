// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/link/inventory.h"
#include "policies/azure/link/report.h"

namespace polreach::azure {

/// A property of an object in a resource's body, below `properties` or beside `name`; the Unknown
/// node itself where the object or its `properties` could not be evaluated. nullptr: absent, null.
[[nodiscard]] const Node* open_property(const Node* object, std::string_view name);

/// A property of a resource, and the part that says so.
struct Field {
  const Node* node = nullptr;
  const Part* part = nullptr;
  explicit operator bool() const { return node != nullptr; }
};
/// Where a patch contradicts the definition that is the error `duplicate-object`.
[[nodiscard]] Field field(Report& report, const Item& item, std::string_view name);

/// The conditions of a part, as unknowns.
[[nodiscard]] std::vector<model::UnknownId> conditions(Report& report, const Part& part);
/// The conditions under which a resource exists: none where some definition has none.
[[nodiscard]] std::vector<model::UnknownId> conditions(Report& report, const Item& item);

/// The text of a string or number. Anything else that is no Unknown is the error `wrong-type`; for
/// an Unknown, null, and an empty text there is nothing.
[[nodiscard]] std::optional<std::string> text_of(Report& report, const Node* node,
                                                 std::string_view what);

/// A value that may be open.
struct Flag {
  bool value = false;
  std::optional<model::UnknownId> open;
};
[[nodiscard]] Flag flag_of(Report& report, const Node* node, std::string_view what, bool absent);

/// The entries of a list; nothing for null and Unknown.
[[nodiscard]] std::vector<const Node*> entries_of(Report& report, const Node* node,
                                                  std::string_view what);

/// A reference to another resource.
struct Reference {
  std::optional<ResourceId> id;
  std::optional<model::UnknownId> open;  // it could not be evaluated
  Span where;
  explicit operator bool() const { return id.has_value() || open.has_value(); }
};
/// "/subscriptions/...", or an object with such an `id`. What is neither, or an id of another type,
/// is the error `bad-azure-id`, and the reference open. `types`: none means any.
[[nodiscard]] Reference reference_of(Report& report, const Node* node,
                                     std::initializer_list<std::string_view> types);

}  // namespace polreach::azure
