// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/audit.h"
#include "solver/audit/azure/checks.h"

namespace polreach::solver::audit::azure {

/// What the resources of the input are set to, where no packet depends on it: flow logs, retired
/// SKUs and add-ons, application gateways without a firewall. Looks at networks only to say which
/// of them no flow log covers.
void check_estate(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit);

}  // namespace polreach::solver::audit::azure
