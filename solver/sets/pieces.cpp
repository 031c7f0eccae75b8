// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/pieces.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace polreach::solver::sets {
namespace {

using compiler::Tri;
using net::AddressSet;
using net::Traffic;

/// Adds what a rule allows: at `addresses` for certain, elsewhere as far as `elsewhere` says.
void allow(Pieces& pieces, const Traffic& traffic, const AddressSet& addresses, Tri elsewhere,
           Tri selects) {
  const auto add = [&](Piece& piece, Tri certainty) {
    // A policy that may not select at all bounds nothing from below by itself.
    if (compiler::both(certainty, selects) == Tri::Yes) piece.must |= traffic;
    if (certainty != Tri::No) piece.may |= traffic;
  };
  Pieces split;
  for (Piece& piece : pieces) {
    AddressSet inside = piece.addresses & addresses;
    if (elsewhere == Tri::Yes || inside.empty()) {
      add(piece, elsewhere);
      continue;
    }
    AddressSet outside = piece.addresses - inside;
    if (!outside.empty()) {
      Piece rest = piece;
      rest.addresses = std::move(outside);
      add(rest, elsewhere);
      split.push_back(std::move(rest));
    }
    piece.addresses = std::move(inside);
    add(piece, Tri::Yes);
  }
  if (split.empty()) return;
  pieces.insert(pieces.end(), std::make_move_iterator(split.begin()),
                std::make_move_iterator(split.end()));
  pieces = normal(std::move(pieces));
}

/// The addresses of all rules that differ in nothing else: rule sets that were generated have
/// thousands of them.
using RulesAlike = std::map<std::tuple<Traffic, Tri, Tri>, std::vector<AddressSet::Interval>>;

RulesAlike rules_alike(const compiler::DirectionView& view) {
  RulesAlike result;
  for (const compiler::PolicyView& policy : view.policies) {
    if (policy.tier != model::Tier::Network) continue;
    for (const compiler::RuleView& rule : policy.rules) {
      if (rule.traffic.empty() || (rule.peer == Tri::No && rule.addresses.empty())) continue;
      auto& intervals = result[{rule.traffic, rule.peer, policy.selects}];
      const auto& own = rule.addresses.intervals();
      intervals.insert(intervals.end(), own.begin(), own.end());
    }
  }
  return result;
}

/// What the rules of the NetworkPolicies let pass. `isolated`: whether any selects the pod.
Pieces network_tier(const compiler::DirectionView& view) {
  Pieces pieces{{view.other_addresses, {}, {}}};
  for (const auto& [rule, intervals] : rules_alike(view)) {
    const auto& [traffic, peer, selects] = rule;
    allow(pieces, traffic, AddressSet::of(intervals), peer, selects);
  }
  return pieces;
}

Tri isolated_by_network_tier(const compiler::DirectionView& view) {
  Tri isolated = Tri::No;
  for (const compiler::PolicyView& policy : view.policies) {
    if (policy.tier == model::Tier::Network) isolated = compiler::either(isolated, policy.selects);
  }
  return isolated;
}

/// Traffic on its way through the tiers, for one part of the other end's addresses. Each part of
/// it may be in several of these where it rests on what is not known.
struct Journey {
  AddressSet addresses;
  Traffic here = Traffic::all();  // may still be undecided
  Traffic passed_on;              // may have been passed on to the next tier
  Traffic allowed;                // may have been let pass
  Traffic denied;                 // may have been stopped

  void meet(const Traffic& traffic, model::Action action, Tri matches) {
    if (matches == Tri::No) return;
    const Traffic met = traffic & here;
    switch (action) {
      case model::Action::Allow:
        allowed |= met;
        break;
      case model::Action::Deny:
        denied |= met;
        break;
      case model::Action::Pass:
        passed_on |= met;
        break;
    }
    if (matches == Tri::Yes) here -= met;
  }

