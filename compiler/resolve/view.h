// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/match.h"

namespace polreach::compiler {

/// A rule as it applies to one pair of parties in one world.
struct RuleView {
  const model::Rule* rule = nullptr;
  /// Whether it matches the other end by being of any peer, or by labels.
  Tri peer = Tri::No;
  /// The addresses by which it matches the other end besides; empty where addresses do not count.
  net::AddressSet addresses;
  /// What its ports admit, named ports resolved on the destination.
  net::Traffic traffic;
};

/// A policy that covers the direction and may select the endpoint.
struct PolicyView {
  model::PolicyId policy{};
  model::Tier tier = model::Tier::Network;
  Tri selects = Tri::No;  // never No
  std::vector<RuleView> rules;
};

/// Everything that decides one direction of one pair in one world: the policies of the endpoint
/// that the direction protects, in the order in which they decide.
struct DirectionView {
  std::vector<PolicyView> policies;
  /// The other end's possible addresses. For a party of addresses: those asked about.
  net::AddressSet other_addresses;
  /// The destination takes everything from this party, whatever the policies: its own node.
  bool own_node = false;
};

/// One end of a pair. `role` tells which pod's unknown labels are meant.
struct End {
  const Party* party = nullptr;
  LabelOwner role = LabelOwner::SourcePod;

  [[nodiscard]] const model::EndpointId* endpoint() const {
    return std::get_if<model::EndpointId>(party);
  }
};

/// The labels of an end, which must be an endpoint, and of a namespace, as selectors see them.
/// `assumed`: the labels that a world fixes; nullptr for none.
[[nodiscard]] LabelView pod_labels(const Cluster& cluster, const End& end,
                                   const std::vector<AssumedLabel>* assumed);
[[nodiscard]] LabelView namespace_labels(const Cluster& cluster, model::NamespaceId ns,
                                         const std::vector<AssumedLabel>* assumed);

/// The view of one direction. Egress: `self` is the source; ingress: the destination. `self` must
/// be an endpoint.
[[nodiscard]] DirectionView view_direction(const Cluster& cluster, model::Direction direction,
                                           const End& self, const End& other, const World& world);

/// The traffic that a rule's port entries admit towards a destination (no endpoint: an outside
/// address, which has no named ports).
[[nodiscard]] net::Traffic traffic_of(const model::Rule& rule, const model::Endpoint* destination);

/// Whether the world treats an endpoint as its node, so that no policy knows it as a pod.
[[nodiscard]] bool is_node(const model::Endpoint& endpoint, const World& world);

/// The addresses of an ipBlock.
[[nodiscard]] net::AddressSet addresses_of(const model::BlockPeer& block);

}  // namespace polreach::compiler
