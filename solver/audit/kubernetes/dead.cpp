// SPDX-License-Identifier: Apache-2.0
// Policies and rules that change nothing, by proof: neither for the pods that there are, nor for any
// that someone could create.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "compiler/resolve/peer_index.h"
#include "compiler/resolve/view.h"
#include "solver/audit/kubernetes/parts.h"
#include "solver/audit/kubernetes/policy_text.h"
#include "solver/audit/kubernetes/rule_causes.h"
#include "solver/queries/equivalence.h"
#include "solver/queries/redundancy.h"
#include "solver/queries/variants.h"

namespace polreach::solver::audit::kubernetes {
namespace {

using model::Direction;
using model::EndpointId;
using model::PolicyId;
using queries::Redundant;

class DeadAudit {
 public:
  explicit DeadAudit(Context& context)
      : context_(context),
        model_(context.model()),
        cluster_(context.cluster()),
        classes_(context.cluster(), {}),
        index_(context.cluster(), classes_) {}

  void run() {
    duplicates();
    const bool proofs = context_.wants("policy-redundant") || context_.wants("rule-redundant") ||
                        context_.wants("rule-contradicted");
    if (proofs && !model_.endpoints.empty()) redundant();
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
      finding.message = fmt::format("{} {} the same", listed(names),
                                    names.size() == 1 ? "says" : "say");
      constexpr std::size_t kMostCauses = 5;
      if (finding.causes.size() > kMostCauses) finding.causes.resize(kMostCauses);
      context_.add(std::move(finding));
    }
  }

  // Redundancy ------------------------------------------------------------------------------------

  /// What may be left out for the pods that there are is asked about once more, for all pods that
  /// someone could create: a default deny that today's policies make superfluous is none.
  void redundant() {
    // About ten seconds.
    constexpr std::size_t kMostWork = 1'000'000'000;
    const queries::Redundancy found = queries::redundant_parts(cluster_, kMostWork);
    if (found.untried > 0) {
      context_.unchecked("rule-redundant",
                         fmt::format("{} of {} policies and rules were not tried: the input is "
                                     "large",
                                     found.untried, found.untried + found.tried));
    }
    constexpr std::size_t kMostProofs = 200;
    std::size_t proofs = 0;
    std::size_t open = 0;
    for (const Redundant& part : found.found) {
      if (duplicated_.contains(part.policy)) continue;
      if (++proofs > kMostProofs) {
        ++open;
        continue;
      }
      const source::Result<queries::Equivalence> same = without(part);
      if (!same) {
        ++open;
      } else if (!same->counterexample) {
        report(part);
      }
    }
    if (open > 0) {
      context_.unchecked("rule-redundant",
                         fmt::format("for {} policies and rules it was not proven whether pods "
                                     "that do not exist yet would need them",
                                     open));
    }
  }

  /// The policies that act beside a policy on the same pods: those of its namespace, and the other
  /// tiers. What others say to the far ends of connections is the same with and without it.
  [[nodiscard]] source::Result<queries::Equivalence> without(const Redundant& part) const {
    model::Model before = queries::without_policies(model_);
    before.endpoints.clear();
    before.workloads.clear();
    model::Model after = queries::copy_of(before);
    const model::Policy& own = model_[part.policy];
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const model::Policy& each = model_.policies[i];
      const bool both_networks =
          each.tier == model::Tier::Network && own.tier == model::Tier::Network;
      if (both_networks && each.ns != own.ns) continue;
      before.policies.push_back(each);
      const bool is_it = static_cast<PolicyId>(i) == part.policy;
      if (is_it && !part.direction) continue;
      after.policies.push_back(each);
      if (!is_it) continue;
      model::Policy& changed = after.policies.back();
      auto& rules = *part.direction == Direction::Ingress ? *changed.ingress : *changed.egress;
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(part.rule));
    }
    const compiler::Cluster old_cluster(before, cluster_.profile());
    const compiler::Cluster new_cluster(after, cluster_.profile());
    return queries::equivalent(old_cluster, new_cluster);
  }

  void report(const Redundant& part) {
    if (part.direction) {
      rule({part.policy, *part.direction, part.rule});
    } else {
      policy(part.policy);
    }
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

  void rule(const RuleId& id) {
    const Covering covering = covering_of(id);
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
             fmt::format("{} of {} {} that", Context::rule_name(other),
                         context_.name(other.policy),
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

  /// Someone whom the rule matches.
  [[nodiscard]] std::optional<compiler::Party> matched(const RuleId& id) {
    const model::Policy& policy = model_[id.policy];
    const model::Rule& rule = policy.rules(id.direction)->at(id.rule);
    if (rule.peers.empty()) return compiler::Party(net::internet_addresses());
    for (const model::Peer& peer : rule.peers) {
      if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
        for (const auto& match : index_.matches(*pods, policy)) {
          return compiler::Party(classes_.members(match.id).front());
        }
      } else if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
        const net::AddressSet addresses = compiler::addresses_of(*block);
        if (!addresses.empty()) return compiler::Party(addresses);
      }
    }
    return std::nullopt;
  }

  struct Covering {
    std::vector<RuleId> allowing;
    std::vector<RuleId> denying;
  };

  /// The other rules that decide what the rule is about, for one connection.
  [[nodiscard]] Covering covering_of(const RuleId& id) {
    Covering result;
    const auto pod = selected(id.policy, id.direction);
    const auto other = matched(id);
    if (!pod || !other) return result;
    const bool egress = id.direction == Direction::Egress;
    const compiler::Party self = *pod;
    const compiler::Party& source = egress ? self : *other;
    const compiler::Party& destination = egress ? *other : self;
    const auto* to = std::get_if<EndpointId>(&destination);
    const model::Rule& rule = model_[id.policy].rules(id.direction)->at(id.rule);
    const net::Traffic traffic =
        compiler::traffic_of(rule, to == nullptr ? nullptr : &model_[*to]);
    const queries::DirectionReason reason =
        queries::explain(cluster_, id.direction, source, destination, traffic);
    const auto collect = [&](const std::vector<queries::RuleReason>& reasons,
                             std::vector<RuleId>& into) {
      for (const queries::RuleReason& each : reasons) {
        const auto& rules = *model_[each.policy].rules(id.direction);
        for (std::size_t i = 0; i < rules.size(); ++i) {
          const RuleId found{each.policy, id.direction, i};
          if (&rules[i] == each.rule && found != id) into.push_back(found);
        }
      }
    };
    collect(reason.allowing, result.allowing);
    collect(reason.denying, result.denying);
    return result;
  }

  Context& context_;
  const model::Model& model_;
  const compiler::Cluster& cluster_;
  compiler::Classes classes_;
  compiler::PeerIndex index_;
  std::set<PolicyId> duplicated_;
};

}  // namespace

void audit_dead(Context& context) {
  if (context.model().policies.empty()) return;
  DeadAudit(context).run();
}

}  // namespace polreach::solver::audit::kubernetes
