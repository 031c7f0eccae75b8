// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/net/flow.h"
#include "policies/source/result.h"
#include "solver/queries/can.h"

namespace polreach::cli {

/// What --port and --protocol ask about, and how to say it.
struct AskedPackets {
  solver::queries::Asked asked;
  /// Where no ports are asked about: also protocols that policies cannot name.
  net::ProtocolSet protocols = net::ProtocolSet::all();
  std::string text;  // "TCP 7070", "port http (TCP)", "all traffic", "ICMP"

  /// Only a network's groups can say something to these packets.
  [[nodiscard]] bool is_for_networks() const {
    return asked.entries.empty() && protocols != net::ProtocolSet::all();
  }
};

/// How to say what was asked.
std::string describe(const solver::queries::Asked& asked);

/// `ports`: the values of --port, each a list of 80, 8000-8080, http, with /udp or the like behind
/// any of them. `protocol`: tcp, udp, sctp, icmp, esp, ah, any, or empty. Fails with a message for
/// the user.
source::Result<AskedPackets> parse_packets(const std::vector<std::string>& ports,
                                           const std::string& protocol);

}  // namespace polreach::cli
