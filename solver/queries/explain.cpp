// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/explain.h"

#include <algorithm>
#include <optional>

#include "compiler/resolve/view.h"
#include "solver/queries/misses.h"
#include "solver/sets/pieces.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::DirectionView;
using compiler::End;
using compiler::LabelOwner;
using compiler::Party;
using compiler::RuleView;
using compiler::Tri;
using compiler::World;
using model::Direction;
using model::Reading;

/// What a rule's addresses say about the other end: nothing, part of it, all of it.
Tri by_address(const RuleView& view, const net::AddressSet& other, bool outside) {
  const net::AddressSet common = view.addresses & other;
  if (common.empty()) return Tri::No;
  // Of a range that was asked about the part is shown; a pod has one address, known or not.
  if (outside) return Tri::Yes;
  return common == other ? Tri::Yes : Tri::Maybe;
}

/// Packets to outside addresses; between endpoints the addresses are all of them.
struct Box {
  net::AddressSet addresses;
  net::Traffic traffic;
};

/// What is left of boxes without the packets of another.
std::vector<Box> without(const std::vector<Box>& boxes, const Box& cut) {
  std::vector<Box> result;
  for (const Box& box : boxes) {
    Box beside{box.addresses - cut.addresses, box.traffic};
    Box rest{box.addresses & cut.addresses, box.traffic - cut.traffic};
    if (!beside.addresses.empty()) result.push_back(std::move(beside));
    if (!rest.addresses.empty() && !rest.traffic.empty()) result.push_back(std::move(rest));
  }
  return result;
}

class Explanation {
 public:
  Explanation(const Cluster& cluster, Direction direction, const End& self, const End& other,
              const net::Traffic& asked)
      : cluster_(cluster), self_(self), other_(other), asked_(asked) {
    result_.direction = direction;
  }

  DirectionReason run() {
    const model::ClusterProfile& profile = cluster_.profile();
    World strict;  // labels stay unassumed: what rests on them is Maybe
    strict.ipblock_matches_pods = profile.ipblock_matches_pods == Reading::Yes;
    strict.host_network_is_pod = profile.host_network_is_pod != Reading::No;
    strict.family = only_family();
    World wide = strict;
    wide.ipblock_matches_pods = profile.ipblock_matches_pods != Reading::No;

    const model::Model& model = cluster_.model();
    const DirectionView certain = view(strict);
    const DirectionView possible = view(wide);
    add_own_node(certain);
    if (compiler::is_node(model[*self_.endpoint()], strict)) {
      result_.basis = Basis::Node;
      return result_;
    }
    here_ = {
        {other_.endpoint() == nullptr ? certain.other_addresses : net::all_addresses(), asked_}};
    model::Tier tier = model::Tier::Admin;
    for (std::size_t i = 0; i < certain.policies.size(); ++i) {
      const compiler::PolicyView& policy = certain.policies[i];
      while (tier < policy.tier) leave(tier);
      if (tier == model::Tier::Network) {
        result_.basis = Basis::Policies;
        (policy.selects == Tri::Yes ? result_.selecting : result_.may_select)
            .push_back(policy.policy);
        result_.rules += policy.rules.size();
      }
      in_policy_ = here_;
      for (std::size_t j = 0; j < policy.rules.size(); ++j) {
        add_rule(policy, policy.rules[j], certain.other_addresses, possible.policies[i].rules[j],
                 possible.other_addresses);
      }
      // What its rules decide among themselves they decide whether or not it selects the pod.
      if (tier != model::Tier::Network && policy.selects == Tri::Yes) here_ = in_policy_;
    }
    while (tier < model::Tier::Baseline) leave(tier);
    for (const Box& box : here_) result_.by_default |= box.traffic;
    for (const Box& box : passed_on_) result_.by_default |= box.traffic;
    if (result_.basis == Basis::Policies) result_.effect = effect(certain, possible);
    return result_;
  }

 private:
  [[nodiscard]] DirectionView view(const World& world) const {
    return view_direction(cluster_, result_.direction, self_, other_, world);
  }

