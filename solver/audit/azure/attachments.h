// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/azure/ground.h"

namespace polreach::solver::audit::azure {

/// Subnets and interfaces without groups, groups without either, private endpoints that no group
/// acts on, interfaces that forward, and default routes that widen VirtualNetwork.
void check_attachments(Ground& ground);

}  // namespace polreach::solver::audit::azure