  void next_tier() {
    here |= passed_on;
    passed_on = {};
  }
};

/// Takes all traffic past one rule: it matches at its addresses for certain, elsewhere as far as
/// its peers do.
void pass_rule(std::vector<Journey>& journeys, const compiler::RuleView& rule, Tri selects) {
  if (rule.traffic.empty() || (rule.peer == Tri::No && rule.addresses.empty())) return;
  std::vector<Journey> split;
  for (Journey& journey : journeys) {
    AddressSet inside = journey.addresses & rule.addresses;
    if (inside.empty() || rule.peer == Tri::Yes) {
      journey.meet(rule.traffic, rule.rule->action, compiler::both(selects, rule.peer));
      continue;
    }
    Journey beside = journey;
    beside.addresses -= inside;
    beside.meet(rule.traffic, rule.rule->action, compiler::both(selects, rule.peer));
    if (!beside.addresses.empty()) split.push_back(std::move(beside));
    journey.addresses = std::move(inside);
    journey.meet(rule.traffic, rule.rule->action, selects);
  }
  journeys.insert(journeys.end(), std::make_move_iterator(split.begin()),
                  std::make_move_iterator(split.end()));
}

void pass_ordered_tier(std::vector<Journey>& journeys, const compiler::DirectionView& view,
                       model::Tier tier) {
  for (const compiler::PolicyView& policy : view.policies) {
    if (policy.tier != tier) continue;
    for (const compiler::RuleView& rule : policy.rules) {
      pass_rule(journeys, rule, policy.selects);
    }
  }
  for (Journey& journey : journeys) journey.next_tier();
}

void pass_network_tier(std::vector<Journey>& journeys, const compiler::DirectionView& view) {
  const Tri isolated = isolated_by_network_tier(view);
  if (isolated == Tri::No) return;
  std::vector<Journey> result;
  for (const Piece& piece : network_tier(view)) {
    for (const Journey& journey : journeys) {
      Journey part = journey;
      part.addresses &= piece.addresses;
      if (part.addresses.empty()) continue;
      part.allowed |= part.here & piece.may;
      part.denied |= part.here - piece.must;
      if (isolated == Tri::Yes) part.here = {};
      result.push_back(std::move(part));
    }
  }
  journeys = std::move(result);
}

/// What holds for certain is what cannot have been stopped.
Pieces through_all_tiers(const compiler::DirectionView& view) {
  std::vector<Journey> journeys(1);
  journeys[0].addresses = view.other_addresses;
  pass_ordered_tier(journeys, view, model::Tier::Admin);
  pass_network_tier(journeys, view);
  pass_ordered_tier(journeys, view, model::Tier::Baseline);
  Pieces pieces;
  for (Journey& journey : journeys) {
    pieces.push_back({std::move(journey.addresses), Traffic::all() - journey.denied,
                      journey.allowed | journey.here});
  }
  return normal(std::move(pieces));
}

}  // namespace

Pieces normal(Pieces pieces) {
  std::map<std::pair<Traffic, Traffic>, std::vector<AddressSet::Interval>> groups;
  for (Piece& piece : pieces) {
    auto& group = groups[{std::move(piece.must), std::move(piece.may)}];
    const auto& intervals = piece.addresses.intervals();
    group.insert(group.end(), intervals.begin(), intervals.end());
  }
  Pieces result;
  for (auto& [traffic, intervals] : groups) {
    result.push_back({AddressSet::of(std::move(intervals)), traffic.first, traffic.second});
  }
  std::sort(result.begin(), result.end(),
            [](const Piece& a, const Piece& b) { return a.addresses < b.addresses; });
  return result;
}

Pieces sum_up(const compiler::DirectionView& view) {
  if (view.policies.empty() || view.own_node) {
    return {{view.other_addresses, Traffic::all(), Traffic::all()}};
  }
  const bool tiered =
      std::any_of(view.policies.begin(), view.policies.end(),
                  [](const compiler::PolicyView& p) { return p.tier != model::Tier::Network; });
  if (tiered) return through_all_tiers(view);
  Pieces pieces = network_tier(view);
  if (isolated_by_network_tier(view) == Tri::Maybe) {
    for (Piece& piece : pieces) piece.may = Traffic::all();
  }
  return normal(std::move(pieces));
}

Piece over_all_addresses(const Pieces& pieces) {
  Piece result = pieces.front();
  result.addresses = {};
  for (const Piece& piece : pieces) {
    result.must &= piece.must;
    result.may |= piece.may;
  }
  return result;
}

Piece pass_both(const Piece& a, const Piece& b) {
  return {a.addresses, a.must & b.must, a.may & b.may};
}

Piece open_choice(const Piece& a, const Piece& b) {
  return {a.addresses, a.must & b.must, a.may | b.may};
}

Pieces open_choice(const Pieces& a, const Pieces& b) {
  if (a == b) return a;
  Pieces result;
  for (const Piece& left : a) {
    for (const Piece& right : b) {
      AddressSet common = left.addresses & right.addresses;
      // Between endpoints the only piece has no addresses.
      if (common.empty() && !(left.addresses.empty() && right.addresses.empty())) continue;
      Piece piece = open_choice(left, right);
      piece.addresses = std::move(common);
      result.push_back(std::move(piece));
    }
  }
  return normal(std::move(result));
}

}  // namespace polreach::solver::sets
