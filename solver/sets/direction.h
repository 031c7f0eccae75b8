// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
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
  /// The two bounds where ipBlocks do not match pods, and where they do. Nothing unless that and
  /// addresses are all that is open: then two directions of one connection have nothing else in
  /// common, and can be put together reading by reading.
  struct Bounds {
    net::Traffic must;
    net::Traffic may;
    friend auto operator<=>(const Bounds&, const Bounds&) = default;
  };
  std::optional<std::array<Bounds, 2>> by_reading = std::nullopt;
  bool by_address = false;  // the addresses of pods make a difference within a world

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

/// The points of that flow for packets in `asked` alone.
[[nodiscard]] std::vector<compiler::OpenPoint> points_within(const compiler::Cluster& cluster,
                                                             model::Direction direction,
                                                             model::EndpointId self,
                                                             model::EndpointId other,
                                                             const net::Traffic& asked);

}  // namespace polreach::solver::sets
