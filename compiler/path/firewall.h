// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/path/route_list.h"
#include "compiler/path/surroundings.h"

namespace polreach::compiler {

/// What an appliance does with packets that a route leads to it. Of Azure Firewall its network
/// rules count, by priority: all packets pass, none does, or it depends on what they are. Of other
/// appliances nothing is known.
[[nodiscard]] Routed through_appliance(Surroundings& around, const EffectiveRoute& route,
                                       const net::AddressSet& source,
                                       const net::AddressSet& destination);

}  // namespace polreach::compiler
