// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/view.h"
#include "solver/sets/reach.h"

namespace polreach::solver::sets {

/// Pieces are kept sorted by their first address, disjoint, and merged where (must, may) agree.
using Pieces = std::vector<Piece>;

/// Sums up one direction: what its policies let pass, for each part of the other end's addresses.
[[nodiscard]] Pieces sum_up(const compiler::DirectionView& view);

/// What passes for all addresses (must) and for some (may), as a piece without addresses. There
/// must be a piece.
[[nodiscard]] Piece over_all_addresses(const Pieces& pieces);

/// What both let pass; what holds when it is open which of the two applies. Of the same addresses.
[[nodiscard]] Piece pass_both(const Piece& a, const Piece& b);
[[nodiscard]] Piece open_choice(const Piece& a, const Piece& b);

/// The same for pieces over the same addresses, split where the two differ.
[[nodiscard]] Pieces open_choice(const Pieces& a, const Pieces& b);

/// Merges pieces that agree in (must, may) and sorts.
[[nodiscard]] Pieces normal(Pieces pieces);

}  // namespace polreach::solver::sets
