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
    for (const compiler::RuleView& rule : policy.rules) {
      if (rule.traffic.empty() || (rule.peer == Tri::No && rule.addresses.empty())) continue;
      auto& intervals = result[{rule.traffic, rule.peer, policy.selects}];
      const auto& own = rule.addresses.intervals();
      intervals.insert(intervals.end(), own.begin(), own.end());
    }
  }
  return result;
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
  Tri isolated = Tri::No;
  for (const compiler::PolicyView& policy : view.policies) {
    isolated = compiler::either(isolated, policy.selects);
  }
  const Traffic all = Traffic::all();
  Pieces pieces{{view.other_addresses, {}, {}}};
  if (isolated == Tri::No || view.own_node) {
    pieces[0].must = pieces[0].may = all;
    return pieces;
  }
  for (const auto& [rule, intervals] : rules_alike(view)) {
    const auto& [traffic, peer, selects] = rule;
    allow(pieces, traffic, AddressSet::of(intervals), peer, selects);
  }
  if (isolated == Tri::Maybe) {
    for (Piece& piece : pieces) piece.may = all;
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
