// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "solver/check/packet.h"
#include "solver/queries/can.h"

namespace polreach::solver::queries {

/// The first packet of the first part of an outcome that has some of the `traffic`, in a world;
/// nothing where none has, or where the ends are known to speak no common family. `left_out`:
/// addresses that are not meant.
[[nodiscard]] std::optional<check::Witness> first_packet(const compiler::Cluster& cluster,
                                                         const Outcome& outcome,
                                                         net::Traffic Part::*traffic,
                                                         const check::World& world,
                                                         const net::AddressSet& left_out);

}  // namespace polreach::solver::queries
