// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/explain.h"

#include <algorithm>
#include <map>
#include <optional>

#include "compiler/resolve/view.h"
#include "solver/queries/misses.h"

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
    for (std::size_t i = 0; i < certain.policies.size(); ++i) {
      const compiler::PolicyView& policy = certain.policies[i];
      result_.basis = Basis::Policies;
      (policy.selects == Tri::Yes ? result_.selecting : result_.may_select)
          .push_back(policy.policy);
      result_.rules += policy.rules.size();
      for (std::size_t j = 0; j < policy.rules.size(); ++j) {
        add_rule(policy.policy, policy.rules[j], certain.other_addresses,
                 possible.policies[i].rules[j], possible.other_addresses);
      }
    }
    if (result_.basis == Basis::Policies) result_.effect = effect(certain.other_addresses);
    return result_;
  }

 private:
  [[nodiscard]] DirectionView view(const World& world) const {
    return view_direction(cluster_, result_.direction, self_, other_, world);
  }

  /// What the allowing rules leave of the question.
  [[nodiscard]] Effect effect(const net::AddressSet& addresses) const {
    const bool outside = other_.endpoint() == nullptr;
    const net::AddressSet where = outside ? addresses : net::all_addresses();
    std::vector<Box> left{{where, asked_}};
    bool any = false;
    std::map<net::Traffic, std::vector<net::AddressSet::Interval>> allowed;
    for (const RuleReason& rule : result_.allowing) {
      if (rule.matches != Tri::Yes) continue;
      any = true;
      const auto& own = (outside ? rule.addresses : where).intervals();
      auto& intervals = allowed[rule.traffic];
      intervals.insert(intervals.end(), own.begin(), own.end());
    }
    for (auto& [traffic, intervals] : allowed) {
      left = without(left, {net::AddressSet::of(std::move(intervals)), traffic});
    }
    if (result_.own_node) {
      any = true;
      if (!outside) return Effect::Passes;
      left = without(left, {cluster_.node_addresses(*self_.endpoint()), net::Traffic::all()});
    }
    if (left.empty()) return Effect::Passes;
    if (result_.selecting.empty() || rests_on_maybe(left)) return Effect::Depends;
    return any ? Effect::InPart : Effect::Stopped;
  }

  /// Whether a rule that may match would let pass some of what is left.
  [[nodiscard]] bool rests_on_maybe(const std::vector<Box>& left) const {
    return std::any_of(
        result_.allowing.begin(), result_.allowing.end(), [&](const RuleReason& rule) {
          if (rule.matches != Tri::Maybe) return false;
          return std::any_of(left.begin(), left.end(),
                             [&](const Box& box) { return !(box.traffic & rule.traffic).empty(); });
        });
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

  void add_rule(model::PolicyId policy, const RuleView& certain, const net::AddressSet& addresses,
                const RuleView& possible, const net::AddressSet& possible_addresses) {
    const bool outside = other_.endpoint() == nullptr;
    const Tri surely = either(certain.peer, by_address(certain, addresses, outside));
    const Tri perhaps = either(possible.peer, by_address(possible, possible_addresses, outside));
    Tri matches = surely;
    if (surely == Tri::No && perhaps != Tri::No) matches = Tri::Maybe;
    if (matches == Tri::No) {
      result_.misses.push_back({policy, certain.rule, why_not(policy, *certain.rule)});
      return;
    }

    RuleReason reason{policy, certain.rule, matches, {}, certain.traffic & asked_};
    if (outside) {
      reason.addresses = certain.peer == Tri::Yes ? addresses : certain.addresses & addresses;
    }
    if (!reason.traffic.empty()) {
      result_.allowing.push_back(std::move(reason));
    } else {
      reason.traffic = certain.traffic;
      result_.near_misses.push_back(std::move(reason));
    }
  }

  [[nodiscard]] std::vector<std::string> why_not(model::PolicyId policy,
                                                 const model::Rule& rule) const {
    std::vector<std::string> reasons;
    for (const model::Peer& peer : rule.peers) {
      std::string reason = queries::why_not(cluster_, cluster_.model()[policy].ns, peer, other_);
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
