// SPDX-License-Identifier: Apache-2.0
// Questions about one peer of a rule: what of a namespace can have to do with its packets, written
// so that what does not matter is not in it.
#include <algorithm>
#include <set>
#include <utility>

#include "compiler/resolve/view.h"
#include "policies/model/directions.h"
#include "policies/model/policies.h"
#include "solver/audit/kubernetes/containment.h"
#include "solver/audit/kubernetes/superfluous.h"
#include "solver/queries/variants.h"

namespace polreach::solver::audit::kubernetes {

using compiler::Cluster;
using model::Direction;
using model::PolicyId;

namespace {

bool is_block(const model::Peer* peer) {
  return peer != nullptr && std::holds_alternative<model::BlockPeer>(peer->what);
}

/// A rule of one peer.
model::Rule rule_of(const model::Peer* peer, std::vector<model::PortMatch> ports) {
  model::Rule rule;
  if (peer != nullptr) rule.peers.push_back(*peer);
  rule.ports = std::move(ports);
  return rule;
}

bool is_same(const model::Selector& a, const model::Selector& b) {
  return is_within(a, b) && is_within(b, a);
}

/// Leaves out rules that lie within others, and puts the rest in an order that does not depend on
/// names. Each is of one peer.
void leave_out_covered(const Cluster& cluster, model::NamespaceId ns,
                       std::vector<model::Rule>& rules) {
  const auto peer_of = [](const model::Rule& rule) {
    return rule.peers.empty() ? nullptr : &rule.peers.front();
  };
  std::vector<std::pair<queries::QuestionForm, model::Rule>> kept;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto covers = [&](std::size_t j) {
      return is_within(rules[i].ports, rules[j].ports) &&
             is_within(cluster, ns, peer_of(rules[i]), peer_of(rules[j]));
    };
    bool is_covered = false;
    for (std::size_t j = 0; j < rules.size() && !is_covered; ++j) {
      if (j == i || !covers(j)) continue;
      // Of two that say the same the first stays.
      const bool both = is_within(rules[j].ports, rules[i].ports) &&
                        is_within(cluster, ns, peer_of(rules[j]), peer_of(rules[i]));
      is_covered = !both || j < i;
    }
    if (is_covered) continue;
    model::Policy alone;
    alone.ingress.emplace().push_back(rules[i]);
    kept.emplace_back(queries::form_of(alone), rules[i]);
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  rules.clear();
  for (auto& [form, rule] : kept) rules.push_back(std::move(rule));
}

}  // namespace

/// The pods of the policies' own namespace that can be at the far end of a peer; nothing: none.
std::optional<model::Selector> Superfluous::far_pods(const Piece& piece) const {
  if (piece.peer == nullptr) return model::Selector();
  if (const auto* pods = std::get_if<model::PodPeer>(&piece.peer->what)) {
    const model::Peer own{model::PodPeer{std::nullopt, pods->pods}, {}};
    if (!may_meet(cluster_, model_[piece.policy].ns, piece.peer, &own)) return std::nullopt;
    return pods->pods;
  }
  const auto* block = std::get_if<model::BlockPeer>(&piece.peer->what);
  const bool outside = block != nullptr && !block->matches_pods &&
                       cluster_.profile().ipblock_matches_pods == model::Reading::No;
  if (outside) return std::nullopt;
  return model::Selector();
}

/// The rules of a policy, as far as they have not gone, that can have to do with the packets that a
/// piece lets pass: at the pods of its policy, or at the far end. A rule for each peer, with the
/// ports that count.
std::vector<model::Rule> Superfluous::around(PolicyId id, Direction direction,
                                             const Piece& piece) const {
  const model::Policy& own = model_[piece.policy];
  const model::Peer near{model::PodPeer{std::nullopt, own.subject}, {}};
  const bool is_near = direction == piece.direction;
  std::vector<model::Rule> result;
  const auto& rules = *model_[id].rules(direction);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (gone_.has(RuleId{id, direction, i})) continue;
    std::vector<model::PortMatch> ports;
    for (const model::PortMatch& each : rules[i].ports) {
      if (may_meet({each}, *piece.ports)) ports.push_back(each);
    }
    if (ports.empty() && !rules[i].ports.empty()) continue;
    if (rules[i].peers.empty()) result.push_back(rule_of(nullptr, ports));
    for (const model::Peer& each : rules[i].peers) {
      if (!may_meet(cluster_, own.ns, &each, is_near ? piece.peer : &near)) continue;
      result.push_back(rule_of(&each, ports));
    }
  }
  return result;
}

