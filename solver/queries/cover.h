// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "solver/queries/label_space.h"
#include "solver/sets/possible.h"

/// Conditions on labels that between them say what every possible pod gets.
namespace polreach::solver::queries {

/// What all pods of a cube get: `flow.must` in every world, `flow.may` in at least one for each.
struct Covered {
  Cube cube;
  sets::Flow flow;
  sets::Flow beyond;  // the part that no weaker condition of the cover gives
};

/// INVARIANT: what a possible pod gets is the union of what the conditions say that it meets. No
/// key of a condition can be given more values (in a form that selectors can say) without its pods
/// getting less, as far as that could be found out within a budget. Sorted: those that ask for the
/// fewest keys first.
struct Cover {
  std::vector<Covered> conditions;
  /// The labels could be told apart in too many ways: what is listed holds, and more may pass.
  bool bounded = false;
};

/// The cover of one direction of an endpoint's policies.
[[nodiscard]] Cover cover(const LabelSpace& space, sets::PossibleFlow& flows);

}  // namespace polreach::solver::queries
