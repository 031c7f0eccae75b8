// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "compiler/path/path.h"
#include "solver/sets/decision_list.h"
#include "solver/sets/diagram.h"

namespace polreach::solver::sets {

/// The variables of paths through one cloud: diagrams, and which fact stands for what.
///
/// The cloud must outlive it. Diagrams of one space can be held against each other: of two paths,
/// of a path and a filter, of filters before and after a change (of one Cloud).
class PathSpace {
 public:
  explicit PathSpace(const model::UnknownTable& unknowns, DiagramBudget budget = {})
      : unknowns_(unknowns), diagrams_(budget) {}

  [[nodiscard]] Diagrams& diagrams() { return diagrams_; }

  /// What a fact stands for. Without an unknown: what the policies of Kubernetes leave open.
  struct FactKey {
    std::optional<model::UnknownId> unknown;
    /// The variable whose address it is about; nothing: a fact of the world.
    std::optional<Variable> address;
    std::uint32_t number = 0;  // of those without an unknown, which are all different
    friend auto operator<=>(const FactKey&, const FactKey&) = default;
  };
  [[nodiscard]] const FactKey& key(std::uint32_t fact) const { return keys_[fact]; }

  /// An unknown, where the header has that variable as the address in question. Unknowns of the
  /// world do not look at it; without an address, an unknown is one fact of the world whatever its
  /// scope.
  [[nodiscard]] Diagram fact(model::UnknownId unknown, std::optional<Variable> address = {});
  /// A fact like no other; its index.
  [[nodiscard]] std::uint32_t fresh_fact();

  [[nodiscard]] static Variable variable(const compiler::HeaderAddress& address, bool is_source);

  /// The headers, facts included, that a rule matches; where they appear as the variables of
  /// `header`.
  [[nodiscard]] Diagram match(const compiler::FilterRule& rule, const compiler::Header& header);
  /// The rules of a filter that is not missing.
  [[nodiscard]] DecisionList decisions(const compiler::Filter& filter,
                                       const compiler::Header& header);
  /// What a filter lets pass, and what it lets pass without asking any other.
  [[nodiscard]] Outcome outcome(const compiler::Filter& filter, const compiler::Header& header);

 private:
  [[nodiscard]] std::uint32_t index_of(const FactKey& key);
  [[nodiscard]] Diagram side(const compiler::AddressMatch& side, Variable variable);

  model::UnknownTable unknowns_;
  Diagrams diagrams_;
  std::vector<FactKey> keys_;
  std::map<FactKey, std::uint32_t> indices_;
};

}  // namespace polreach::solver::sets
