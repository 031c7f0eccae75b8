// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/azure/ground.h"

namespace polreach::solver::audit::azure {

/// What AKS clusters are set to, and what security groups do to their pods.
void check_clusters(Ground& ground);

/// What the Services of the manifests let in through their load balancers; only where the cluster
/// that they belong to is in the input.
void check_services(Ground& ground);

}  // namespace polreach::solver::audit::azure
