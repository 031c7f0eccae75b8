// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/resolve/cluster.h"

namespace polreach::solver::queries {

/// The addresses outside that can matter: IPv4 ones, and those of both families where something
/// speaks of IPv6.
[[nodiscard]] net::AddressSet outside_addresses(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
