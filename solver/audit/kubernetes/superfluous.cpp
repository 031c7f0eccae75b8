// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/superfluous.h"

#include <algorithm>
#include <set>

#include "policies/model/directions.h"
#include "policies/source/result.h"
#include "solver/audit/kubernetes/containment.h"
#include "solver/queries/variants.h"

namespace polreach::solver::audit::kubernetes {

using model::Direction;
using model::PolicyId;

namespace {

/// Different questions about all policies of a namespace: each takes some hundredths of a second,
/// or seconds where there are hundreds of rules.
constexpr std::size_t kMostProofs = 200;
/// Those about few rules take some thousandths.
constexpr std::size_t kMostSmallProofs = 1000;

}  // namespace

Superfluous::Superfluous(const Context& context, const Probes& probes, bool shortcuts)
    : model_(context.model()),
      cluster_(context.cluster()),
      probes_(probes),
      shortcuts_(shortcuts),
      small_(context.cluster().profile(), kMostSmallProofs),
      whole_(context.cluster().profile(), kMostProofs) {
  for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
    all_.push_back(static_cast<PolicyId>(i));
    if (model_.policies[i].tier != model::Tier::Network) tiers_.push_back(static_cast<PolicyId>(i));
  }
}

std::optional<std::vector<model::Rule>>& Superfluous::rules_of(model::Policy& policy,
                                                               Direction direction) {
  return direction == Direction::Ingress ? policy.ingress : policy.egress;
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
    if (!part.direction) return without_policy(part.policy);
    return without_rule({part.policy, *part.direction, part.rule});
  }
  return ask_all(part.policy);
}

// By probes ---------------------------------------------------------------------------------------

bool Superfluous::is_needed(const Part& part) const {
  if (part.direction) return probes_.is_needed({part.policy, *part.direction, part.rule}, gone_);
  for (const Direction direction : model::kDirections) {
    const auto& rules = model_[part.policy].rules(direction);
    for (std::size_t rule = 0; rules && rule < rules->size(); ++rule) {
      if (probes_.is_needed({part.policy, direction, rule}, gone_)) return true;
    }
  }
  return false;
}

// By other rules ----------------------------------------------------------------------------------

/// Peer by peer: a rule adds something exactly where it does with one of its peers.
Superfluous::Outcome Superfluous::without_rule(const RuleId& id) {
  const model::Rule& rule = model_[id.policy].rules(id.direction)->at(id.rule);
  std::vector<const model::Peer*> peers;
  for (const model::Peer& each : rule.peers) peers.push_back(&each);
  if (peers.empty()) peers.push_back(nullptr);
  Outcome result = Outcome::Same;
  for (const model::Peer* peer : peers) {
    const Piece piece{id.policy, id.direction, peer, &rule.ports};
    const std::optional<Piece> cover = within(piece, id);
    if (cover && proves(piece, *cover)) continue;
    const Outcome outcome = ask_around(piece);
    if (outcome == Outcome::Different) return outcome;
    if (outcome == Outcome::NotProven) result = outcome;
  }
  return result;
}

/// Its rules go one direction after the other: a connection may need one of each.
Superfluous::Outcome Superfluous::without_policy(PolicyId id) {
  for (const Direction direction : model::kDirections) {
    const bool isolates = model_[id].rules(direction).has_value();
    if (isolates && !is_isolated_besides(id, direction)) return ask_all(id);
  }
  gone_.policies.erase(id);
  Outcome result = Outcome::Same;
  for (const Direction direction : model::kDirections) {
    const auto& rules = model_[id].rules(direction);
    const std::size_t count = rules ? rules->size() : 0;
    for (std::size_t i = 0; i < count; ++i) gone_.rules.insert({id, direction, i});
    for (std::size_t i = 0; i < count && result == Outcome::Same; ++i) {
      result = without_rule({id, direction, i});
    }
  }
  for (const Direction direction : model::kDirections) {
    const auto& rules = model_[id].rules(direction);
    for (std::size_t i = 0; rules && i < rules->size(); ++i) gone_.rules.erase({id, direction, i});
  }
  gone_.policies.insert(id);
  return result;
}

/// What one other rule allows of it and more, as far as that shows.
std::optional<Superfluous::Piece> Superfluous::within(const Piece& piece, const RuleId& own) const {
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

/// Z3 is asked about a model of the two alone. Each stands in a policy that says nothing else.
bool Superfluous::proves(const Piece& piece, const Piece& cover) {
  const auto policy_of = [&](const Piece& each) {
    model::Policy policy;
    policy.kind = policy.name = model_[each.policy].name;
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
  std::vector<model::Policy> with_piece;
  std::vector<model::Policy> left;
  if (cover.policy == piece.policy) {
    left.push_back(policy_of(cover));
    rules_of(left.front(), cover.direction)->push_back(rule_of(cover));
    with_piece = left;
    rules_of(with_piece.front(), piece.direction)->push_back(rule_of(piece));
  } else {
    left.push_back(policy_of(cover));
    if (cover.ports != nullptr) rules_of(left.front(), cover.direction)->push_back(rule_of(cover));
    with_piece = {left.front(), policy_of(piece)};
    if (piece.ports != nullptr) {
      // The policy stays, and isolates as before.
      left.push_back(with_piece.back());
      rules_of(with_piece.back(), piece.direction)->push_back(rule_of(piece));
    }
  }
  model::Model before =
      spaces_of({&with_piece.front(), &with_piece.back()}, model_[piece.policy].ns);
  model::Model after = before;
  before.policies = std::move(with_piece);
  after.policies = std::move(left);
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
  for (const Direction direction : model::kDirections) {
    auto& rules = rules_of(policy, direction);
    if (!rules) continue;
    for (std::size_t i = rules->size(); i-- > 0;) {
      if (!gone_.has(RuleId{id, direction, i})) continue;
      rules->erase(rules->begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return policy;
}

/// The policies that act beside those of a namespace on the same pods: these, and the other tiers,
/// in the order in which they decide. What others say to the far ends of connections is the same
/// with and without any of them.
std::vector<PolicyId> Superfluous::beside(model::NamespaceId ns) const {
  std::vector<PolicyId> result = tiers_;
  const auto& same = cluster_.policies_in(ns);
  result.insert(result.end(), same.begin(), same.end());
  std::sort(result.begin(), result.end());
  return result;
}

Superfluous::Outcome Superfluous::ask_all(PolicyId policy) {
  if (written_ > kMostWritten) return Outcome::NotProven;
  const model::Policy& own = model_[policy];
  const bool network = own.tier == model::Tier::Network;
  const std::vector<PolicyId> ids = network ? beside(own.ns) : all_;
  written_ += ids.size();
  std::vector<const model::Policy*> all;
  for (const PolicyId id : ids) all.push_back(&model_[id]);
  model::Model before = spaces_of(all, network ? std::optional(own.ns) : std::nullopt);
  model::Model after = before;
  for (const PolicyId id : ids) {
    model::Policy each = model_[id];
    if (network) each.ns = {};  // the first
    before.policies.push_back(each);
    std::optional<model::Policy> left = left_of(id);
    if (!left) continue;
    left->ns = each.ns;
    after.policies.push_back(std::move(*left));
  }
  return whole_.compare(before, after);
}

}  // namespace polreach::solver::audit::kubernetes
