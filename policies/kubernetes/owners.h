// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>

#include "policies/kubernetes/objects.h"

namespace polreach::kubernetes {

/// The identity of a namespaced object.
struct ObjectKey {
  Symbol ns{};
  Symbol kind{};
  Symbol name{};
  friend auto operator<=>(const ObjectKey&, const ObjectKey&) = default;
};

/// Follows owner references.
class Owners {
 public:
  Owners(const Objects& objects, source::SymbolTable& symbols);

  /// The workload that an object belongs to in the end; the object itself where nothing owns it.
  [[nodiscard]] ObjectKey top(const ObjectKey& object,
                              const std::optional<OwnerReference>& controller) const;

  /// The name without the "-hash" that a Deployment appends to its ReplicaSets' names; empty where
  /// there is none. The hash uses only the consonants and digits of Kubernetes' safe alphabet.
  [[nodiscard]] static std::string_view without_hash(std::string_view replica_set);

 private:
  [[nodiscard]] ObjectKey missing_owner(const ObjectKey& owner) const;

  source::SymbolTable& symbols_;
  std::map<ObjectKey, std::optional<OwnerReference>> controllers_;
};

/// The labels that the controller of a workload will add to its pods: the keys whose values are
/// not known beforehand (pod-template-hash, ...), and those that are (job-name).
struct AddedLabels {
  std::vector<Symbol> unknown;
  std::vector<model::Label> known;
};
[[nodiscard]] AddedLabels labels_added_to(const WorkloadObject& workload,
                                          source::SymbolTable& symbols);

/// Whether a key is one that controllers add.
[[nodiscard]] bool is_added_label(std::string_view key);

}  // namespace polreach::kubernetes