  /// Goes on to the next tier, with what reaches it.
  void leave(model::Tier& tier) {
    // Who is isolated is done: the union of the rules is final.
    if (tier == model::Tier::Network && !result_.selecting.empty()) here_.clear();
    here_.insert(here_.end(), passed_on_.begin(), passed_on_.end());
    passed_on_.clear();
    tier = static_cast<model::Tier>(static_cast<std::uint8_t>(tier) + 1);
  }

  /// What the policies do with the question, by the sets.
  [[nodiscard]] Effect effect(const DirectionView& certain, const DirectionView& possible) const {
    sets::Pieces one = sets::sum_up(certain);
    sets::Pieces other = sets::sum_up(possible);
    const bool outside = other_.endpoint() == nullptr;
    if (!outside) {
      one = {sets::over_all_addresses(one)};
      other = {sets::over_all_addresses(other)};
    }
    const net::AddressSet exempt = outside && result_.own_node
                                       ? cluster_.node_addresses(*self_.endpoint())
                                       : net::AddressSet();
    bool all = true;
    bool any = result_.own_node;
    bool open = false;
    for (const sets::Piece& piece : sets::open_choice(one, other)) {
      if (outside && exempt.contains(piece.addresses)) continue;
      all = all && (asked_ - piece.must).empty();
      any = any || !(asked_ & piece.must).empty();
      open = open || !((piece.may - piece.must) & asked_).empty();
    }
    if (all) return Effect::Passes;
    if (open) return Effect::Depends;
    return any ? Effect::InPart : Effect::Stopped;
  }

  /// The only address family that both pods can use, if there is one alone.
  [[nodiscard]] std::optional<net::Family> only_family() const {
    const auto* a = self_.endpoint();
    const auto* b = other_.endpoint();
    if (a == nullptr || b == nullptr) return std::nullopt;
    std::optional<net::Family> only;
    for (net::Family family : {net::Family::V4, net::Family::V6}) {
      const net::AddressSet all = net::all_addresses(family);
      const bool common = !(cluster_.pod_addresses(*a) & all).empty() &&
                          !(cluster_.pod_addresses(*b) & all).empty();
      if (!common) continue;
      if (only) return std::nullopt;
      only = family;
    }
    return only;
  }

  void add_own_node(const DirectionView& view) {
    if (result_.direction != Direction::Ingress) return;
    result_.own_node = view.own_node;
    if (other_.endpoint() != nullptr) return;
    const auto& node = cluster_.model()[*self_.endpoint()].node_addresses;
    for (const net::Address& address : node) {
      result_.own_node = result_.own_node || view.other_addresses.contains(address);
    }
  }

  void add_rule(const compiler::PolicyView& policy, const RuleView& certain,
                const net::AddressSet& addresses, const RuleView& possible,
                const net::AddressSet& possible_addresses) {
    const bool outside = other_.endpoint() == nullptr;
    const bool network = policy.tier == model::Tier::Network;
    const Tri surely = either(certain.peer, by_address(certain, addresses, outside));
    const Tri perhaps = either(possible.peer, by_address(possible, possible_addresses, outside));
    Tri matches = surely;
    if (surely == Tri::No && perhaps != Tri::No) matches = Tri::Maybe;
    if (matches == Tri::No) {
      if (network) {
        const model::NamespaceId ns = cluster_.model()[policy.policy].ns;
        result_.misses.push_back({policy.policy, certain.rule, why_not(ns, *certain.rule)});
      }
      return;
    }

    RuleReason reason{policy.policy, certain.rule, matches, {}, certain.traffic & asked_};
    net::AddressSet where = net::all_addresses();
    if (outside) {
      // What may be a node, or the address of a domain name, may be any address.
      where = certain.peer != Tri::No ? addresses : certain.addresses & addresses;
      reason.addresses = where;
    }
    if (reason.traffic.empty() && network) {
      reason.traffic = certain.traffic;
      result_.near_misses.push_back(std::move(reason));
      return;
    }
    if (!keep_what_is_left(reason, where)) return;
    if (!network) {
      result_.basis = Basis::Policies;
      meet(reason, {where, certain.traffic});
      // Whether the pod is selected, and whether rules before it take the packets, counts as well.
      if (perhaps_taken(reason, where)) reason.matches = Tri::Maybe;
      if (reason.matches == Tri::Yes) reason.matches = policy.selects;
      if (reason.matches == Tri::Maybe) perhaps_gone_.push_back({where, reason.traffic});
    }
    switch (certain.rule->action) {
      case model::Action::Allow:
        result_.allowing.push_back(std::move(reason));
        break;
      case model::Action::Deny:
        result_.denying.push_back(std::move(reason));
        break;
      case model::Action::Pass:
        result_.passing.push_back(std::move(reason));
        break;
    }
  }

