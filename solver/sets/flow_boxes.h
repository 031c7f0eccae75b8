// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "solver/sets/diagram.h"
#include "solver/sets/flow_box.h"

/// Sets of packets as people read them: products of sets, and single packets.
namespace polreach::solver::sets {

struct FlowBoxes {
  /// Disjoint. A protocol without ports is only in boxes that hold all ports.
  std::vector<FlowBox> boxes;
  /// Whether they are all there is.
  bool complete = true;
};

/// Boxes of one answer, or of one line of it, that are worth reading.
inline constexpr std::size_t kMostShownBoxes = 64;

/// The packets of a diagram in few boxes, at most `limit` of them, in the order of FlowBox: they
/// depend on the set alone. The diagram must not depend on facts or chosen values.
///
/// Not always the fewest: boxes that differ in one dimension have been merged.
[[nodiscard]] FlowBoxes boxes_of(Diagrams& diagrams, Diagram packets, std::size_t limit);

/// One packet, and one way in which everything else can be.
struct FlowPoint {
  net::Flow flow;
  std::map<std::uint32_t, net::Address> chosen;  // those that matter
  net::Port chosen_source_port = 0;
  /// The facts that matter, by index. All others may be either.
  std::map<std::uint32_t, bool> facts;
};

/// A point of a diagram that is not false: TCP, port 443 and source port 50000 where they can be,
/// and of what is left the lowest.
[[nodiscard]] FlowPoint pick(Diagrams& diagrams, Diagram d);

}  // namespace polreach::solver::sets
