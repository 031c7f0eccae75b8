// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/match.h"

namespace polreach::solver::queries {

/// A rule that has to do with a connection.
struct RuleReason {
  model::PolicyId policy{};
  const model::Rule* rule = nullptr;
  /// Whether it matches the other end; Maybe where that depends on what the input leaves open.
  compiler::Tri matches = compiler::Tri::No;
  /// The part of the outside addresses in question that it matches; empty between endpoints.
  net::AddressSet addresses;
  /// What its ports admit of what was asked (of everything, for a near miss).
  net::Traffic traffic;
};

/// A rule that does not match the other end, and why not, peer by peer.
struct RuleMiss {
  model::PolicyId policy{};
  const model::Rule* rule = nullptr;
  std::vector<std::string> reasons;  // "the pod lacks tier=backend"
};

/// Why a direction lets pass what it does.
enum class Basis : std::uint8_t {
  Outside,      // the end is not a pod: no policy acts on it
  OnePod,       // a pod always reaches itself
  Node,         // a pod with hostNetwork, treated as its node: policies do not apply
  NotSelected,  // no policy selects the pod in this direction
  Policies,     // policies select it: their rules decide, and behind them the default
};

/// What a direction does with the packets asked about.
enum class Effect : std::uint8_t { Passes, Stopped, InPart, Depends };

struct DirectionReason {
  model::Direction direction = model::Direction::Egress;
  Effect effect = Effect::Passes;
  Basis basis = Basis::NotSelected;
  std::vector<model::PolicyId> selecting;   // NetworkPolicies: they isolate the pod
  std::vector<model::PolicyId> may_select;  // depending on labels that are not known
  std::vector<RuleReason> allowing;         // match, or may match, and admit part of what was asked
  /// Rules of the other tiers that stop part of what was asked, and those that leave it to the
  /// next tier, in the order in which they act. Their traffic, like that of `allowing`, is what
  /// rules before them leave.
  std::vector<RuleReason> denying;
  std::vector<RuleReason> passing;
  std::vector<RuleReason> near_misses;  // match the other end, but admit nothing that was asked
  std::vector<RuleMiss> misses;         // do not match the other end
  /// The part of what was asked that nothing decides, so that it is open by default: where no
  /// NetworkPolicy selects the pod for certain.
  net::Traffic by_default;
  std::size_t rules = 0;  // of the NetworkPolicies, in this direction
  bool own_node = false;  // (part of) the source is the pod's own node
  /// The reading of hostNetwork makes a difference; what stands here holds for a pod like others.
  bool other_as_node = false;
};

/// Explains one direction of one pair for the traffic asked about.
[[nodiscard]] DirectionReason explain(const compiler::Cluster& cluster, model::Direction direction,
                                      const compiler::Party& source,
                                      const compiler::Party& destination,
                                      const net::Traffic& asked);

}  // namespace polreach::solver::queries
