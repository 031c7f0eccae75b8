// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
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

 private:
  class Builder;
  void find_isolating(const Builder& builder, const compiler::Cluster& cluster);
  void probe(const Builder& builder);

  const Context& context_;
  std::map<RuleId, Covering> superfluous_;
  std::set<std::pair<model::PolicyId, model::Direction>> isolates_alone_;
};

}  // namespace polreach::solver::audit::kubernetes
