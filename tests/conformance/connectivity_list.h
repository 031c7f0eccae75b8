// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "policies/net/address_set.h"
#include "policies/net/traffic.h"

namespace polreach::conformance {

/// One end of a connection: "namespace/name[Kind]", "{ingress-controller}", or addresses outside
/// (then the name is empty).
struct ListedEnd {
  std::string name;
  net::AddressSet addresses;
};

/// All connections of a cluster as a table in which two lists that mean the same are equal, however
/// they split addresses into ranges. IPv4 only, as in the lists of other tools; connections of an
/// end with itself are left out, as they are there.
class Connections {
 public:
  /// Adds to what is there. One of the ends must have a name.
  void add(const ListedEnd& source, const ListedEnd& destination, const net::Traffic& traffic);

  /// The differences of `found` from this table, which is the expected one; a line each.
  [[nodiscard]] std::vector<std::string> differences(const Connections& found) const;

 private:
  using Pair = std::pair<std::string, std::string>;        // source, destination; empty: outside
  using Ranges = std::map<net::Traffic, net::AddressSet>;  // no address twice

  std::map<Pair, net::Traffic> between_;
  std::map<Pair, Ranges> outside_;
};

/// Reads a list with lines "SRC => DST : CONNS". Lines of another form are left out.
[[nodiscard]] Connections read_connectivity(const std::filesystem::path& file);

}  // namespace polreach::conformance
