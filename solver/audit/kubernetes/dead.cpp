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
#include "solver/audit/kubernetes/probes.h"
#include "solver/queries/equivalence.h"
#include "solver/queries/variants.h"

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
        classes_(context.cluster(), {}) {}

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
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const auto id = static_cast<PolicyId>(i);
      if (duplicated_.contains(id)) continue;
      if (probes.may_go(id) && is_superfluous({id, {}, 0})) {
        policy(id);
        continue;
      }
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        const auto& rules = model_[id].rules(direction);
        for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
          const RuleId part{id, direction, rule};
          if (probes.may_go(part) && is_superfluous({id, direction, rule})) {
            this->rule(part, probes.covering(part));
          }
        }
      }
    }
    if (open_ == 0) return;
    context_.unchecked("rule-redundant",
                       fmt::format("for {} policies and rules it was not proven whether they "
                                   "change anything",
                                   open_));
  }

  /// A policy, or a rule of it.
  struct Part {
    PolicyId policy{};
    std::optional<Direction> direction;
    std::size_t rule = 0;
  };

  [[nodiscard]] bool is_superfluous(const Part& part) {
    // Each takes some hundredths of a second.
    constexpr std::size_t kMostProofs = 200;
    if (++proofs_ > kMostProofs) {
      ++open_;
      return false;
    }
    const source::Result<queries::Equivalence> same = without(part);
    if (!same) {
      ++open_;
    } else if (!same->counterexample) {
      gone_.push_back(part);
      return true;
    }
    return false;
  }

  /// A policy without the part, and without all parts that were found superfluous before it: so
  /// that what is reported can go together. Nothing: the policy itself can go.
  [[nodiscard]] std::optional<model::Policy> left_of(PolicyId id, const Part& part) const {
    model::Policy policy = model_[id];
    std::set<RuleId> rules;
    const auto take = [&](const Part& each) {
      if (each.policy != id) return true;
      if (each.direction) rules.insert({id, *each.direction, each.rule});
      return each.direction.has_value();
    };
    if (!take(part) || !std::all_of(gone_.begin(), gone_.end(), take)) return std::nullopt;
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
      auto& list = rule->direction == Direction::Ingress ? *policy.ingress : *policy.egress;
      list.erase(list.begin() + static_cast<std::ptrdiff_t>(rule->rule));
    }
    return policy;
  }

  /// The policies that act beside a policy on the same pods: those of its namespace, and the other
  /// tiers. What others say to the far ends of connections is the same with and without it.
  [[nodiscard]] source::Result<queries::Equivalence> without(const Part& part) const {
    const model::Policy& own = model_[part.policy];
    const bool network = own.tier == model::Tier::Network;
    model::Model before;
    before.symbols = model_.symbols;
    before.nodes = model_.nodes;
    for (model::Node& node : before.nodes) {
      node.labels = before.label_sets.intern(model_.label_sets[node.labels]);
    }
    std::vector<PolicyId> beside;
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const model::Policy& each = model_.policies[i];
      const bool elsewhere = network && each.tier == model::Tier::Network && each.ns != own.ns;
      if (!elsewhere) beside.push_back(static_cast<PolicyId>(i));
    }
    model::NamespaceId kept_own{};
    // Namespaces that could be created have all labels that others have, but for their names.
    const std::set<model::Symbol> names = names_in(beside);
    for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
      const bool is_own = network && static_cast<model::NamespaceId>(i) == own.ns;
      if (is_own) kept_own = static_cast<model::NamespaceId>(before.namespaces.size());
      if (network && !is_own && !names.contains(model_.namespaces[i].name)) continue;
      before.namespaces.push_back(model_.namespaces[i]);
      before.namespaces.back().labels =
          before.label_sets.intern(model_.label_sets[model_.namespaces[i].labels]);
    }
    model::Model after = queries::copy_of(before);
    for (const PolicyId id : beside) {
      model::Policy each = model_[id];
      if (network) each.ns = kept_own;
      before.policies.push_back(each);
      std::optional<model::Policy> left = left_of(id, part);
      if (!left) continue;
      left->ns = each.ns;
      after.policies.push_back(std::move(*left));
    }
    const compiler::Cluster old_cluster(before, cluster_.profile());
    const compiler::Cluster new_cluster(after, cluster_.profile());
    return queries::equivalent(old_cluster, new_cluster);
  }

  /// All values that selectors of namespaces name, which may be names.
  [[nodiscard]] std::set<model::Symbol> names_in(const std::vector<PolicyId>& policies) const {
    std::set<model::Symbol> result;
    const auto add = [&](const model::Selector& selector) {
      for (const model::Requirement& each : selector.all_of) {
        result.insert(each.values.begin(), each.values.end());
      }
    };
    for (const PolicyId id : policies) {
      add(model_[id].namespaces);
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        const auto& rules = model_[id].rules(direction);
        if (!rules) continue;
        for (const model::Rule& rule : *rules) {
          for (const model::Peer& peer : rule.peers) {
            const auto* pods = std::get_if<model::PodPeer>(&peer.what);
            if (pods != nullptr && pods->namespaces) add(*pods->namespaces);
          }
        }
      }
    }
    return result;
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

  [[nodiscard]] std::optional<EndpointId> selected(PolicyId id, Direction direction) const {
    for (std::uint32_t each = 0; each < classes_.size(); ++each) {
      const EndpointId pod = classes_.members(each).front();
      const auto& candidates = cluster_.candidates(pod, direction);
      const bool is_one = std::find(candidates.begin(), candidates.end(), id) != candidates.end();
      if (is_one && !context_.escapes(pod)) return pod;
    }
    return std::nullopt;
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  compiler::Classes classes_;
  std::set<PolicyId> duplicated_;
  std::vector<Part> gone_;
  std::size_t proofs_ = 0;
  std::size_t open_ = 0;
};

}  // namespace

void audit_dead(Context& context) {
  if (context.model().policies.empty()) return;
  DeadAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
