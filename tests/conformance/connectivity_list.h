// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
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

/// "All Connections", "No Connections", "TCP 80,443,UDP 53".
[[nodiscard]] net::Traffic read_traffic(const std::string& text);

/// "namespace/name[Kind]" or "first-last[External]"; nothing for another form.
[[nodiscard]] std::optional<ListedEnd> read_end(const std::string& text);

/// Reads such a list. Lines of another form, and those about ingress controllers, are left out.
[[nodiscard]] std::vector<ListedConnection> read_connectivity(const std::filesystem::path& file);

}  // namespace polreach::conformance
