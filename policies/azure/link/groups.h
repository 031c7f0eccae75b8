// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// The rules of the security groups: those in the body, those that are resources of their own, and
/// the six default rules.
void fill_groups(Work& work);

/// What a group's own export says about subnets and interfaces that it is attached to. After the
/// steps that fill those.
void attach_groups(Work& work);

/// Adds those of the six default rules that the group does not have yet.
void add_default_rules(model::SecurityGroup& group);
/// The default rules of an export; those that are not as documented are the warning
/// `unusual-default-rule`, and count.
void read_default_rules(Work& work, const Node* list, model::SecurityGroup& group);

/// What the API checks over all rules of a group: priorities (`duplicate-priority`), limits
/// (`group-limit`), and that application groups of one rule are in one network
/// (`groups-of-networks`). The last needs the interfaces.
void check_group(Work& work, model::SecurityGroup& group);
void check_application_groups(Work& work);

}  // namespace polreach::azure
