// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/path/pod_stand.h"

/// What connections of pods have in common, whatever the other end.
namespace polreach::compiler {

/// How much is known of the pods' network.
struct PodNetwork {
  const model::ManagedCluster* cluster = nullptr;  // nullptr where `unknown` has a value
  /// The headers cannot be known: no cluster, or one that somebody else's plugin connects.
  std::optional<model::UnknownId> unknown;
  /// Nor can anything else: fields of the cluster could not be evaluated.
  std::optional<model::UnknownId> nothing_known;
  std::string why;
};
[[nodiscard]] PodNetwork pod_network(Surroundings& around);

/// A connection whose verdict rests on the unknown alone.
void leave_open(Path& path, const PodNetwork& network);

/// Standing assumptions and notes for all answers about pods.
void assume_pods(Surroundings& around, Connection& connection, const PodNetwork& network);

/// The address of a node that the packet's source was translated to.
[[nodiscard]] Header translated(const net::AddressSet& nodes, const net::AddressSet& destination);

}  // namespace polreach::compiler
