// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "compiler/path/path.h"
#include "tests/oracle/oracle.h"

/// The naive referee of paths: it decides one packet, with a value for everything that is open, by
/// comparing values rule by rule, and bounds by trying all values that the filters can tell apart.
/// Of compiler/path it uses the data types only.
///
/// Written from: Azure documentation, "Network security groups" (rules in order, the first that
/// matches decides; ports mean nothing to protocols without them; a network manager's rules come
/// first), and the contracts in compiler/path/filter.h and path.h.
namespace polreach::oracle {

/// A fact as a variable: of the world, or of one address that headers show. Two hops that see one
/// address (the packet's source, its destination, one chosen variable) share the fact, in whichever
/// end of the header the address stands.
struct FactKey {
  enum class Whose : std::uint8_t { World, Source, Destination, Chosen };
  model::UnknownId unknown{};
  Whose whose = Whose::World;
  std::uint32_t variable = 0;  // Chosen
  friend auto operator<=>(const FactKey&, const FactKey&) = default;
};

/// A value for everything that a path leaves open about a packet.
struct Openings {
  std::set<FactKey> holds;  // the facts that are true
  net::Address source;      // of the packet's ends; of an end that is asked the packet's own
  net::Address destination;
  std::map<std::uint32_t, net::Address> chosen;
  net::Port source_port = 1024;  // where it is chosen
  std::size_t policies = 0;      // a world of the Kubernetes half
};

/// What the Kubernetes half says about hops of Kind::Policies, in each of its worlds.
struct PolicyWorlds {
  std::size_t count = 1;
  std::function<bool(std::size_t world, const compiler::Hop&, const net::Flow&)> passes =
      [](std::size_t, const compiler::Hop&, const net::Flow&) { return true; };
  /// What the policies compare addresses with.
  std::vector<net::AddressSet> compared = {};
};

/// The header that a hop sees.
[[nodiscard]] net::Flow header_at(const compiler::Hop& hop, const net::Flow& packet,
                                  const Openings& openings);

/// Whether the packet passes one way.
[[nodiscard]] bool passes(const model::Cloud& cloud, const compiler::Path& way,
                          const net::Flow& packet, const Openings& openings,
                          const PolicyWorlds& policies = {});

/// The facts, and the chosen variables with their addresses, that the hops of a path name.
[[nodiscard]] std::vector<FactKey> facts_of(const model::Cloud& cloud, const compiler::Path& way);
[[nodiscard]] std::map<std::uint32_t, net::AddressSet> chosen_of(const compiler::Path& way);

/// One address of `among` for each way in which the path's filters can see it; and the same for the
/// source ports from 1024.
[[nodiscard]] std::vector<net::Address> representatives(const compiler::Path& way,
                                                        const net::AddressSet& among,
                                                        const PolicyWorlds& policies = {});
[[nodiscard]] std::vector<net::Port> representative_source_ports(const compiler::Path& way);

/// The packet in all that is open: Always where it passes each of the ways whatever that is, Never
/// where it passes none of them in any case. Of an end that is not asked, the packet's address does
/// not count. There is at least one way.
[[nodiscard]] Tri decide(const model::Cloud& cloud, const std::vector<compiler::Path>& ways,
                         const net::Flow& packet, const PolicyWorlds& policies = {});

}  // namespace polreach::oracle
