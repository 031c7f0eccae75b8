// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "policies/net/address_set.h"
#include "policies/net/traffic.h"

namespace polreach::conformance {

/// One end of a listed connection: a workload as "namespace/name", or outside IPv4 addresses.
struct ListedEnd {
  std::string workload;
  net::AddressSet addresses;
};

/// A line "SRC => DST : CONNS" of another tool's list of connections.
struct ListedConnection {
  ListedEnd source;
  ListedEnd destination;
  net::Traffic traffic;
};

/// Reads such a list. Lines of another form, and those about ingress controllers, are left out.
[[nodiscard]] std::vector<ListedConnection> read_connectivity(const std::filesystem::path& file);

}  // namespace polreach::conformance
