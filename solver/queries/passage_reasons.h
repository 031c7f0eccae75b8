// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/surroundings.h"
#include "solver/queries/passage.h"
#include "solver/sets/path_flows.h"

namespace polreach::solver::queries {

/// What each enforcement point of each way does to the packets in `asked`, and by which rules.
/// `traffic` is what was asked, for the policies of pods. Can throw sets::OverBudget.
[[nodiscard]] source::Result<std::vector<WayReason>> reasons_of(
    compiler::Surroundings& around, sets::PathSpace& space, const std::vector<compiler::Path>& ways,
    const sets::PathFlows& flows, sets::Diagram asked, const net::Traffic& traffic);

/// What makes a verdict depend, by name.
[[nodiscard]] std::vector<NamedAssumption> named(compiler::Surroundings& around,
                                                 const std::vector<compiler::Path>& ways,
                                                 const sets::RestsOn& points);

}  // namespace polreach::solver::queries
