// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policies/azure/operators/operators.h"
#include "policies/azure/terraform/translate.h"

namespace polreach::azure {

/// Objects of Crossplane's Azure provider: `spec.forProvider` in the schema of Terraform's
/// provider, where ids and names may be written as `xRef: {name}` or `xSelector: {matchLabels}`.
class Crossplane {
 public:
  Crossplane(const Operators& objects, source::Diagnostics& diagnostics);

  [[nodiscard]] static const terraform::Kind* kind_of(std::string_view group,
                                                      std::string_view kind);
  [[nodiscard]] static bool is_group(std::string_view group);

  void read(const Operators::Object& object, terraform::Translation& out) const;

 private:
  struct Key {
    std::string arm;
    std::string space;
    std::string name;
    auto operator<=>(const Key&) const = default;
  };

  /// The attributes, without or with what refers to ids.
  [[nodiscard]] Node attributes_of(const Operators::Object& object, bool names_only) const;
  void resolve_members(const Operators::Object& object, Node& mapping, bool names_only) const;
  [[nodiscard]] Node value_of(const Operators::Object& from, std::string_view attribute,
                              const Node& reference, bool selector) const;
  [[nodiscard]] const Operators::Object* named(const Operators::Object& from, std::string_view arm,
                                               const Node& reference) const;
  [[nodiscard]] const Operators::Object* selected(const Operators::Object& from,
                                                  std::string_view arm, const Node& selector) const;

  /// Comparisons of labels with selectors: beyond them selectors stay open.
  static constexpr std::uint64_t kMostComparisons = 20'000'000;

  source::Diagnostics& diagnostics_;
  std::map<Key, const Operators::Object*> by_name_;
  std::map<std::string, std::vector<const Operators::Object*>> by_type_;
  /// Of everything that attributes refer to.
  std::map<const Operators::Object*, ResourceId> ids_;
  mutable std::uint64_t comparisons_ = 0;
};

}  // namespace polreach::azure
