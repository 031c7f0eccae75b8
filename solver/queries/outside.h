// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/resolve/cluster.h"

namespace polreach::solver::queries {

/// The outside addresses that lists are about: all of IPv4, and of IPv6 too where something in the
/// input speaks of it.
[[nodiscard]] net::AddressSet outside_addresses(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
