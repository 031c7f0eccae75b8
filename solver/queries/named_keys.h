// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "policies/model/model.h"

namespace polreach::solver::queries {

/// The keys that the selectors of policies name: of the labels of pods, and of namespaces. Other
/// labels decide nothing.
struct NamedKeys {
  std::set<model::Symbol> pods;
  std::set<model::Symbol> namespaces;

  void add(const model::Model& model);
};

}  // namespace polreach::solver::queries
