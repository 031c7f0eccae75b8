// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "solver/sets/diagram.h"

/// Ordered rules, of which the first that matches decides.
namespace polreach::solver::sets {

/// A rule: what it matches, and the part of that which it allows; and allows without asking anyone
/// else. Both are within `match` and disjoint, and the rest of `match` is denied.
struct DecisionRule {
  Diagram match = kFalse;
  Diagram allow = kFalse;
  Diagram always = kFalse;
};

/// What a list does to packets. What is in neither is denied.
struct Outcome {
  Diagram allow = kFalse;
  Diagram always = kFalse;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Summed up for blocks of 2, 4, 8, ... rules, so that no question goes through all of the rules
/// one by one with diagrams as wide as the whole list.
class DecisionList {
 public:
  DecisionList(Diagrams& diagrams, std::vector<DecisionRule> rules, bool otherwise_allow);

  [[nodiscard]] std::size_t size() const { return blocks_.front().size(); }
  [[nodiscard]] const DecisionRule& operator[](std::size_t i) const { return blocks_.front()[i]; }

  /// What becomes of `region` where it comes to the rules from `first` on, without those in
  /// `without` (sorted).
  [[nodiscard]] Outcome outcome(Diagram region, std::size_t first = 0,
                                const std::vector<std::size_t>& without = {});

  /// The part of `region` that each rule decides; behind the last one, what none does.
  [[nodiscard]] std::vector<Diagram> decides(Diagram region);

 private:
  /// The largest block that starts there and holds none of `without`.
  [[nodiscard]] std::size_t block_at(std::size_t first,
                                     const std::vector<std::size_t>& without) const;

  Diagrams& diagrams_;
  std::vector<std::vector<DecisionRule>> blocks_;  // by the exponent of their length
  bool otherwise_allow_;
};

}  // namespace polreach::solver::sets
