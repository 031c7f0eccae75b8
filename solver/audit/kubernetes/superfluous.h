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
/// The full question is about all policies of a namespace, and takes Z3 a long time where they are
/// many. So others come first, which are as good:
/// - Where a connection of the probes passes by the part alone, it is needed.
/// - A rule is superfluous where that is so for each of its peers. Where one other rule is seen to
///   allow at least as much to at least as many pods (containment.h), Z3 is asked about these two
///   alone: policies only add to what others allow.
/// - Else Z3 is asked about the policies and rules that can have to do with packets of that peer.
/// - A policy beside which others isolate its pods is superfluous where its rules for ingress are,
///   and those for egress once these are gone.
/// Questions that differ only in names are asked once (queries::Equivalences).
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
    const model::Peer* peer = nullptr;                     // everyone
    const std::vector<model::PortMatch>* ports = nullptr;  // nullptr: no rule, isolation alone
  };

  /// Policies put into questions, whether or not these turn out to be asked again.
  static constexpr std::size_t kMostWritten = 2'000'000;
  static std::optional<std::vector<model::Rule>>& rules_of(model::Policy& policy,
                                                           model::Direction direction);

  [[nodiscard]] Outcome without(const Part& part);
  [[nodiscard]] bool is_needed(const Part& part) const;
  [[nodiscard]] Outcome without_rule(const RuleId& rule);
  [[nodiscard]] Outcome without_policy(model::PolicyId policy);
  [[nodiscard]] bool is_isolated_besides(model::PolicyId policy, model::Direction direction);
  [[nodiscard]] std::optional<Piece> within(const Piece& piece, const RuleId& own) const;
  [[nodiscard]] bool proves(const Piece& piece, const Piece& cover);
  [[nodiscard]] Outcome ask_around(const Piece& piece);
  [[nodiscard]] std::vector<model::Rule> around(model::PolicyId id, model::Direction direction,
                                                const Piece& piece) const;
  void forget_addresses(const Piece& piece, std::vector<model::Policy>& left) const;
  [[nodiscard]] std::optional<model::Selector> far_pods(const Piece& piece) const;
  [[nodiscard]] model::Model spaces_of(const std::vector<const model::Policy*>& policies,
                                       std::optional<model::NamespaceId> own) const;
  [[nodiscard]] Outcome ask_all(model::PolicyId policy);
  [[nodiscard]] std::vector<model::PolicyId> beside(model::NamespaceId ns) const;
  [[nodiscard]] std::optional<model::Policy> left_of(model::PolicyId id) const;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  const Probes& probes_;
  bool shortcuts_;
  queries::Equivalences small_;  // of two rules, or few
  queries::Equivalences whole_;  // of namespaces
  std::vector<model::PolicyId> all_;
  std::vector<model::PolicyId> tiers_;  // policies of the other tiers
  Gone gone_;                           // with the part that is asked about
  std::size_t written_ = 0;             // policies put into questions
  std::size_t open_ = 0;
};

}  // namespace polreach::solver::audit::kubernetes
