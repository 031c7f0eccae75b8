// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/source/result.h"
#include "solver/queries/can.h"

namespace polreach::cli {

/// What --port and --protocol ask about, and how to say it.
struct AskedPackets {
  solver::queries::Asked asked;
  std::string text;  // "TCP 7070", "port http (TCP)", "all traffic"
};

/// How to say what was asked.
std::string describe(const solver::queries::Asked& asked);

/// `ports`: the values of --port, each a list of 80, 8000-8080, http, with /udp or the like behind
/// any of them. `protocol`: tcp, udp, sctp, any, or empty. Fails with a message for the user.
source::Result<AskedPackets> parse_packets(const std::vector<std::string>& ports,
                                           const std::string& protocol);

}  // namespace polreach::cli
