// SPDX-License-Identifier: Apache-2.0
// Policies and rules that change nothing, by proof: neither for the pods that there are, nor for
// any that someone could create. So a default deny that the policies of today's pods make
// superfluous is none of them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "compiler/resolve/classes.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/policy_text.h"
#include "solver/audit/kubernetes/superfluous.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using model::PolicyId;

class DeadAudit {
 public:
  explicit DeadAudit(Context& context)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        classes_(context.cluster(), {}, compiler::Classes::Nodes::Together) {}

  void run() {
    duplicates();
    const bool proofs = context_.wants("policy-redundant") || context_.wants("rule-redundant") ||
                        context_.wants("rule-contradicted");
    if (proofs) redundant();
  }

 private:
  // Duplicates ------------------------------------------------------------------------------------

  void duplicates() {
    std::map<std::string, std::vector<PolicyId>> by_text;
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      by_text[text_of(model_, model_.policies[i])].push_back(static_cast<PolicyId>(i));
    }
    for (const auto& [text, same] : by_text) {
      if (same.size() < 2) continue;
      duplicated_.insert(same.begin(), same.end());
      Finding finding = Context::finding("policy-duplicated", context_.name(same.front()), "");
      finding.where = model_[same[1]].where;
      std::vector<std::string> names;
      for (const PolicyId id : same) {
        const std::string name = context_.name(id);
        finding.causes.push_back({model_[id].where, name});
        if (id != same.front()) {
          finding.also.push_back(name);
          names.push_back(name);
        }
      }
      finding.message =
          fmt::format("{} {} the same", listed(names), names.size() == 1 ? "says" : "say");
      constexpr std::size_t kMostCauses = 5;
      if (finding.causes.size() > kMostCauses) finding.causes.resize(kMostCauses);
      context_.add(std::move(finding));
    }
  }

  // Redundancy ------------------------------------------------------------------------------------

  /// Where a policy can go its rules are not spoken of.
  void redundant() {
    const Probes probes(context_);
    Superfluous superfluous(context_, probes);
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const auto id = static_cast<PolicyId>(i);
      if (duplicated_.contains(id)) continue;
      if (probes.may_go(id) && superfluous.can_go({id, {}, 0})) {
        policy(id);
        continue;
      }
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        const auto& rules = model_[id].rules(direction);
        for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
          const RuleId part{id, direction, rule};
          if (probes.may_go(part) && superfluous.can_go({id, direction, rule})) {
            this->rule(part, probes.covering(part));
          }
        }
      }
    }
    if (superfluous.open() == 0) return;
    context_.unchecked("rule-redundant",
                       fmt::format("for {} policies and rules it was not proven whether they "
                                   "change anything",
                                   superfluous.open()));
  }

  void policy(PolicyId id) {
    Finding finding = Context::finding("policy-redundant", context_.name(id), "");
    finding.where = model_[id].where;
    finding.message = "exactly the same connections pass without it";
    finding.causes.push_back({model_[id].where, "it can go"});
    constexpr std::size_t kMostCauses = 4;
    std::set<PolicyId> others;
    for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
      if (!model_[id].rules(direction)) continue;
      const auto pod = selected(id, direction);
      if (!pod) continue;
      for (const PolicyId other : cluster_.candidates(*pod, direction)) {
        if (other != id) others.insert(other);
      }
    }
    for (const PolicyId other : others) {
      if (finding.causes.size() == kMostCauses) break;
      finding.causes.push_back(
          {model_[other].where, fmt::format("{} acts on the same pods", context_.name(other))});
    }
    rest(finding, id);
    context_.add(std::move(finding));
  }

  void rule(const RuleId& id, const Covering& covering) {
    const model::Action action = model_[id.policy].rules(id.direction)->at(id.rule).action;
    const bool contradicted = action == model::Action::Allow
                                  ? covering.allowing.empty() && !covering.denying.empty()
                                  : action == model::Action::Deny && covering.denying.empty() &&
                                        !covering.allowing.empty();
    Finding finding = Context::finding(contradicted ? "rule-contradicted" : "rule-redundant",
                                       context_.name(id.policy), Context::rule_name(id));
    finding.where = context_.where(id);
    finding.message =
        contradicted
            ? fmt::format("{} never decides: others decide the opposite first",
                          Context::rule_name(id))
            : fmt::format("exactly the same connections pass without {}", Context::rule_name(id));
    finding.causes.push_back({finding.where, contradicted ? "it never decides" : "it can go"});
    constexpr std::size_t kMostCauses = 4;
    for (const auto* rules : {&covering.denying, &covering.allowing}) {
      for (const RuleId& other : *rules) {
        if (finding.causes.size() == kMostCauses) break;
        finding.causes.push_back(
            {context_.where(other),
             fmt::format("{} of {} {} that", Context::rule_name(other), context_.name(other.policy),
                         rules == &covering.denying ? "stops" : "allows")});
      }
    }
    rest(finding, id.policy);
    context_.add(std::move(finding));
  }

  void rest(Finding& finding, PolicyId id) const {
    std::set<model::NamespaceId> namespaces;
    if (model_[id].tier == model::Tier::Network) namespaces.insert(model_[id].ns);
    context_.rest_on(finding, {}, namespaces);
  }

  // What covers it --------------------------------------------------------------------------------

  /// A pod that it selects and holds, if there is one: of the first class.
  [[nodiscard]] std::optional<EndpointId> selected(PolicyId id, Direction direction) {
    if (first_of_.empty()) {
      for (std::uint32_t each = 0; each < classes_.size(); ++each) {
        const EndpointId pod = classes_.members(each).front();
        if (context_.escapes(pod)) continue;
        for (const Direction side : {Direction::Ingress, Direction::Egress}) {
          for (const PolicyId policy : cluster_.candidates(pod, side)) {
            first_of_.emplace(std::pair{policy, side}, pod);
          }
        }
      }
    }
    const auto found = first_of_.find({id, direction});
    if (found == first_of_.end()) return std::nullopt;
    return found->second;
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  compiler::Classes classes_;
  std::set<PolicyId> duplicated_;
  std::map<std::pair<PolicyId, Direction>, EndpointId> first_of_;  // see selected()
};

}  // namespace

void audit_dead(Context& context) {
  if (context.model().policies.empty()) return;
  DeadAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
