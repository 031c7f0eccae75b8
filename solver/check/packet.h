// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"

namespace polreach::solver::check {

/// One concrete connection request.
struct Packet {
  std::optional<model::EndpointId> source;       // nothing: from outside, at source_address
  std::optional<model::EndpointId> destination;  // nothing: to the outside
  net::Address source_address;
  net::Address destination_address;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;  // the destination port
};

using compiler::LabelOwner;
using compiler::UnknownLabel;

/// One way in which everything that the input leaves open could be.
struct World {
  bool ipblock_matches_pods = false;
  bool host_network_is_pod = true;
  /// Whether the two pods run on one node, where the input does not say.
  bool same_node = false;
  /// The values of labels that are not known; nothing: the label is absent. A key that is missing
  /// here is absent too.
  std::map<UnknownLabel, std::optional<std::string>> labels;
  /// Whether outside addresses are among those of the domain names that rules name.
  bool domains_match = false;
  /// For each of Cluster::node_selectors: whether it selects a node with the other end's address,
  /// where nobody knows. False beyond its size.
  std::vector<bool> node_selectors;
  /// compiler::named_port_index of what a destination whose ports are open calls the packet's port.
  std::set<std::uint32_t> named_ports;
  /// Whether pods that policies select take part in protocols that have no ports, of which
  /// NetworkPolicy does not speak.
  bool other_protocols = false;
};

/// A packet and a world, as Z3 found them.
struct Witness {
  Packet packet;
  World world;
};

/// Whether a connection passes in a world: the plain reading of the policies for one packet, by
/// comparing values, with neither terms nor sets.
///
/// What the world says beyond what the input leaves open is ignored: a profile that settles a
/// reading, and labels that are known, win.
[[nodiscard]] bool passes(const compiler::Cluster& cluster, const Packet& packet,
                          const World& world);

/// The same for one direction alone: what the policies of the packet's source (egress) or
/// destination (ingress), which must be an endpoint, say, a pod's own node included.
[[nodiscard]] bool passes(const compiler::Cluster& cluster, model::Direction direction,
                          const Packet& packet, const World& world);

/// That for a packet of a protocol without ports, whose protocol and port do not count: what no
/// policy, or rules that name no ports, say to it.
[[nodiscard]] bool passes_without_ports(const compiler::Cluster& cluster,
                                        model::Direction direction, const Packet& packet,
                                        const World& world);

}  // namespace polreach::solver::check
