// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/first_packet.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using model::Model;
using net::AddressSet;
using net::Traffic;

constexpr net::Port kFamiliarPort = 443;

/// The addresses that an end may carry in a world.
AddressSet addresses_in(const Cluster& cluster, const Party& party, const AddressSet& outside,
                        const check::World& world) {
  const auto* id = std::get_if<EndpointId>(&party);
  if (id == nullptr) return outside;
  const bool node = cluster.model()[*id].host_network && !world.host_network_is_pod;
  return node ? cluster.node_addresses(*id) : cluster.pod_addresses(*id);
}

/// Gives a packet its addresses: of one family, where the ends have one in common.
void set_addresses(const Cluster& cluster, const Outcome& outcome, const AddressSet& outside,
                   check::Witness& witness) {
  const AddressSet from = addresses_in(cluster, outcome.source, outside, witness.world);
  const AddressSet to = addresses_in(cluster, outcome.destination, outside, witness.world);
  check::Packet& packet = witness.packet;
  packet.source_address = from.intervals().front().first;
  packet.destination_address = to.intervals().front().first;
  for (net::Family family : {net::Family::V6, net::Family::V4}) {
    const AddressSet all = net::all_addresses(family);
    const AddressSet a = from & all;
    const AddressSet b = to & all;
    if (a.empty() || b.empty()) continue;
    packet.source_address = a.intervals().front().first;
    packet.destination_address = b.intervals().front().first;
  }
}

/// Whether the addresses are of different families, and not for want of knowing them.
bool has_two_families(const Model& model, const check::Packet& packet) {
  const auto is_known = [&](const std::optional<EndpointId>& id) {
    return !id || !model[*id].addresses.empty();
  };
  return packet.source_address.family != packet.destination_address.family &&
         is_known(packet.source) && is_known(packet.destination);
}

}  // namespace

std::optional<check::Witness> first_packet(const Cluster& cluster, const Outcome& outcome,
                                           Traffic Part::*traffic, const check::World& world,
                                           const AddressSet& left_out) {
  for (const Part& part : outcome.parts) {
    for (net::Protocol protocol : net::kProtocols) {
      const net::PortSet& ports = (part.*traffic)[protocol];
      if (ports.empty()) continue;
      check::Witness witness;
      witness.world = world;
      check::Packet& packet = witness.packet;
      if (const auto* id = std::get_if<EndpointId>(&outcome.source)) packet.source = *id;
      if (const auto* id = std::get_if<EndpointId>(&outcome.destination)) packet.destination = *id;
      set_addresses(cluster, outcome, part.addresses - left_out, witness);
      if (has_two_families(cluster.model(), packet)) break;
      packet.protocol = protocol;
      // Where every port will do, one that people know reads better than 1.
      packet.port = ports == net::all_ports() ? kFamiliarPort : ports.intervals().front().first;
      return witness;
    }
  }
  return std::nullopt;
}

}  // namespace polreach::solver::queries
