// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "compiler/resolve/cluster.h"

namespace polreach::solver::queries {

/// A policy, or a rule of one, without which exactly the same connections are allowed.
struct Redundant {
  model::PolicyId policy{};
  /// Nothing: the policy. Otherwise the rule, by direction and position in the list.
  std::optional<model::Direction> direction;
  std::size_t rule = 0;
  /// False where some connections depend on what the input leaves open, and it is not certain that
  /// they depend on it alike with and without; or where there are policies that were not
  /// understood (model::Gap).
  bool certain = true;
};

struct Redundancy {
  /// In the order of the policies.
  std::vector<Redundant> found;
  /// How many policies and rules were tried; what is beyond `kMostWork` is left untried.
  std::size_t tried = 0;
  std::size_t untried = 0;

  /// Of pairs of classes that are compared, and what is as much work, for all policies and rules
  /// together.
  static constexpr std::size_t kMostWork = 10'000'000'000;
};

/// Each policy is taken away by itself, where there are two or more, and in those that cannot go
/// each rule by itself: what it is redundant to stays. So two equal policies are both redundant,
/// and only one of them can go. A direction without rules stays isolated.
[[nodiscard]] Redundancy redundant_parts(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
