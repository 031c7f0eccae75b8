// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/resolve/unknown.h"
#include "policies/model/model.h"

namespace polreach::compiler {

/// The truth of something in all worlds that have not been told apart yet.
enum class Tri : std::uint8_t { No, Maybe, Yes };

[[nodiscard]] constexpr Tri both(Tri a, Tri b) { return a < b ? a : b; }
[[nodiscard]] constexpr Tri either(Tri a, Tri b) { return a < b ? b : a; }

/// The labels of one object as a selector sees them in a world.
struct LabelView {
  const model::LabelSet* labels = nullptr;
  LabelOwner owner = LabelOwner::Namespace;
  model::NamespaceId ns{};
  const std::vector<AssumedLabel>* assumed = nullptr;
  bool open_is_unknown = true;  // ClusterProfile::unknown_namespace_labels

  [[nodiscard]] bool is_unknown(model::Symbol key) const {
    if (labels->open && !open_is_unknown) return false;
    return labels->is_unknown(key);
  }
};

/// Whether a selector selects an object; Maybe where that rests on a label that is neither known
/// nor assumed.
[[nodiscard]] Tri matches(const model::Selector& selector, const LabelView& view);

}  // namespace polreach::compiler
