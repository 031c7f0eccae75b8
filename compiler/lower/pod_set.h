// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policies/model/labels.h"

namespace polreach::compiler {

/// Pods by the labels of their namespaces and their own.
struct PodCondition {
  model::Selector namespaces;
  model::Selector pods;
};

/// Pods that exist or not: those that meet some condition of `in` and none of `except`; all
/// others where `complement`.
struct PodSet {
  std::vector<PodCondition> in;
  std::vector<PodCondition> except;
  bool complement = false;

  [[nodiscard]] bool empty() const { return in.empty() && !complement; }
  [[nodiscard]] static PodSet everything() { return {{}, {}, true}; }
};

}  // namespace polreach::compiler
