// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/path/hops.h"

namespace polreach::compiler {

/// Between two sites: out through the groups of the source's interface and subnet, in through
/// those of the destination's subnet and interface (Azure documentation, "How network security
/// groups filter network traffic"). "This includes intra-subnet traffic as well."
///
/// The headers are the packet's: groups see private addresses, before the source is translated on
/// the way out and after the destination was on the way in.
///
/// Addresses of a family that the other end does not have are left out, which a note says.
[[nodiscard]] Connection network_connection(Surroundings& around, const Site& source,
                                            const Site& destination);

/// Beyond so many ways, which only odd inputs have, none is told from the others.
inline constexpr std::size_t kMostWays = 256;

/// What the packets of a connection have at their ends.
struct Ends {
  const net::AddressSet& source;
  bool source_is_asked = true;
  const net::AddressSet& destination;
  bool destination_is_asked = true;
};
/// Where there would be more than kMostWays: adds one that an unknown decides (A-placement).
bool leave_out_ways(Surroundings& around, Connection& connection, std::size_t count,
                    const Ends& ends);

/// What every answer about security groups rests on.
void assume_network(Surroundings& around, Connection& connection);

/// Sets the packet's ends of a path from sites; false where no packet can have both (then the path
/// has a gate that nothing passes).
bool set_ends(Path& path, const net::AddressSet& source, bool source_is_asked,
              const net::AddressSet& destination, bool destination_is_asked,
              std::vector<std::string>& notes);

}  // namespace polreach::compiler
