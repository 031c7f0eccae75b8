// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/resolve/cluster.h"
#include "solver/check/packet.h"
#include "solver/z3/encoding.h"

namespace polreach::solver::z3 {

/// The world of a cluster's policies that a model of Z3 speaks of. Included by solver/z3/*.cpp
/// only.
[[nodiscard]] check::World read_world(const compiler::Cluster& cluster, Encoding& encoding,
                                      const ::z3::model& model, Encoding::Copy copy);

}  // namespace polreach::solver::z3
