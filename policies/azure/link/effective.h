// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Exports of effective rules (Azure REST, NetworkInterfaceEffectiveNSGListResult): resources of
/// the type "polreach/effectivegroups", each with one entry of the export as its body: its list of
/// rules is `effectiveSecurityRules`, or `securityRules` with names that have lost their prefixes
/// and `isDefault` in their place.
///
/// An entry of a security group becomes a group with its rules, tags expanded, and is attached to
/// the subnet and the interface that the entry names. Where the input holds the group itself, that
/// one counts, and the entry is the warning `effective-ignored`. The same group attached with
/// different rules at two places becomes two groups.
///
/// An entry of a network manager without a security group becomes the group of Interface::admin:
/// of the interface that it names, or else of all interfaces that entries of the same file name.
/// Where there is none, that is the error `admin-rules-unattached`.
void add_effective_groups(Work& work);

}  // namespace polreach::azure
