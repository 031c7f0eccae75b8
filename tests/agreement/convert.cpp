// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/compare.h"

// The structs of the oracle and those of the engines say the same things in the same words, and
// share no code on purpose.
namespace polreach::agreement {
namespace check = solver::check;

oracle::Packet to_oracle(const check::Packet& packet) {
  return {packet.source,   packet.destination, packet.source_address, packet.destination_address,
          packet.protocol, packet.port};
}

check::Packet to_check(const oracle::Packet& packet) {
  return {packet.source,   packet.destination, packet.source_address, packet.destination_address,
          packet.protocol, packet.port};
}

oracle::World to_oracle(const check::World& world) {
  oracle::World result{world.ipblock_matches_pods, world.host_network_is_pod, world.same_node, {},
                       world.domains_match,        world.node_selectors};
  for (const auto& [label, value] : world.labels) {
    const auto owner = label.owner == check::LabelOwner::SourcePod ? oracle::Owner::SourcePod
                       : label.owner == check::LabelOwner::DestinationPod
                           ? oracle::Owner::DestinationPod
                           : oracle::Owner::Namespace;
    result.labels.push_back({owner, label.ns, label.key, value});
  }
  return result;
}

check::World to_check(const oracle::World& world) {
  check::World result;
  result.ipblock_matches_pods = world.ipblock_matches_pods;
  result.host_network_is_pod = world.host_network_is_pod;
  result.same_node = world.same_node;
  result.domains_match = world.domains_match;
  result.node_selectors = world.node_selectors;
  for (const oracle::FixedLabel& label : world.labels) {
    const auto owner = label.owner == oracle::Owner::SourcePod ? check::LabelOwner::SourcePod
                       : label.owner == oracle::Owner::DestinationPod
                           ? check::LabelOwner::DestinationPod
                           : check::LabelOwner::Namespace;
    result.labels[{owner, label.ns, label.key}] = label.value;
  }
  return result;
}

}  // namespace polreach::agreement
