// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "solver/sets/reach.h"

namespace polreach::solver::sets {

/// Addresses at which each of several lists of pieces says one thing.
struct Overlay {
  net::AddressSet addresses;
  std::vector<const Piece*> pieces;  // one of each list
};

/// Lays lists of pieces over each other, each of which covers the same addresses with disjoint
/// pieces. The parts are disjoint, differ in their pieces, and are sorted by address. Takes time
/// that grows with the intervals of all lists together.
[[nodiscard]] std::vector<Overlay> overlay(const std::vector<const std::vector<Piece>*>& lists);

}  // namespace polreach::solver::sets
