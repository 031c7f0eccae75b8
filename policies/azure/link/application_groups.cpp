// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "policies/azure/link/interfaces.h"

namespace polreach::azure {

using model::ApplicationGroup;
using model::Unknown;

namespace {

constexpr const char* kSettle = "add the interfaces: az network nic list, az vmss nic list";

/// Of each group by itself: who is in one says nothing of another. `id`: A-application-group,
/// others than the interfaces of the input may be members; A-interface-groups, these may, too.
model::UnknownId open_members(Work& work, const ApplicationGroup& group, const std::string& why,
                              const char* id = "A-application-group") {
  return work.report.unknown(
      {Unknown::Scope::Address, id,
       "the members of application security group " + group.name + ": " + why, kSettle,
       group.where});
}

}  // namespace

void fill_application_groups(Work& work) {
  std::set<std::size_t> in_input;
  for (std::size_t index : work.inventory.of_type(type::kApplicationGroup)) {
    const Item& item = work.inventory[index];
    if (!item.missing) in_input.insert(work.position(item));
  }
  for (const model::Interface& interface : work.cloud.interfaces) {
    for (const model::InterfaceAddress& address : interface.addresses) {
      for (model::ApplicationGroupId id : address.groups) {
        ApplicationGroup& group = work.cloud.application_groups[static_cast<std::size_t>(id)];
        if (address.address) {
          group.members |= net::AddressSet(*address.address, *address.address);
        } else if (!group.more) {
          group.more =
              open_members(work, group, "the address of " + interface.name + " is not known");
        }
      }
    }
  }
  for (const model::ManagedCluster& cluster : work.cloud.clusters) {
    for (const model::NodePool& pool : cluster.pools) {
      for (model::ApplicationGroupId id : pool.groups) {
        ApplicationGroup& group = work.cloud.application_groups[static_cast<std::size_t>(id)];
        if (group.more) continue;
        group.more = open_members(
            work, group, "the addresses of the nodes of pool " + pool.name + " are not known");
      }
    }
  }
  for (std::size_t i = 0; i < work.cloud.application_groups.size(); ++i) {
    ApplicationGroup& group = work.cloud.application_groups[i];
    if (work.membership.anywhere) {
      group.more = open_members(work, group, *work.membership.anywhere + " is not known",
                                "A-interface-groups");
    }
    if (group.more) continue;
    if (!in_input.contains(i)) {
      group.more = open_members(work, group, "the group is not in the input");
    } else if (!work.membership.any_interface) {
      group.more = open_members(work, group, "the input holds no network interfaces");
    }
  }
}

}  // namespace polreach::azure
