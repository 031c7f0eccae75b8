// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"

namespace polreach::solver::sets {

/// What may pass between two parties, for one part of the addresses asked about.
///
/// `must` passes in every world that the input allows, `may` in at least one: what is in `may` and
/// not in `must` depends on something that the input does not say.
/// INVARIANT: must is within may.
struct Piece {
  net::AddressSet addresses;  // of the party that is an AddressSet; empty where both are endpoints
  net::Traffic must;
  net::Traffic may;
  friend bool operator==(const Piece&, const Piece&) = default;
};

/// The connections that `source` may open to `destination`. At most one of the two is an
/// AddressSet. The pieces are disjoint in their addresses, cover all that were asked, differ in
/// (must, may), and are sorted by address; between two endpoints there is exactly one piece.
///
/// An endpoint as both source and destination means one pod that connects to itself where it is a
/// bare pod, and two pods alike where a controller may run any number of them.
[[nodiscard]] std::vector<Piece> reach(const compiler::Cluster& cluster,
                                       const compiler::Party& source,
                                       const compiler::Party& destination);

/// What the difference between must and may rests on, for packets in `asked`: an assumption is
/// named when changing it alone changes which packets pass in some world. Sorted, without doubles.
[[nodiscard]] std::vector<compiler::OpenPoint> assumptions(const compiler::Cluster& cluster,
                                                           const compiler::Party& source,
                                                           const compiler::Party& destination,
                                                           const net::Traffic& asked);

}  // namespace polreach::solver::sets