/// Whether the piece adds something to what is left, and is not left itself. NetworkPolicies with
/// one subject are written as one: it is the union of their rules that counts.
Superfluous::Outcome Superfluous::ask_around(const Piece& piece) {
  const model::NamespaceId own = model_[piece.policy].ns;
  const std::optional<model::Selector> far = far_pods(piece);
  std::vector<model::Policy> left(1);  // the first holds the piece
  left.front().subject = model_[piece.policy].subject;
  rules_of(left.front(), piece.direction).emplace();
  for (const PolicyId id : cluster_.policies_in(own)) {
    if (gone_.has(id)) continue;
    const model::Policy& written = model_[id];
    for (const Direction direction : model::kDirections) {
      const bool is_near = direction == piece.direction;
      const bool acts =
          written.rules(direction) && (is_near ? may_meet(written.subject, left.front().subject)
                                               : far && may_meet(written.subject, *far));
      if (!acts) continue;
      auto same = std::find_if(left.begin(), left.end(), [&](const model::Policy& each) {
        return is_same(each.subject, written.subject);
      });
      if (same == left.end()) {
        same = left.emplace(left.end());
        same->subject = written.subject;
      }
      auto& rules = rules_of(*same, direction);
      if (!rules) rules.emplace();
      const std::vector<model::Rule> more = around(id, direction, piece);
      rules->insert(rules->end(), more.begin(), more.end());
    }
  }
  if (tiers_.empty()) forget_addresses(piece, left);
  std::vector<std::pair<queries::QuestionForm, model::Policy>> ordered;
  for (model::Policy& each : left) {
    each.kind = each.name = model_[piece.policy].name;
    for (const Direction direction : model::kDirections) {
      if (auto& rules = rules_of(each, direction)) leave_out_covered(cluster_, own, *rules);
    }
    ordered.emplace_back(queries::form_of(each), each);
  }
  std::stable_sort(ordered.begin() + 1, ordered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  left.clear();
  // The other tiers, in the order in which they decide, around the NetworkPolicies.
  const auto add_tier = [&](model::Tier tier) {
    for (const PolicyId id : tiers_) {
      if (model_[id].tier == tier) left.push_back(model_[id]);
    }
  };
  add_tier(model::Tier::Admin);
  const std::size_t holder = left.size();
  for (auto& [form, policy] : ordered) left.push_back(std::move(policy));
  add_tier(model::Tier::Baseline);
  std::vector<model::Policy> with_piece = left;
  rules_of(with_piece[holder], piece.direction)->push_back(rule_of(piece.peer, *piece.ports));
  std::vector<const model::Policy*> all;
  for (const model::Policy& each : with_piece) all.push_back(&each);
  written_ += all.size();
  if (written_ > kMostWritten) return Outcome::NotProven;
  model::Model before = spaces_of(all, own);
  model::Model after = before;
  before.policies = std::move(with_piece);
  after.policies = std::move(left);
  return small_.compare(before, after);
}

/// Of a piece about pods no ipBlock decides by which addresses it names: both ends can have any
/// address. At its own policies' pods the far end can have one that none of their ipBlocks names,
/// unless they name all; at the far end it only counts that there is one that they name.
void Superfluous::forget_addresses(const Piece& piece, std::vector<model::Policy>& left) const {
  if (piece.peer == nullptr || is_block(piece.peer)) return;
  net::AddressSet named;
  for (model::Policy& policy : left) {
    const auto& rules = rules_of(policy, piece.direction);
    if (!rules) continue;
    for (const model::Rule& rule : *rules) {
      if (rule.peers.empty() || !is_block(&rule.peers.front())) continue;
      named |= compiler::addresses_of(std::get<model::BlockPeer>(rule.peers.front().what));
    }
  }
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    if (named.contains(net::all_addresses(family))) return;
  }
  for (model::Policy& policy : left) {
    if (auto& rules = rules_of(policy, piece.direction)) {
      std::erase_if(*rules, [](const model::Rule& rule) {
        return !rule.peers.empty() && is_block(&rule.peers.front());
      });
    }
    auto& far = rules_of(
        policy, piece.direction == Direction::Ingress ? Direction::Egress : Direction::Ingress);
    if (!far) continue;
    for (model::Rule& rule : *far) {
      if (rule.peers.empty() || !is_block(&rule.peers.front())) continue;
      auto& block = std::get<model::BlockPeer>(rule.peers.front().what);
      if (compiler::addresses_of(block).empty()) continue;
      const bool v4 = block.cidr.address.family == net::Family::V4;
      block.cidr = *net::Prefix::parse(v4 ? "10.0.0.0/8" : "fd00::/8");
      block.except.clear();
    }
  }
}

/// A model with the namespaces that policies can tell from new ones: their own, which comes first,
/// and those that selectors name. All others could be created as well, with their labels. Nodes
/// only where a peer names some.
model::Model Superfluous::spaces_of(const std::vector<const model::Policy*>& policies,
                                    std::optional<model::NamespaceId> own) const {
  std::set<model::Symbol> keys;
  std::set<model::Symbol> values;
  const auto add = [&](const model::Selector& selector) {
    for (const model::Requirement& each : selector.all_of) {
      keys.insert(each.key);
      values.insert(each.values.begin(), each.values.end());
    }
  };
  for (const model::Policy* policy : policies) {
    add(policy->namespaces);
    for (const Direction direction : model::kDirections) {
      const auto& rules = policy->rules(direction);
      if (!rules) continue;
      for (const model::Rule& rule : *rules) {
        for (const model::Peer& peer : rule.peers) {
          const auto* pods = std::get_if<model::PodPeer>(&peer.what);
          if (pods != nullptr && pods->namespaces) add(*pods->namespaces);
        }
      }
    }
  }
  model::Model result;
  result.symbols = model_.symbols;
  const bool with_nodes = std::any_of(policies.begin(), policies.end(),
                                      [](const auto* each) { return model::names_nodes(*each); });
  if (with_nodes) result.nodes = model_.nodes;
  for (model::Node& node : result.nodes) {
    node.labels = result.label_sets.intern(model_.label_sets[node.labels]);
  }
  const auto take = [&](const model::Namespace& space) {
    model::LabelSet labels = model_.label_sets[space.labels];
    std::erase_if(labels.known, [&](const model::Label& each) { return !keys.contains(each.key); });
    std::erase_if(labels.unknown, [&](model::Symbol each) { return !keys.contains(each); });
    result.namespaces.push_back(space);
    result.namespaces.back().labels = result.label_sets.intern(std::move(labels));
  };
  if (own) take(model_[*own]);
  for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
    if (own && static_cast<model::NamespaceId>(i) == *own) continue;
    if (!own || values.contains(model_.namespaces[i].name)) take(model_.namespaces[i]);
  }
  return result;
}

}  // namespace polreach::solver::audit::kubernetes
