// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policies/model/cloud.h"
#include "policies/net/address_set.h"

/// The routes of a subnet: those of its table, and the platform's own.
namespace polreach::compiler {

struct EffectiveRoute {
  enum class Hop : std::uint8_t {
    Network,   // within the virtual network
    Peering,   // to a connected peer
    HalfOpen,  // to a peer that the input holds, and that has no connected peering back
    Gateway,
    Internet,
    Appliance,
    Dropped,   // a user's route without next hop
    Unrouted,  // the platform's: private addresses that nothing else leads to
  };
  net::Prefix prefix;
  Hop hop = Hop::Unrouted;
  bool is_users = false;
  std::string name;  // "route default of table hub-routes", "peering to-hub"
  std::optional<net::Address> appliance;
  model::Span where;
};

struct RouteList {
  /// The first that holds an address leads it: longest prefix first, a user's before the
  /// platform's.
  std::vector<EffectiveRoute> routes;
  /// There may be others: the table or parts of it are not known.
  std::optional<std::string> open;
  bool has_gateway = false;  // of the network or a peer of it: it may bring routes

  /// A default route by the user, in any family.
  [[nodiscard]] bool has_users_default() const;
};
[[nodiscard]] RouteList routes_of(const model::Cloud& cloud, model::SubnetId id);

}  // namespace polreach::compiler
