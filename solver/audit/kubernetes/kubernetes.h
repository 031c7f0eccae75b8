// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/audit.h"

/// The checks of what Kubernetes policies leave open, and of policies that do not do what they seem
/// to. docs/checks-kubernetes.md describes each.
namespace polreach::solver::audit {

[[nodiscard]] Area kubernetes_area();

}  // namespace polreach::solver::audit
