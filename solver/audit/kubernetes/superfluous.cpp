// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/superfluous.h"

#include <algorithm>
#include <array>

#include "policies/source/result.h"
#include "solver/audit/kubernetes/containment.h"
#include "solver/queries/variants.h"

namespace polreach::solver::audit::kubernetes {

using model::Direction;
using model::PolicyId;

namespace {

constexpr std::array<Direction, 2> kDirections = {Direction::Ingress, Direction::Egress};

/// Different questions about all policies of a namespace: each takes some hundredths of a second,
/// or seconds where there are hundreds of rules.
constexpr std::size_t kMostProofs = 200;
/// Those about two rules take some thousandths.
constexpr std::size_t kMostSmallProofs = 2000;
/// Policies put into questions about namespaces, whether or not they turn out to be asked again.
constexpr std::size_t kMostWritten = 2'000'000;

std::optional<std::vector<model::Rule>>& rules_of(model::Policy& policy, Direction direction) {
  return direction == Direction::Ingress ? policy.ingress : policy.egress;
}

std::set<model::Symbol> keys_of(const model::Peer* peer) {
  std::set<model::Symbol> result;
  const auto* pods = peer == nullptr ? nullptr : std::get_if<model::PodPeer>(&peer->what);
  if (pods == nullptr || !pods->namespaces) return result;
  for (const model::Requirement& each : pods->namespaces->all_of) result.insert(each.key);
  return result;
}

}  // namespace

Superfluous::Superfluous(const Context& context, const Probes& probes, bool shortcuts)
    : model_(context.model()),
      cluster_(context.cluster()),
      probes_(probes),
      shortcuts_(shortcuts),
      small_(context.cluster().profile(), kMostSmallProofs),
      whole_(context.cluster().profile(), kMostProofs) {
  for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
    if (model_.policies[i].tier != model::Tier::Network) tiers_.push_back(static_cast<PolicyId>(i));
  }
}

bool Superfluous::can_go(const Part& part) {
  const std::optional<RuleId> rule =
      part.direction ? std::optional(RuleId{part.policy, *part.direction, part.rule})
                     : std::nullopt;
  if (rule) {
    gone_.rules.insert(*rule);
  } else {
    gone_.policies.insert(part.policy);
  }
  const Outcome outcome = without(part);
  if (outcome == Outcome::NotProven) ++open_;
  if (outcome == Outcome::Same) return true;
  if (rule) {
    gone_.rules.erase(*rule);
  } else {
    gone_.policies.erase(part.policy);
  }
  return false;
}

/// What changes without the part, which has gone.
Superfluous::Outcome Superfluous::without(const Part& part) {
  if (shortcuts_ && model_[part.policy].tier == model::Tier::Network) {
    if (is_needed(part)) return Outcome::Different;
    if (is_covered(part)) return Outcome::Same;
  }
  return ask_all(part.policy);
}

// By probes ---------------------------------------------------------------------------------------

bool Superfluous::is_needed(const Part& part) const {
  if (part.direction) return probes_.is_needed({part.policy, *part.direction, part.rule}, gone_);
  for (const Direction direction : kDirections) {
    const auto& rules = model_[part.policy].rules(direction);
    for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
      if (probes_.is_needed({part.policy, direction, rule}, gone_)) return true;
    }
  }
  return false;
}

// By other rules ----------------------------------------------------------------------------------

bool Superfluous::is_covered(const Part& part) {
  if (part.direction) return is_rule_covered({part.policy, *part.direction, part.rule});
  return std::all_of(kDirections.begin(), kDirections.end(), [&](Direction direction) {
    const auto& rules = model_[part.policy].rules(direction);
    if (!rules) return true;
    if (!is_isolated_besides(part.policy, direction)) return false;
    for (std::size_t rule = 0; rule < rules->size(); ++rule) {
      if (!is_rule_covered({part.policy, direction, rule})) return false;
    }
    return true;
  });
}

bool Superfluous::is_rule_covered(const RuleId& id) {
  const model::Rule& rule = model_[id.policy].rules(id.direction)->at(id.rule);
  std::vector<const model::Peer*> peers;
  for (const model::Peer& each : rule.peers) peers.push_back(&each);
  if (peers.empty()) peers.push_back(nullptr);
  return std::all_of(peers.begin(), peers.end(), [&](const model::Peer* peer) {
    const Piece piece{id.policy, id.direction, peer, &rule.ports};
    const std::optional<Piece> cover = within(piece, id);
    return cover && proves(piece, *cover);
  });
}

/// What one other rule allows of it and more, as far as that shows.
std::optional<Superfluous::Piece> Superfluous::within(const Piece& piece,
                                                      const RuleId& own) const {
  const model::Policy& policy = model_[own.policy];
  for (const PolicyId id : probes_.beside(own.policy, own.direction)) {
    const model::Policy& other = model_[id];
    if (other.tier != model::Tier::Network || !is_within(policy.subject, other.subject)) continue;
    const auto& rules = *other.rules(own.direction);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const RuleId rule{id, own.direction, i};
      if (rule == own || gone_.has(rule) || !is_within(*piece.ports, rules[i].ports)) continue;
      if (rules[i].peers.empty()) return Piece{id, own.direction, nullptr, &rules[i].ports};
      for (const model::Peer& peer : rules[i].peers) {
        if (is_within(cluster_, policy.ns, piece.peer, &peer)) {
          return Piece{id, own.direction, &peer, &rules[i].ports};
        }
      }
    }
  }
  return std::nullopt;
}

