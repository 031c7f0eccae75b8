// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "tests/agreement/generator.h"
#include "tests/agreement/rewrite.h"

namespace polreach::agreement {
namespace {

using model::Action;
using model::Tier;

struct List {
  std::vector<RuleSpec>* rules;
  bool egress;
};

/// Every list of rules of the admin and baseline tiers.
std::vector<List> lists_of(Spec& spec) {
  std::vector<List> result;
  for (PolicySpec& policy : spec.policies) {
    if (policy.tier == Tier::Network) continue;
    if (policy.ingress) result.push_back({&*policy.ingress, false});
    if (policy.egress) result.push_back({&*policy.egress, true});
  }
  return result;
}

void insert_somewhere(std::vector<RuleSpec>& rules, RuleSpec rule, Random& random) {
  const auto place = static_cast<std::ptrdiff_t>(random.below(rules.size() + 1));
  rules.insert(rules.begin() + place, std::move(rule));
}

/// A rule of another cluster for the direction; of domain names only rules that allow may speak.
RuleSpec rule_from_elsewhere(bool egress, Action action, Random& random) {
  for (std::uint64_t seed = random.next();; ++seed) {
    Spec other = generate(seed, {false, 100});
    std::vector<RuleSpec> candidates;
    for (const List& list : lists_of(other)) {
      if (list.egress != egress) continue;
      for (const RuleSpec& rule : *list.rules) {
        const bool names_domains = std::any_of(
            rule.peers.begin(), rule.peers.end(),
            [](const PeerSpec& peer) { return std::holds_alternative<DomainPeerSpec>(peer); });
        if (!names_domains || action == Action::Allow) candidates.push_back(rule);
      }
    }
    if (candidates.empty()) continue;
    RuleSpec result = random.pick(candidates);
    result.action = action;
    return result;
  }
}

}  // namespace

Spec with_another_tier_rule(Spec spec, Action action, Random& random) {
  const std::vector<List> lists = lists_of(spec);
  if (lists.empty()) return spec;
  const List& list = random.pick(lists);
  insert_somewhere(*list.rules, rule_from_elsewhere(list.egress, action, random), random);
  return spec;
}

Spec with_idle_tier_rule(Spec spec, Random& random) {
  static const std::vector<Action> actions = {Action::Allow, Action::Deny, Action::Pass};
  const std::vector<List> lists = lists_of(spec);
  if (lists.empty()) return spec;
  PodPeerSpec nobody{
      SelectorSpec{},
      {{"app", model::Operator::In, {"web"}}, {"app", model::Operator::NotIn, {"web", "other"}}}};
  RuleSpec rule;
  rule.action = random.pick(actions);
  rule.peers.emplace_back(std::move(nobody));
  insert_somewhere(*random.pick(lists).rules, std::move(rule), random);
  return spec;
}

Spec with_moved_priorities(Spec spec, Random& random) {
  for (Tier tier : {Tier::Admin, Tier::Baseline}) {
    const int offset = random.between(1, 50);
    for (PolicySpec& policy : spec.policies) {
      if (policy.tier == tier) policy.priority += offset;
    }
  }
  return spec;
}

Spec with_tier_policy_cut(Spec spec, Random& random) {
  std::vector<std::size_t> tiered;
  for (std::size_t i = 0; i < spec.policies.size(); ++i) {
    if (spec.policies[i].tier != Tier::Network) tiered.push_back(i);
  }
  if (tiered.empty()) return spec;
  PolicySpec& first = spec.policies[random.pick(tiered)];
  PolicySpec second = first;
  second.name = "a-" + second.name;  // the priority decides, not the name
  second.priority += 1;
  const auto cut = [&](std::optional<std::vector<RuleSpec>>& before,
                       std::optional<std::vector<RuleSpec>>& after) {
    if (!before) return;
    const auto place = static_cast<std::ptrdiff_t>(random.below(before->size() + 1));
    after->assign(before->begin() + place, before->end());
    before->resize(static_cast<std::size_t>(place));
  };
  cut(first.ingress, second.ingress);
  cut(first.egress, second.egress);
  spec.policies.push_back(std::move(second));
  return spec;
}

Spec with_baseline_pass_as_allow(Spec spec) {
  for (PolicySpec& policy : spec.policies) {
    if (policy.tier != Tier::Baseline) continue;
    for (auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules) continue;
      for (RuleSpec& rule : **rules) {
        if (rule.action == Action::Pass) rule.action = Action::Allow;
      }
    }
  }
  return spec;
}

}  // namespace polreach::agreement
