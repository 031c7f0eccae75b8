// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/replay.h"

namespace polreach::solver::queries {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using net::AddressSet;

namespace {

AddressSet addresses_of(const Cluster& cluster, const Party& party) {
  const auto* id = std::get_if<EndpointId>(&party);
  if (id == nullptr) return std::get<AddressSet>(party);
  const bool as_node = cluster.model()[*id].host_network &&
                       cluster.profile().host_network_is_pod == model::Reading::No;
  return as_node ? cluster.node_addresses(*id) : cluster.pod_addresses(*id);
}

}  // namespace

std::optional<check::Packet> packet_between(const Cluster& cluster, const Party& source,
                                            const Party& destination, net::Protocol protocol,
                                            net::Port port) {
  const AddressSet from = addresses_of(cluster, source);
  const AddressSet to = addresses_of(cluster, destination);
  for (net::Family family : {net::Family::V4, net::Family::V6}) {
    const AddressSet all = net::all_addresses(family);
    const AddressSet a = from & all;
    const AddressSet b = to & all;
    if (a.empty() || b.empty()) continue;
    check::Packet packet;
    if (const auto* id = std::get_if<EndpointId>(&source)) packet.source = *id;
    if (const auto* id = std::get_if<EndpointId>(&destination)) packet.destination = *id;
    packet.source_address = a.intervals().front().first;
    packet.destination_address = b.intervals().front().first;
    packet.protocol = protocol;
    packet.port = port;
    return packet;
  }
  return std::nullopt;
}

PacketChoice choose_packet(const net::Traffic& traffic) {
  constexpr net::Port kFamiliarPort = 443;
  for (net::Protocol protocol : net::kProtocols) {
    const net::PortSet& ports = traffic[protocol];
    if (ports.empty()) continue;
    const bool all = ports == net::all_ports();
    return {protocol, all ? kFamiliarPort : ports.intervals().front().first};
  }
  return {};
}

}  // namespace polreach::solver::queries
