// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"

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
/// An endpoint as both source and destination means one pod that connects to itself where the
/// endpoint is a single pod, and two pods of one template otherwise.
[[nodiscard]] std::vector<Piece> reach(const compiler::Cluster& cluster,
                                       const compiler::Party& source,
                                       const compiler::Party& destination);

}  // namespace polreach::solver::sets
