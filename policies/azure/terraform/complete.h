// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/terraform/plan.h"
#include "policies/azure/terraform/references.h"

namespace polreach::azure::terraform {

/// The values of an instance with everything that a plan does not know: resolved to what it refers
/// to, or Unknown. What nobody wrote and the provider computes is left out, as it is in a template.
[[nodiscard]] Node complete(const Instance& instance, References& references);

}  // namespace polreach::azure::terraform
