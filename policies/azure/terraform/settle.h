// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policies/azure/resource.h"
#include "policies/azure/terraform/translate.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure::terraform {

/// What the documents say beside the resources themselves.
struct Circumstances {
  /// A plan: resources without a known subscription are created by it.
  bool planned = false;
  /// Ids of rules, routes and subnets that the plan deletes.
  std::vector<ResourceId> deleted;
  /// Associations that the plan deletes: what they are about, and the property.
  std::vector<std::pair<ResourceId, std::string>> detached;
  /// Ids (to_string) of security groups whose inline rules are written in the configuration.
  std::set<std::string> written;
};

/// Brings together what the provider's schema writes apart. Patches are applied to the resource
/// that they are about where it is there, else left to whoever has it; those of one resource become
/// one. In particular:
/// - `security_rule`, `route` and `subnet` of an existing parent are computed by the provider and
///   hold the separate resources, too, perhaps from before the plan: the separate ones count.
///   Written ones beside separate ones are a warning (`mixed-rules`), as in the documentation of
///   azurerm_network_security_rule.
/// - An application group that is associated with an interface is that of each of its
///   configurations. Where the interface is not there, the patch has it beside them.
/// - A stray leaves open the property of each resource that it may be about.
void settle(Translation from, const Circumstances& circumstances, source::Diagnostics& diagnostics,
            Resources& out);

}  // namespace polreach::azure::terraform
