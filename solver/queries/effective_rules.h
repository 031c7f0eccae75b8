// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/queries/effective.h"
#include "solver/z3/path_prover.h"

namespace polreach::solver::queries {

/// What the rules of a filter decide, with what was proven; FilterRules that were made of one
/// SecurityRule are one of them, and those that nobody wrote are left out.
///
/// Counts in `answer`. Failure: over budget.
[[nodiscard]] source::Result<std::vector<EffectiveRule>> effective_rules(
    compiler::Surroundings& around, z3::PathProver& prover, const compiler::Filter& filter,
    Effective& answer);

}  // namespace polreach::solver::queries