bool Superfluous::is_isolated_besides(PolicyId id, Direction direction) {
  for (const PolicyId other : probes_.beside(id, direction)) {
    if (gone_.has(other) || model_[other].tier != model::Tier::Network) continue;
    if (!is_within(model_[id].subject, model_[other].subject)) continue;
    return proves({id, direction, nullptr, nullptr}, {other, direction, nullptr, nullptr});
  }
  return false;
}

/// Z3 is asked about a model of the two alone, in a namespace of which only is known what they ask
/// about. Each stands in a policy that says nothing else.
bool Superfluous::proves(const Piece& piece, const Piece& cover) {
  model::Model before;
  before.symbols = model_.symbols;
  const model::Namespace& own = model_[model_[piece.policy].ns];
  std::set<model::Symbol> keys = keys_of(piece.peer);
  keys.merge(keys_of(cover.peer));
  model::LabelSet labels = model_.label_sets[own.labels];
  std::erase_if(labels.known,
                [&](const model::Label& each) { return !keys.contains(each.key); });
  std::erase_if(labels.unknown, [&](model::Symbol each) { return !keys.contains(each); });
  before.namespaces.push_back(own);
  before.namespaces.front().labels = before.label_sets.intern(std::move(labels));
  const auto policy_of = [&](const Piece& each) {
    model::Policy policy;
    policy.kind = policy.name = own.name;
    policy.subject = model_[each.policy].subject;
    rules_of(policy, each.direction).emplace();
    return policy;
  };
  const auto rule_of = [](const Piece& each) {
    model::Rule rule;
    if (each.peer != nullptr) rule.peers.push_back(*each.peer);
    rule.ports = *each.ports;
    return rule;
  };
  model::Model after = queries::copy_of(before);
  if (cover.policy == piece.policy) {
    after.policies.push_back(policy_of(cover));
    rules_of(after.policies.front(), cover.direction)->push_back(rule_of(cover));
    before.policies = after.policies;
    rules_of(before.policies.front(), piece.direction)->push_back(rule_of(piece));
  } else {
    model::Policy covering = policy_of(cover);
    if (cover.ports != nullptr) rules_of(covering, cover.direction)->push_back(rule_of(cover));
    model::Policy covered = policy_of(piece);
    if (piece.ports != nullptr) {
      // The policy stays, and isolates as before.
      after.policies = {covering, covered};
      rules_of(covered, piece.direction)->push_back(rule_of(piece));
    } else {
      after.policies = {covering};
    }
    before.policies = {std::move(covering), std::move(covered)};
  }
  switch (small_.compare(before, after)) {
    case Outcome::Same:
      return true;
    case Outcome::Different:
      throw source::InternalError("what is written within a rule is not allowed by it");
    case Outcome::NotProven:
      return false;
  }
  return false;
}

// The full question -------------------------------------------------------------------------------

/// A policy without what is gone; nothing: all of it is.
std::optional<model::Policy> Superfluous::left_of(PolicyId id) const {
  if (gone_.has(id)) return std::nullopt;
  model::Policy policy = model_[id];
  for (const Direction direction : kDirections) {
    auto& rules = rules_of(policy, direction);
    if (!rules) continue;
    for (std::size_t i = rules->size(); i-- > 0;) {
      if (!gone_.has(RuleId{id, direction, i})) continue;
      rules->erase(rules->begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return policy;
}

/// The policies that act beside a policy on the same pods: those of its namespace, and the other
/// tiers. What others say to the far ends of connections is the same with and without it.
Superfluous::Outcome Superfluous::ask_all(PolicyId policy) {
  if (written_ > kMostWritten) return Outcome::NotProven;
  const model::Policy& own = model_[policy];
  const bool network = own.tier == model::Tier::Network;
  std::vector<PolicyId> beside = network ? tiers_ : std::vector<PolicyId>();
  if (network) {
    const auto& same = cluster_.policies_in(own.ns);
    beside.insert(beside.end(), same.begin(), same.end());
    std::sort(beside.begin(), beside.end());
  } else {
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      beside.push_back(static_cast<PolicyId>(i));
    }
  }
  written_ += beside.size();
  model::Model before;
  before.symbols = model_.symbols;
  before.nodes = model_.nodes;
  for (model::Node& node : before.nodes) {
    node.labels = before.label_sets.intern(model_.label_sets[node.labels]);
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
    std::optional<model::Policy> left = left_of(id);
    if (!left) continue;
    left->ns = each.ns;
    after.policies.push_back(std::move(*left));
  }
  return whole_.compare(before, after);
}

/// All values that selectors of namespaces name, which may be names.
std::set<model::Symbol> Superfluous::names_in(const std::vector<PolicyId>& policies) const {
  std::set<model::Symbol> result;
  const auto add = [&](const model::Selector& selector) {
    for (const model::Requirement& each : selector.all_of) {
      result.insert(each.values.begin(), each.values.end());
    }
  };
  for (const PolicyId id : policies) {
    add(model_[id].namespaces);
    for (const Direction direction : kDirections) {
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

}  // namespace polreach::solver::audit::kubernetes
