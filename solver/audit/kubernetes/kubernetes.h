// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/audit/stages.h"

/// The checks of what Kubernetes policies leave open, and of policies that do not do what they seem
/// to. docs/checks-kubernetes.md describes each.
namespace polreach::solver::audit {

[[nodiscard]] Area kubernetes_area();

/// Makes its checks, and says how long each kind took.
void audit_kubernetes(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit,
                      std::vector<Stage>& stages);

}  // namespace polreach::solver::audit
