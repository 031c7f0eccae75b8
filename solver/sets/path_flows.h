// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/path.h"
#include "compiler/resolve/unknown.h"
#include "solver/sets/flow_boxes.h"
#include "solver/sets/path_space.h"

/// The packets that pass along paths.
///
/// A packet is a protocol, ports, and the addresses of the ends that are asked. Everything else is
/// open: facts, the address of an end that is not asked, chosen addresses and source ports, and
/// what the policies of Kubernetes leave open. *must* are the packets that pass however all that
/// is, *may* those that pass in some way. INVARIANT: must is within may.
namespace polreach::solver::sets {

struct HopFlows {
  /// What the hop lets pass, in all variables.
  Diagram passes = kFalse;
  /// The same as a set of packets, by this hop alone.
  Diagram must = kFalse;
  Diagram may = kFalse;
  /// The facts that stand for what policies leave open: of TCP, UDP and SCTP, and of the other
  /// protocols, of which NetworkPolicies do not speak.
  std::optional<std::uint32_t> policies_fact;
  std::optional<std::uint32_t> protocols_fact;
};

/// One path.
struct WayFlows {
  std::vector<HopFlows> hops;
  Diagram packets = kFalse;  // those that the path is for: addresses of the ends that are asked
  Diagram open = kFalse;     // the values that what is chosen and the other ends can have
  Diagram passes = kFalse;   // where `packets` and `open` hold
  Diagram must = kFalse;
  Diagram may = kFalse;
};

/// Several paths, of which nobody knows which is taken: must is what passes along each of those
/// that are for the packet, may what passes along any.
struct PathFlows {
  std::vector<WayFlows> ways;
  Diagram packets = kFalse;  // that some way is for
  Diagram must = kFalse;
  Diagram may = kFalse;
};

/// Computes them. `cluster` may be null where no hop is of Kind::Policies. Failure: over budget.
///
/// Policies hops take the bounds of `sets::flow` and `sets::reach`, and a fact of their own decides
/// between them; where both ends are pods, the two hops together pass no more than `sets::reach`
/// says. Protocols that NetworkPolicies cannot name pass for certain where no policy isolates or a
/// rule without ports allows (sets::passes_without_ports), and perhaps otherwise. Port 0 passes
/// where all ports of its protocol do.
[[nodiscard]] source::Result<PathFlows> flows(PathSpace& space, const compiler::Cluster* cluster,
                                              const std::vector<compiler::Path>& ways);

/// Reads a diagram over what is open (in a way) as sets of packets. Both are false of a way that no
/// packet takes, since something has no value. Can throw OverBudget.
[[nodiscard]] Diagram in_every_case(PathSpace& space, const compiler::Path& way, Diagram d);
[[nodiscard]] Diagram in_some_case(PathSpace& space, const compiler::Path& way, Diagram d);

/// What makes must and may differ for the packets in `asked`: something is named where changing it
/// alone changes, in some world, which of them pass. Sorted, without doubles.
struct RestsOn {
  std::vector<model::UnknownId> unknowns;
  std::vector<compiler::OpenPoint> points;
  /// What the plugin does with protocols that NetworkPolicies cannot name.
  bool policies_of_other_protocols = false;
  bool source = false;       // which address the source has, where that is not asked
  bool destination = false;  // the same
  struct Chosen {
    std::size_t way = 0;
    std::uint32_t variable = 0;
    friend auto operator<=>(const Chosen&, const Chosen&) = default;
  };
  std::vector<Chosen> chosen;
  bool chosen_source_port = false;
  bool ways = false;  // which of the paths is taken

  friend bool operator==(const RestsOn&, const RestsOn&) = default;
};
[[nodiscard]] source::Result<RestsOn> rests_on(PathSpace& space, const compiler::Cluster* cluster,
                                               const std::vector<compiler::Path>& ways,
                                               const PathFlows& flows, Diagram asked);

/// The part of some packets that a rule decides at a hop.
struct Deciding {
  bool admin = false;  // a rule of Hop::admin's filter, not of Hop::filter
  /// Into Filter::rules; nothing: no rule matches (Filter::otherwise), or the group is missing.
  std::optional<std::size_t> rule;
  Diagram certain = kFalse;   // the packets that it decides however everything open is
  Diagram possible = kFalse;  // in some way; never false here
};
/// The rules that decide packets of `asked` at a hop of Kind::Filter, in the order in which they
/// are asked, as if the packets came there. The rest decide none.
[[nodiscard]] source::Result<std::vector<Deciding>> deciding(PathSpace& space,
                                                             const compiler::Path& way,
                                                             std::size_t hop, Diagram asked);

/// Where two sets of packets differ.
struct FlowDifference {
  FlowBoxes only_a;
  FlowBoxes only_b;
};
[[nodiscard]] source::Result<FlowDifference> difference(PathSpace& space, Diagram a, Diagram b,
                                                        std::size_t limit);

}  // namespace polreach::solver::sets
