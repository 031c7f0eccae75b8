// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/model/model.h"

/// The naive referee of the engines: it decides one packet in one world by comparing values, and a
/// pair of parties by trying every world. Written from the API documentation of NetworkPolicy v1,
/// ClusterNetworkPolicy v1alpha2 and AdminNetworkPolicy v1alpha1; shares no code with compiler/ or
/// solver/, and is linked into tests only.
///
/// It trades everything for being obvious: the number of worlds is a product, so give it clusters
/// of a few endpoints. It takes the policies in the order of the model, and ignores Model::gaps.
namespace polreach::oracle {

/// One end of a connection: an endpoint, or one address outside the cluster.
using Party = std::variant<model::EndpointId, net::Address>;

enum class Owner : std::uint8_t { SourcePod, DestinationPod, Namespace };

/// A label that the input leaves open, as one world has it.
struct FixedLabel {
  Owner owner = Owner::Namespace;
  model::NamespaceId ns{};  // for Owner::Namespace; ignored otherwise
  model::Symbol key{};
  std::optional<std::string> value;  // nothing: absent
};

/// One way in which what the input leaves open could be. Where the profile or the model settle a
/// thing, what the world says of it is ignored. A label that is not listed is absent.
struct World {
  bool ipblock_matches_pods = false;
  bool host_network_is_pod = true;
  bool same_node = false;
  std::vector<FixedLabel> labels;
  /// Whether the addresses outside are ones that the names of a DomainPeer stand for: of all of
  /// them, or of none. Rules with such peers only allow, so that more of them never stop anything:
  /// these two worlds bound all others.
  bool domains_match = false;
  /// For every distinct selector of a NodePeer (node_selectors(), in that order), whether it
  /// matches what the Node objects leave open. Missing ones do not.
  std::vector<bool> node_selectors = {};
};

/// One connection request. For an end that is an endpoint the address is the one it has in this
/// world: of the pod, or of its node where hostNetwork makes it the node.
struct Packet {
  std::optional<model::EndpointId> source;  // nothing: from outside
  std::optional<model::EndpointId> destination;
  net::Address source_address;
  net::Address destination_address;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
};

/// Whether the packet passes in the world.
[[nodiscard]] bool passes(const model::Model& model, const model::ClusterProfile& profile,
                          const Packet& packet, const World& world);

/// The same for one direction alone: what the policies of the packet's source (egress) or
/// destination (ingress), which must be an endpoint, say. `has_ports` false: the protocol is none
/// of those that policies can name; then a rule that names ports says nothing about it.
[[nodiscard]] bool passes(const model::Model& model, const model::ClusterProfile& profile,
                          model::Direction direction, const Packet& packet, const World& world,
                          bool has_ports = true);

/// A world, and the addresses that the two ends have in it.
struct Setting {
  World world;
  net::Address source_address;
  net::Address destination_address;
};

/// Every world that can matter to connections between two parties: the full product of readings,
/// placements, labels and addresses, each open value by one representative of every way in which
/// the policies of the model can see it.
[[nodiscard]] std::vector<Setting> settings(const model::Model& model,
                                            const model::ClusterProfile& profile,
                                            const Party& source, const Party& destination);

/// Whether the addresses of a packet are ones that its ends can have in the world: each is known
/// for its endpoint or of a family of the profile, and two endpoints use one family if they can.
[[nodiscard]] bool possible(const model::Model& model, const model::ClusterProfile& profile,
                            const Packet& packet, const World& world);

/// The packet that a setting makes of a connection to a port.
[[nodiscard]] Packet packet_of(const Party& source, const Party& destination,
                               const Setting& setting, net::Protocol protocol, net::Port port);

/// In how many of all worlds a connection passes.
enum class Tri : std::uint8_t { Never, Sometimes, Always };

[[nodiscard]] Tri decide(const model::Model& model, const model::ClusterProfile& profile,
                         const Party& source, const Party& destination, net::Protocol protocol,
                         net::Port port);

struct Target {
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
};

/// decide() for many ports, in their order.
[[nodiscard]] std::vector<Tri> decide(const model::Model& model,
                                      const model::ClusterProfile& profile, const Party& source,
                                      const Party& destination, const std::vector<Target>& targets);

}  // namespace polreach::oracle
