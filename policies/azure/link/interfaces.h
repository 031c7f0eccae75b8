// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Network interfaces, their machines, and their public addresses.
void fill_interfaces(Work& work);
/// The interfaces that scale sets, and machines that say it inline, give to their instances.
void add_scale_sets(Work& work);
/// Private endpoints. After the interfaces.
void add_private_endpoints(Work& work);
/// The members of application groups, from all interfaces.
void fill_application_groups(Work& work);

/// The address configurations in an interface's body, or in a scale set's configuration of one;
/// `interface` is its place in the cloud. Used for both.
void read_configurations(Work& work, const Node* list, std::size_t interface,
                         std::vector<model::InterfaceAddress>& addresses);

}  // namespace polreach::azure
