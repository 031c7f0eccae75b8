// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/listing.h"
#include "cli/report/suggest_network_report.h"
#include "cli/session.h"
#include "compiler/resolve/cluster.h"
#include "solver/intents/verify.h"
#include "solver/suggest/suggestion.h"

namespace polreach::cli {

/// A violated intent that is to hold.
struct NetworkIntent {
  std::size_t index = 0;           // among the intents
  std::set<std::string> subjects;  // of the findings that are to go; the others may stay
  std::string fingerprint;         // of the only finding that is to go; empty: it is to hold
  std::string why_not = {};        // why it has no part in the answer; empty: it has
};

/// INVARIANT: `after` is about the input as it is read again with all rules and policies. Each
/// intent of which nothing says why not is then as it was to be, and none of the others has a rule
/// or a policy here.
struct NetworkAnswer {
  solver::suggest::Combined combined;                  // the NetworkPolicies
  SuggestNetworkReport network;                        // the rules
  std::optional<solver::intents::Verification> after;  // nothing: there is no suggestion
};

/// `polreach suggest --intents` where the input holds a network of Azure: rules of security groups
/// between places, NetworkPolicies where an end is a pod.
[[nodiscard]] tl::expected<NetworkAnswer, ListingError> suggest_in_network(
    Session& session, const InputOptions& options, const compiler::Cluster& cluster, bool windows,
    const std::vector<intents::Intent>& intents, std::vector<NetworkIntent>& wanted);

}  // namespace polreach::cli
