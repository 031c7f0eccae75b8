// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <variant>

#include "policies/model/model.h"

/// What can be said of a policy from its rules alone.
namespace polreach::model {

/// Whether a peer of the policy is a set of nodes: only then do nodes' labels matter to it.
[[nodiscard]] inline bool names_nodes(const Policy& policy) {
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    if (!*rules) continue;
    for (const Rule& rule : **rules) {
      const bool found = std::any_of(rule.peers.begin(), rule.peers.end(), [](const Peer& peer) {
        return std::holds_alternative<NodePeer>(peer.what);
      });
      if (found) return true;
    }
  }
  return false;
}

}  // namespace polreach::model
