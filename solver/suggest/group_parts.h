// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/net/flow.h"
#include "solver/suggest/group.h"

/// What placing rules in groups and comparing their effect share.
namespace polreach::solver::suggest {

/// A protocol as rules name it, and its ports.
struct Named {
  std::string word;
  net::ProtocolSet protocols;
  net::PortSet ports = net::all_header_ports();
};

/// The packets, protocol by protocol. Fails where a group cannot name one.
[[nodiscard]] source::Result<std::vector<Named>> named(const queries::PassageAsked& asked);

[[nodiscard]] net::AddressSet addresses_of(const std::vector<compiler::Site>& sites);

}  // namespace polreach::solver::suggest
