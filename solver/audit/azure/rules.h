// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>

#include "solver/audit/azure/ground.h"

namespace polreach::solver::audit::azure {

/// Rules that never act, and that change nothing. Each was proven by Z3 in every network in which
/// the group acts.
void check_rules(Ground& ground);

/// Rules that let in a part of the network, where AllowVnetInBound lets in the rest of it. Gives
/// their groups.
std::set<const model::SecurityGroup*> check_restrictions(Ground& ground);

/// Management ports that only AllowVnetInBound decides on; groups in `said` are left out.
void check_lateral(Ground& ground, const std::set<const model::SecurityGroup*>& said);

/// Groups that let clients of the internet in, and stop the probes of the load balancer that they
/// must come through.
void check_probes(Ground& ground);

/// Rules that let in a tag as wide as AzureCloud.
void check_broad_tags(Ground& ground);

}  // namespace polreach::solver::audit::azure
