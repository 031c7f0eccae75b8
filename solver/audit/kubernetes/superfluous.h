// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "solver/audit/kubernetes/probes.h"
#include "solver/queries/equivalences.h"

namespace polreach::solver::audit::kubernetes {

/// A policy, or a rule of it.
struct Part {
  model::PolicyId policy{};
  std::optional<model::Direction> direction;  // nothing: the policy
  std::size_t rule = 0;
};

/// Proves that policies and rules change nothing: neither for the pods that there are, nor for any
/// that someone could create. What is found can go together: each is asked about without all that
/// was found before.
///
/// The full question is about all policies of a namespace and takes Z3 a long time where they are
/// many. So two others come first. Where a connection of the probes passes by the part alone, it is
/// needed, and nothing has to be proven. Where for each peer of a rule one other rule is found that
/// allows at least as much to at least as many pods (containment.h), Z3 is asked about these two
/// rules alone: policies only add to what others allow, so that what is within one of them is
/// within all. Questions that differ only in names are asked once (queries::Equivalences).
class Superfluous {
 public:
  /// `shortcuts`: false asks the full question about each part, and nothing else.
  Superfluous(const Context& context, const Probes& probes, bool shortcuts = true);

  /// Whether the part can go, besides all of which this has said yes before.
  bool can_go(const Part& part);
  /// Of how many parts it was not proven.
  [[nodiscard]] std::size_t open() const { return open_; }

 private:
  using Outcome = queries::Equivalences::Outcome;
  /// A rule of one peer, and the policy that holds it.
  struct Piece {
    model::PolicyId policy{};
    model::Direction direction = model::Direction::Ingress;
    const model::Peer* peer = nullptr;                       // everyone
    const std::vector<model::PortMatch>* ports = nullptr;    // nullptr: no rule, isolation alone
  };

  [[nodiscard]] Outcome without(const Part& part);
  [[nodiscard]] bool is_needed(const Part& part) const;
  [[nodiscard]] bool is_covered(const Part& part);
  [[nodiscard]] bool is_rule_covered(const RuleId& rule);
  [[nodiscard]] bool is_isolated_besides(model::PolicyId policy, model::Direction direction);
  [[nodiscard]] std::optional<Piece> within(const Piece& piece, const RuleId& own) const;
  [[nodiscard]] bool proves(const Piece& piece, const Piece& cover);
  [[nodiscard]] Outcome ask_all(model::PolicyId policy);
  [[nodiscard]] std::optional<model::Policy> left_of(model::PolicyId id) const;
  [[nodiscard]] std::set<model::Symbol> names_in(const std::vector<model::PolicyId>& ids) const;

  const model::Model& model_;
  const compiler::Cluster& cluster_;
  const Probes& probes_;
  bool shortcuts_;
  queries::Equivalences small_;  // of two rules
  queries::Equivalences whole_;  // of namespaces
  std::vector<model::PolicyId> tiers_;  // policies of the other tiers
  Gone gone_;  // with the part that is asked about
  std::size_t written_ = 0;  // policies put into questions
  std::size_t open_ = 0;
};

}  // namespace polreach::solver::audit::kubernetes
