// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "solver/audit/kubernetes/context.h"

namespace polreach::solver::audit::kubernetes {

/// The rules that let something pass in one direction of a connection, in model order; none where
/// it is open because no policy is about it.
[[nodiscard]] std::vector<RuleId> allowing_rules(const compiler::Cluster& cluster,
                                                 model::Direction direction,
                                                 const compiler::Party& source,
                                                 const compiler::Party& destination,
                                                 const net::Traffic& traffic);

/// "rule 2 has no from: it lets everyone in" and the like, with the rule's place.
[[nodiscard]] std::vector<Cause> causes_of(const Context& context,
                                           const std::vector<RuleId>& rules);

}  // namespace polreach::solver::audit::kubernetes
