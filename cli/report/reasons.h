// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/input.h"
#include "solver/queries/explain.h"

namespace polreach::cli {

/// Why one direction of a connection passes, a line for each rule that has a part in it, with its
/// place; where there is none, the one reason. Direction::Egress of an outside source and the like
/// have nothing to say: no line.
[[nodiscard]] std::vector<std::string> lines_of(const Written& input,
                                                const solver::queries::DirectionReason& reason);

/// "NetworkPolicy shop/web", "ClusterNetworkPolicy strict (admin tier, priority 10)".
[[nodiscard]] std::string policy_name(const model::Model& model, model::PolicyId id);

/// "settled by: add az aks show", of what the network leaves open; what nothing settles says so.
[[nodiscard]] std::string settling(const std::string& settle);

}  // namespace polreach::cli
