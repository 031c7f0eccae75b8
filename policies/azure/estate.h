// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/resource.h"
#include "policies/model/estate.h"

namespace polreach::azure {

/// What of the resources decides about no packet: SKUs of load balancers and public addresses,
/// application gateways with their firewalls, flow logs, add-ons of clusters. Each resource once,
/// as its first definition has it.
void add_estate(const Resources& resources, const source::SourceMap& sources,
                model::Estate& estate);

}  // namespace polreach::azure
