// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "compiler/resolve/cluster.h"
#include "solver/check/packet.h"

namespace polreach::solver::queries {

/// A packet between two ends of a cluster, with addresses that they can have (the first of a party
/// of addresses), of one family. Nothing where the ends have no family in common.
[[nodiscard]] std::optional<check::Packet> packet_between(const compiler::Cluster& cluster,
                                                          const compiler::Party& source,
                                                          const compiler::Party& destination,
                                                          net::Protocol protocol, net::Port port);

/// One packet of some traffic, which must not be empty; where every port will do, one that people
/// know.
struct PacketChoice {
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
};
[[nodiscard]] PacketChoice choose_packet(const net::Traffic& traffic);

}  // namespace polreach::solver::queries
