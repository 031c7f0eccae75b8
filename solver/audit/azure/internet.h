// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/azure/ground.h"

namespace polreach::solver::audit::azure {

/// What security groups let in from the internet: a finding for each set of rules at the first
/// group on the way, with all places that they open.
void check_internet(Ground& ground);

/// What they let out to it.
void check_egress(Ground& ground);

}  // namespace polreach::solver::audit::azure
