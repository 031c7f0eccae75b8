// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "policies/azure/node.h"
#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"

namespace polreach::azure {

struct TerraformCount {
  std::size_t read = 0;        // resources and data sources
  std::size_t irrelevant = 0;  // of types that say nothing about connections
};

/// Reads what `terraform show -json` prints of a plan or a state (documentation: "JSON Output
/// Format", format_version 1.x) into ARM's shape. Resources of the providers azurerm and azapi are
/// read, with data sources of networks, subnets and security groups, which exist already.
///
/// A state is an export. In a plan most ids are not known: a resource has an id made of the names
/// that are, and references are followed through the configuration (see terraform/references.h).
/// What a plan leaves open is Unknown. What a plan deletes is not read.
///
/// Refuses other format versions and raw state files (`terraform-version`).
TerraformCount read_terraform(const Node& root, source::Diagnostics& diagnostics, Resources& out);

}  // namespace polreach::azure
