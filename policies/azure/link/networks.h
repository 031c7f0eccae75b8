// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Virtual networks with their peerings, subnets with what is attached to them.
void fill_networks(Work& work);
/// Route tables, and the subnets that their exports say they are attached to.
void fill_routes(Work& work);

}  // namespace polreach::azure
