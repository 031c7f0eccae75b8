// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solver/queries/diff.h"
#include "solver/queries/network_map.h"

/// `polreach diff` of the network around a cluster: the exact packets between two places that pass
/// on one side and not on the other, and the rules of security groups that changed.
namespace polreach::solver::queries {

/// One of the two inputs. `from`, `to`: as in NetworkMapOptions.
struct NetworkSide {
  compiler::Surroundings& around;
  std::optional<std::vector<compiler::Site>> from;
  std::optional<std::vector<compiler::Site>> to;
};

/// Whether packets pass on one side: in no world, in some, in all of them.
enum class Passes : std::uint8_t { Never, Depends, Always };

/// Pairs of places with the same difference that comes of the same rules.
struct NetworkChange {
  Changed what = Changed::Added;  // more passes, less does, or some of both
  struct Pair {
    std::string source;
    std::string destination;
    friend auto operator<=>(const Pair&, const Pair&) = default;
  };
  std::vector<Pair> pairs;  // sorted
  struct Part {
    Passes before = Passes::Never;
    Passes after = Passes::Never;
    /// An end that is the whole place (of both sides together) holds all addresses.
    sets::FlowBoxes packets;
  };
  std::vector<Part> parts;
  /// The rules that decide these packets on one side and not on the other; without places.
  std::vector<NetworkRule> was;
  std::vector<NetworkRule> now;
  /// Where there certainly is a way on one side only: why not on the other.
  std::string was_unrouted;
  std::string now_unrouted;
};

/// A place that only one side has.
struct NetworkPlaceChange {
  Changed what = Changed::Added;
  std::string name;
};

struct NetworkRuleChange {
  Changed what = Changed::Added;
  model::Direction direction = model::Direction::Ingress;
  std::string name;
  std::string before;  // "100 Allow TCP 10.0.1.0/24 -> * 443"; empty: not there
  std::string after;
  source::Span before_where;
  source::Span after_where;
};

/// A security group that came, went, or has other rules.
struct NetworkGroupChange {
  Changed what = Changed::Changed;
  std::string name;
  std::vector<NetworkRuleChange> rules;
  /// Of a changed group: whether the old rules in the new network would let pass just the same.
  enum class Effect : std::uint8_t { Differs, Same, NotCompared };
  Effect effect = Effect::NotCompared;
  bool is_proven = false;  // by Z3; else the diagrams are equal
};

struct NetworkDiff {
  std::vector<NetworkChange> changes;  // by the first of their pairs
  std::vector<NetworkPlaceChange> places;
  std::vector<NetworkGroupChange> groups;
};

/// Compares. Places are the same where their names are; the addresses of a subnet are one place
/// here, interfaces with groups of their own included, so that a group that comes to an interface
/// is a change of those packets alone. What is open on a side counts as depending: worlds of the
/// two sides are not held against each other. Fails as network_map does.
[[nodiscard]] source::Result<NetworkDiff> network_diff(const NetworkSide& before,
                                                       const NetworkSide& after,
                                                       const PassageAsked& asked);

/// The groups alone.
[[nodiscard]] std::vector<NetworkGroupChange> group_changes(const model::Cloud& before,
                                                            compiler::Surroundings& after);

}  // namespace polreach::solver::queries
