// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/path.h"
#include "compiler/resolve/unknown.h"
#include "solver/sets/path_space.h"

/// What the policies of Kubernetes let pass, as diagrams: hops of Kind::Policies.
namespace polreach::solver::sets {

/// Bounds in the variables of the hop's header. INVARIANT: must is within may.
struct PolicyBounds {
  Diagram must = kFalse;
  Diagram may = kFalse;
};
[[nodiscard]] PolicyBounds policy_bounds(PathSpace& space, const compiler::Cluster& cluster,
                                         const compiler::Hop& hop);

/// What can pass two hops at most, where they are the two directions of one connection between two
/// pods: both may rest on the same. True for all else.
[[nodiscard]] Diagram joint_bound(PathSpace& space, const compiler::Cluster& cluster,
                                  const compiler::Hop& a, const compiler::Hop& b);

/// What the difference of the bounds rests on for the headers in `matters`. Sorted.
[[nodiscard]] std::vector<compiler::OpenPoint> policy_points(PathSpace& space,
                                                             const compiler::Cluster& cluster,
                                                             const compiler::Hop& hop,
                                                             Diagram matters);

/// TCP, UDP and SCTP.
[[nodiscard]] net::ProtocolSet policy_protocols();

}  // namespace polreach::solver::sets
