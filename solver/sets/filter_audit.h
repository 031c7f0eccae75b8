// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "solver/sets/path_space.h"

/// Whole filters, whatever packets come: which rules decide what, and which could be left out.
namespace polreach::solver::sets {

/// Rules are indices into Filter::rules. FilterRules that were made of one SecurityRule are judged
/// together: they are in here only where the same can be said of all of them.
struct FilterAudit {
  /// By rule: the headers, with facts, for which it is the first that matches.
  std::vector<Diagram> decides;

  /// A rule that decides nothing in any world, and earlier rules that match all that it does. None
  /// of those can be left out, though another choice could be shorter. Where the rule itself can
  /// match nothing, there are none.
  struct Shadowed {
    std::vector<std::size_t> rules;
    std::vector<std::size_t> by;
  };
  std::vector<Shadowed> shadowed;

  /// Rules that decide something, and without which the filter lets pass the same in every world,
  /// since those behind say the same. Each of them by itself: leaving out two can change something.
  std::vector<std::vector<std::size_t>> redundant;
};

/// Failure: over budget. A missing filter has no rules.
[[nodiscard]] source::Result<FilterAudit> audit(PathSpace& space, const compiler::Filter& filter);

}  // namespace polreach::solver::sets
