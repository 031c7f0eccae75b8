// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "policies/azure/resource.h"
#include "policies/source/diagnostics.h"
#include "policies/syntax/taken.h"
#include "policies/syntax/tape.h"

/// The rules that Azure says are in effect on an interface: `az network nic list-effective-nsg`,
/// REST NetworkInterfaces_ListEffectiveNetworkSecurityGroups (EffectiveNetworkSecurityGroup).
///
/// Each entry becomes a Resource of a type that Azure does not have. Its body:
///
///   networkSecurityGroup: {id}     the group that the rules come from; absent for those of a
///                                  network manager alone
///   association:                   where the rules act; at least one is there
///     networkInterface: {id}       on this interface
///     subnet: {id}                 on all interfaces of this subnet
///     networkManager: {id}         security admin rules: they act before every group
///   securityRules: [...]           all of them, the defaults too, in the shape of az:
///     name                         without "securityRules/" or "defaultSecurityRules/"
///     isDefault                    Bool: it was a default rule
///     protocol                     as a group's own rules have it: `*` in place of "All"
///     access, priority, direction
///     sourcePortRange(s), destinationPortRange(s)                as they were written
///     sourceAddressPrefix(es), destinationAddressPrefix(es)      as they were written
///     expandedSourceAddressPrefix, expandedDestinationAddressPrefix
///                                  Array, where Azure has resolved the side: the whole side stands
///                                  for these addresses, whatever its prefixes say. Absent where
///                                  it has not: then the prefixes are what they say.
///
/// Its id is that of the interface, the subnet, or the manager (the first that there is) with this
/// type and the name "GROUP on NAME". Two exports of one interface give two Resources of one id.
namespace polreach::azure {

constexpr std::string_view kEffectiveType = "polreach/effectivegroups";

/// What stands before the name of a rule: it is one of Azure's, or one of the group's.
constexpr std::string_view kDefaultRulePrefix = "defaultSecurityRules/";
constexpr std::string_view kOwnRulePrefix = "securityRules/";

syntax::Taken read_effective(const syntax::Value& entry, source::Diagnostics& diagnostics,
                             Resources& resources);

}  // namespace polreach::azure
