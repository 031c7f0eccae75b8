// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "policies/model/model.h"

namespace polreach::compiler {

/// Whose label is not known. A namespace's label is one unknown however often it is met; the pods
/// of the two ends are different pods, so that their labels are different unknowns.
enum class LabelOwner : std::uint8_t { SourcePod, DestinationPod, Namespace };

struct UnknownLabel {
  LabelOwner owner = LabelOwner::Namespace;
  model::NamespaceId ns{};  // for LabelOwner::Namespace; zero otherwise
  model::Symbol key{};
  friend auto operator<=>(const UnknownLabel&, const UnknownLabel&) = default;
};

/// What a destination whose ports are open calls a port, as an index for terms.
[[nodiscard]] constexpr std::uint32_t named_port_index(model::Symbol name, net::Protocol protocol) {
  return static_cast<std::uint32_t>(name) * 4 + static_cast<std::uint32_t>(protocol);
}

/// A value that no selector names.
inline constexpr model::Symbol kFreshValue{0xFFFFFFFFU};

/// A label that is assumed: absent (no value), or present with the value.
struct AssumedLabel {
  UnknownLabel label;
  std::optional<model::Symbol> value;
};

/// One way in which what the input leaves open could be, apart from addresses.
struct World {
  bool ipblock_matches_pods = false;
  bool host_network_is_pod = true;
  /// Whether both pods run on one node, where the input does not say.
  bool same_node = false;
  /// The family that the connection uses, where the pods could use either.
  std::optional<net::Family> family;
  std::vector<AssumedLabel> labels;
  /// Whether the addresses asked about are among those of the domain names that rules name. Such
  /// rules only allow: all names or none are the two extremes. Nothing: not assumed.
  std::optional<bool> domains_match;
  /// For each node selector that is open (Cluster::node_selectors): whether it selects the other
  /// end. Beyond its size, and where nothing: not assumed.
  std::vector<std::optional<bool>> node_selectors;
};

/// What the input leaves open and a verdict can depend on.
enum class Assumption : std::uint8_t {
  IpBlockPods,      // whether ipBlocks match the addresses of pods
  PodAddress,       // the address of a pod
  HostNetwork,      // whether a pod with hostNetwork is treated as a pod or as its node
  NodePlacement,    // whether two pods run on one node
  NamespaceLabels,  // the labels of a namespace that no document declares
  PodLabels,        // labels that a controller will give to a pod
  Nodes,            // which nodes there are, and their addresses
  DomainNames,      // the addresses of domain names
  Controller,       // the pods that serve an entrance
};

/// An assumption about something in particular.
struct OpenPoint {
  Assumption assumption = Assumption::IpBlockPods;
  model::NamespaceId ns{};  // for Assumption::NamespaceLabels; zero otherwise
  friend auto operator<=>(const OpenPoint&, const OpenPoint&) = default;
};

}  // namespace polreach::compiler
