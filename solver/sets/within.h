// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/resolve/cluster.h"

namespace polreach::solver::sets {

/// The connections between two parties as one cluster decides them.
struct Passage {
  const compiler::Cluster* cluster = nullptr;
  compiler::Party source;
  compiler::Party destination;
};

/// Whether in each world everything that the first lets pass the second does, too; and whether in
/// no world both let a packet pass. The bounds of reach() cannot say so where both are open: here
/// the two are compared world by world and address by address, in which what both leave open is one
/// and the same thing. A yes is certain. A no may be wrong: where there are too many worlds, and
/// where the clusters name different labels, domain names or nodes.
///
/// The clusters share the symbol table and the profile, and the parties are the same pods (or the
/// same addresses); an address is the same in both where both say the same of it.
[[nodiscard]] bool always_within(const Passage& inner, const Passage& outer);
[[nodiscard]] bool never_both(const Passage& a, const Passage& b);

}  // namespace polreach::solver::sets
