// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "solver/audit/kubernetes/context.h"

namespace polreach::solver::audit::kubernetes {

/// What stands beside a rule: the others that decide what it is about.
struct Covering {
  std::vector<RuleId> allowing;
  std::vector<RuleId> denying;
};

/// Policies and rules that are taken away.
struct Gone {
  std::set<RuleId> rules;
  std::set<model::PolicyId> policies;

  [[nodiscard]] bool has(model::PolicyId id) const { return policies.contains(id); }
  [[nodiscard]] bool has(const RuleId& id) const { return has(id.policy) || rules.contains(id); }
};

/// Finds policies and rules that may be superfluous, without a proof: for each rule it makes the
/// plainest pods that the rule is about, and sees whether any other rule decides what passes
/// between them. A rule that is not needed there may be needed elsewhere; one that is needed there
/// is not superfluous.
class Probes {
 public:
  explicit Probes(const Context& context);
  ~Probes();
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  /// Policies of which every rule, and being selected by which, may make no difference.
  [[nodiscard]] bool may_go(model::PolicyId policy) const;
  /// Rules likewise; with what decides in their place.
  [[nodiscard]] bool may_go(const RuleId& rule) const { return superfluous_.contains(rule); }
  [[nodiscard]] Covering covering(const RuleId& rule) const;

  /// Whether a rule of a NetworkPolicy is needed for certain beside what is left: some connection
  /// of its probes passes by it alone. `gone` may hold its policy: then it is asked whether the
  /// policy is needed for the sake of the rule.
  [[nodiscard]] bool is_needed(const RuleId& rule, const Gone& gone) const;
  /// NetworkPolicies that select the plainest pod that a policy selects: all that select each pod
  /// of it are among them.
  [[nodiscard]] const std::vector<model::PolicyId>& beside(model::PolicyId policy,
                                                           model::Direction direction) const;

 private:
  class Builder;
  struct Probe;
  struct Box;
  [[nodiscard]] bool shows_need(const Probe& probe, const Gone& gone) const;
  [[nodiscard]] bool passes_far_end(const Probe& probe, const std::vector<Box>& boxes) const;
  void find_isolating();
  void probe();

  const Context& context_;
  std::unique_ptr<Builder> builder_;
  std::unique_ptr<compiler::Cluster> cluster_;  // of its model
  /// The same where ipBlocks do not match pods; nullptr: they always do.
  std::unique_ptr<compiler::Cluster> strict_;
  std::map<RuleId, Covering> superfluous_;
  std::set<std::pair<model::PolicyId, model::Direction>> isolates_alone_;
};

}  // namespace polreach::solver::audit::kubernetes