  /// Cuts a reason down to what rules before it leave; false where nothing is left.
  bool keep_what_is_left(RuleReason& reason, const net::AddressSet& where) const {
    net::Traffic traffic;
    net::AddressSet addresses;
    for (const Box& box : in_policy_) {
      const net::AddressSet common = box.addresses & where;
      const net::Traffic met = box.traffic & reason.traffic;
      if (common.empty() || met.empty()) continue;
      traffic |= met;
      addresses |= common;
    }
    reason.traffic = traffic;
    if (!reason.addresses.empty()) reason.addresses = addresses;
    return !traffic.empty();
  }

  /// Takes away what a rule of an ordered tier decides for certain.
  void meet(const RuleReason& reason, const Box& matched) {
    if (reason.rule->action == model::Action::Pass) {
      for (const Box& box : in_policy_) {
        Box met{box.addresses & matched.addresses, box.traffic & matched.traffic};
        if (!met.addresses.empty() && !met.traffic.empty()) passed_on_.push_back(std::move(met));
      }
    }
    if (reason.matches == Tri::Yes) in_policy_ = without(in_policy_, matched);
  }

  /// Whether a rule before that may act on some of a rule's packets.
  [[nodiscard]] bool perhaps_taken(const RuleReason& reason, const net::AddressSet& where) const {
    return std::any_of(perhaps_gone_.begin(), perhaps_gone_.end(), [&](const Box& box) {
      return !(box.addresses & where).empty() && !(box.traffic & reason.traffic).empty();
    });
  }

  [[nodiscard]] std::vector<std::string> why_not(model::NamespaceId policy_ns,
                                                 const model::Rule& rule) const {
    std::vector<std::string> reasons;
    for (const model::Peer& peer : rule.peers) {
      std::string reason = queries::why_not(cluster_, policy_ns, peer, other_);
      const bool known = std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
      if (!known) reasons.push_back(std::move(reason));
    }
    return reasons;
  }

  const Cluster& cluster_;
  const End& self_;
  const End& other_;
  const net::Traffic& asked_;
  DirectionReason result_;
  /// What has not been decided where the explanation stands, and what was left to the next tier.
  std::vector<Box> here_;
  std::vector<Box> passed_on_;
  std::vector<Box> in_policy_;     // the same inside of one policy
  std::vector<Box> perhaps_gone_;  // what rules that may match may have taken
};

}  // namespace

DirectionReason explain(const Cluster& cluster, Direction direction, const Party& source,
                        const Party& destination, const net::Traffic& asked) {
  const End from{&source, LabelOwner::SourcePod};
  const End to{&destination, LabelOwner::DestinationPod};
  const End& self = direction == Direction::Egress ? from : to;
  const End& other = direction == Direction::Egress ? to : from;
  DirectionReason reason;
  reason.direction = direction;
  if (self.endpoint() == nullptr) {
    reason.basis = Basis::Outside;
    return reason;
  }
  const bool one_pod =
      other.endpoint() != nullptr && cluster.is_one_pod(*self.endpoint(), *other.endpoint());
  if (one_pod) {
    reason.basis = Basis::OnePod;
    return reason;
  }
  return Explanation(cluster, direction, self, other, asked).run();
}

}  // namespace polreach::solver::queries
