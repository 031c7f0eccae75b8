// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"

namespace polreach::solver::sets {

/// What one direction of a connection between two endpoints lets pass: `must` in every world, `may`
/// in at least one; `points` names what the difference rests on (sorted, without doubles).
/// INVARIANT: must is within may; points is empty exactly where the two are equal.
struct Flow {
  net::Traffic must;
  net::Traffic may;
  std::vector<compiler::OpenPoint> points;

  [[nodiscard]] bool is_open() const { return must != may; }
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

/// The part of Direction::Egress that the policies of `self` decide for connections to `other`; of
/// Ingress, for connections from `other`. The two are different pods, even where they are equal.
///
/// A connection passes where both directions let it pass. What both let pass for certain, the
/// connection does for certain; where at most one of the two is open, the same goes for `may`.
[[nodiscard]] Flow flow(const compiler::Cluster& cluster, model::Direction direction,
                        model::EndpointId self, model::EndpointId other);

}  // namespace polreach::solver::sets
