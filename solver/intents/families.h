// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "solver/intents/ends.h"
#include "solver/queries/replay.h"

/// Address families of the ends of a question. A packet has one: ends whose addresses are known and
/// of different families are no pair. Of a pod whose addresses are not in the input nobody knows
/// the family, and it counts as being of either, or something that passes would be missed.
namespace polreach::solver::intents {

/// What a question is about, all `first` of a pair with all `second`.
struct FamilyPairs {
  std::vector<std::pair<EndSet, EndSet>> ends;
  /// Pods that have no family in common with some of the other end: they are in no pair with it.
  bool others_differ = false;
};
[[nodiscard]] FamilyPairs of_one_family(const model::Model& model, const EndSet& from,
                                        const EndSet& to);

/// A packet of one family: with addresses that the ends have, or could have where they are not
/// known. Nothing where they have no family in common.
[[nodiscard]] std::optional<check::Packet> packet_between(const compiler::Cluster& cluster,
                                                          const compiler::Party& source,
                                                          const compiler::Party& destination,
                                                          const queries::PacketChoice& choice);

}  // namespace polreach::solver::intents
