// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"
#include "policies/source/diagnostics.h"

namespace polreach::solver::queries {

/// Policies of one tier with equal priorities between which the network policy API does not choose:
/// "If two (or more) policies with the same priority could both match a connection, then the
/// implementation can apply any of the matching policies".
///
/// One error `equal-priority` for each two policies whose first matching rules have different
/// actions for some packet of pods in the input, with the packet that Z3 found. Where Z3's budget
/// runs out the error says that the two may clash.
[[nodiscard]] std::vector<source::Diagnostic> equal_priorities(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
