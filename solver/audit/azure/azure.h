// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/audit.h"

/// What is open, missing or without effect in networks of Azure and in the AKS clusters in them.
/// Each check is described in docs/checks-azure.md. Nothing is found, and nothing is said to be
/// unchecked, where the input holds nothing of Azure.
namespace polreach::solver::audit::azure {

[[nodiscard]] Area area();

}  // namespace polreach::solver::audit::azure
