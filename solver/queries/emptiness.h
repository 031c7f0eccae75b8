// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "compiler/resolve/cluster.h"

namespace polreach::solver::queries {

/// A policy that selects no pod, or a rule that selects no peer, of those in the input.
struct Empty {
  model::PolicyId policy{};
  /// Nothing: the policy. Otherwise the rule, by direction and position in the list.
  std::optional<model::Direction> direction;
  std::size_t rule = 0;
  /// False where that rests on labels that are not known.
  bool certain = true;
};

/// All of them, in the order of the policies; a policy before its rules. A policy that selects
/// nothing can have rules that do not either: both are listed. A rule without peers selects
/// everything, and ipBlocks, nodes and domain names stand for what is outside: they are never
/// empty, but for an ipBlock whose exceptions leave nothing of it.
[[nodiscard]] std::vector<Empty> empty_parts(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
