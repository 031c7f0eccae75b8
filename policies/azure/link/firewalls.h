// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Azure Firewalls: their network rules, their own or those of their policy. What else a firewall
/// lets pass (application rules, DNAT rules, a policy or base policy that the input does not hold)
/// leaves it `more`, and without rules where that may come before all of them. Rules are by
/// priority of the collection group, then of the collection.
void add_firewalls(Work& work);

}  // namespace polreach::azure
