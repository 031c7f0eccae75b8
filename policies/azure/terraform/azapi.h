// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/resource.h"
#include "policies/azure/terraform/plan.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure::terraform {

/// Adds a resource of the azapi provider, whose body has ARM's shape already: an object, or in
/// version 1 of the provider a string of JSON. `values` are complete (see complete.h); without an
/// id there is nothing to add.
void read_azapi(const Instance& instance, const Node& values, source::Diagnostics& diagnostics,
                Resources& out);

}  // namespace polreach::azure::terraform
