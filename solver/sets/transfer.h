// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/sets/diagram.h"

namespace polreach::solver::sets {

/// The same set of packets among other diagrams. It must not depend on facts: what a fact of one
/// input means in another nobody knows. Can throw OverBudget.
[[nodiscard]] Diagram transfer(Diagrams& from, Diagram packets, Diagrams& to);

}  // namespace polreach::solver::sets
