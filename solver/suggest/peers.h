// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/suggest/labels.h"

/// Peers of rules that name pods.
namespace polreach::solver::suggest {

struct PeerList {
  std::vector<model::Peer> peers;
  /// They match none of the pods that they are not for.
  bool exact = true;
};

/// Peers for pods, in few entries: whole namespaces by their names, parts of a namespace by labels.
/// `others`: pods that they shall leave out. Pods without labels are left out, which is not exact.
[[nodiscard]] PeerList peers_for(const model::Model& model, const Pods& pods, const Pods& others);

}  // namespace polreach::solver::suggest
