// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "solver/suggest/suggestion.h"

/// What a change of the policies does to all connections.
namespace polreach::solver::suggest {

/// The same pods before and after; `changed`: policies of the first that are not in the second.
struct Comparison {
  const compiler::Cluster& before;
  const compiler::Cluster& after;
  std::vector<model::PolicyId> gone;   // of `before`
  std::vector<model::PolicyId> added;  // of `after`
};

/// Compares all connections. What was asked for is `wanted`, spelt out; nothing: no change at all
/// was. Where the set engine finds no difference, Z3 proves that there is none, for pods whose
/// policies changed; where it finds one, Z3 proves what passes after it. A disagreement is an
/// InternalError.
[[nodiscard]] Effect compare(const Comparison& comparison, const std::vector<Wanted>& wanted);

}  // namespace polreach::solver::suggest
