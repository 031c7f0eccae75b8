// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/path/site.h"
#include "solver/intents/ends.h"

/// What of a network is not as an intent wants it, pair by pair: for those who change it. Verdicts
/// and texts are those of `verify`.
namespace polreach::solver::intents {

/// A pod of the input, or a place of the network.
struct WrongEnd {
  std::optional<model::EndpointId> pod;
  std::optional<compiler::Site> site;  // where there is no pod
};

struct WrongPair {
  WrongEnd source;
  WrongEnd destination;
  std::set<std::string> subjects;  // of the findings that it is part of
};

/// One question of an intent.
struct Wrong {
  bool forbids = true;   // else it wants everything to pass
  queries::Asked asked;  // the packets
  std::vector<WrongPair> pairs;
};

/// The pairs of ends, certainly meant, between which something passes, or may, that is forbidden;
/// or something is stopped, or may be, that is to pass. The setting must have a network. Fails
/// where there are more than queries::kMostPassages pairs to look at, and as queries::passage does.
[[nodiscard]] source::Result<std::vector<Wrong>> wrong_pairs(
    const Setting& setting, const polreach::intents::Intent& intent);

}  // namespace polreach::solver::intents
