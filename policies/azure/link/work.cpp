// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/work.h"

#include <utility>

namespace polreach::azure {

using model::ApplicationGroupId;
using model::GroupId;
using model::InterfaceId;
using model::NetworkId;
using model::RouteTableId;
using model::SubnetId;
using model::UnknownId;

namespace {

std::string absent_text(const ResourceId& id) { return describe(id) + " is not in the input"; }

}  // namespace

void Directory::add(const ResourceId& id, std::size_t position) {
  entries_[name_key(id)].push_back({id, position});
  exact_.emplace(exact_key(id), position);
}

std::vector<const Directory::Entry*> Directory::matches(const ResourceId& id) const {
  std::vector<const Entry*> result;
  const auto found = entries_.find(name_key(id));
  if (found == entries_.end() || id.name().empty()) return result;
  for (const Entry& entry : found->second) {
    if (may_be_same(entry.id, id)) result.push_back(&entry);
  }
  return result;
}

std::optional<std::size_t> Directory::find(const ResourceId& id) const {
  if (const auto exact = exact_.find(exact_key(id)); exact != exact_.end()) return exact->second;
  const auto found = matches(id);
  if (found.size() != 1) return std::nullopt;
  return found.front()->position;
}

bool Directory::several(const ResourceId& id) const { return matches(id).size() > 1; }

std::string how_to_add(const ResourceId& id) {
  struct Command {
    std::string_view type;
    std::string_view words;
  };
  static constexpr Command kCommands[] = {
      {type::kGroup, "az network nsg show"},
      {type::kApplicationGroup, "az network asg show"},
      {type::kNetwork, "az network vnet show"},
      {type::kRouteTable, "az network route-table show"},
      {type::kInterface, "az network nic show"},
      {type::kFirewallPolicy, "az network firewall policy show"},
      {type::kAddressGroup, "az network ip-group show"}};
  const ResourceId whole = id.type == type::kSubnet ? id.parent() : id;
  for (const Command& command : kCommands) {
    if (command.type != whole.type) continue;
    const std::string group = whole.group.empty() ? "GROUP" : whole.group;
    const std::string name = whole.name().empty() ? "NAME" : whole.name();
    return "add it: " + std::string(command.words) + " -g " + group + " -n " + name;
  }
  return "add it to the input";
}

Work::Work(const Resources& resources, model::ServiceTags tags, Report& to)
    : report(to), inventory(resources, to) {
  cloud.service_tags = std::move(tags);
  add_items();
}

void Work::add_items() {
  for (std::string_view type :
       {type::kApplicationGroup, type::kGroup, type::kNetwork, type::kSubnet, type::kRouteTable,
        type::kInterface, type::kScaleSetInterface, type::kPublicAddress, type::kFirewallPolicy,
        type::kAddressGroup}) {
    for (std::size_t index : inventory.of_type(type)) add_item(index);
  }
}

void Work::add_item(std::size_t index) {
  const Item& item = inventory[index];
  const std::string& name = item.name();
  const std::string& rg = item.id.group;
  std::size_t position = 0;
  const auto put = [&](auto& list) -> auto& {
    position = list.size();
    auto& added = list.emplace_back();
    added.name = name.empty() ? item.shown() : name;
    added.where = item.where;
    return added;
  };
  if (item.id.type == type::kApplicationGroup) {
    put(cloud.application_groups).resource_group = rg;
  } else if (item.id.type == type::kGroup) {
    put(cloud.groups).resource_group = rg;
    const auto open = conditions(report, item);
    if (!open.empty()) existence_.emplace(static_cast<GroupId>(position), report.all(open));
  } else if (item.id.type == type::kNetwork) {
    put(cloud.networks).resource_group = rg;
  } else if (item.id.type == type::kSubnet) {
    put(cloud.subnets).network = static_cast<NetworkId>(positions_.at(&inventory[*item.parent]));
  } else if (item.id.type == type::kRouteTable) {
    put(cloud.route_tables).resource_group = rg;
  } else if (item.id.type == type::kInterface || item.id.type == type::kScaleSetInterface) {
    model::Interface& interface = put(cloud.interfaces);
    interface.resource_group = rg;
    if (item.id.type == type::kScaleSetInterface) {
      interface.machine = item.id.names.front();
      interface.is_scale_set = true;
    }
  } else {
    position = index;
  }
  positions_.emplace(&item, position);
  directory_.add(item.id, position);
}

std::optional<std::size_t> Work::find(const ResourceId& id, const Span& where) {
  const auto found = directory_.find(id);
  if (!found && directory_.several(id)) {
    report.error("ambiguous-azure-id", where, describe(id) + " can be one of several in the input",
                 "give the resource group of each of them");
  }
  return found;
}

GroupId Work::group(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<GroupId>(*found);
  const std::size_t position = cloud.groups.size();
  model::SecurityGroup& group = cloud.groups.emplace_back();
  group.name = id.name();
  group.resource_group = id.group;
  group.where = where;
  group.missing = report.absent(absent_text(id), how_to_add(id), where);
  directory_.add(id, position);
  return static_cast<GroupId>(position);
}

std::optional<GroupId> Work::find_group(const ResourceId& id) const {
  const auto found = directory_.find(id);
  if (!found) return std::nullopt;
  return static_cast<GroupId>(*found);
}

ApplicationGroupId Work::application_group(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<ApplicationGroupId>(*found);
  const std::size_t position = cloud.application_groups.size();
  model::ApplicationGroup& group = cloud.application_groups.emplace_back();
  group.name = id.name();
  group.resource_group = id.group;
  group.where = where;
  // Members say by themselves that they are in it: the step of the interfaces decides on `more`.
  directory_.add(id, position);
  return static_cast<ApplicationGroupId>(position);
}

UnknownId Work::absent_addresses(const ResourceId& id, const Span& where) {
  return report.absent("the addresses of " + describe(id) + " are not in the input", how_to_add(id),
                       where, model::Unknown::Scope::Address);
}

NetworkId Work::missing_network(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<NetworkId>(*found);
  const std::size_t position = cloud.networks.size();
  model::VirtualNetwork& network = cloud.networks.emplace_back();
  network.name = id.name();
  network.resource_group = id.group;
  network.where = where;
  network.space.more = absent_addresses(id, where);
  model::Peering& peering = network.peerings.emplace_back();
  peering.name = "(not known)";
  peering.remote.more =
      report.absent("the networks that " + describe(id) + " is connected with are not in the input",
                    how_to_add(id), where, model::Unknown::Scope::Address);
  peering.where = where;
  directory_.add(id, position);
  return static_cast<NetworkId>(position);
}

std::optional<NetworkId> Work::network(const ResourceId& id) const {
  const auto found = directory_.find(id);
  if (!found) return std::nullopt;
  return static_cast<NetworkId>(*found);
}

SubnetId Work::subnet(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<SubnetId>(*found);
  const NetworkId network = missing_network(id.parent(), where);
  const std::size_t position = cloud.subnets.size();
  model::Subnet& subnet = cloud.subnets.emplace_back();
  subnet.network = network;
  subnet.name = id.name();
  subnet.where = where;
  subnet.space.more = absent_addresses(id, where);
  subnet.group_open = report.absent(absent_text(id), how_to_add(id), where);
  subnet.routes_open = subnet.group_open;
  directory_.add(id, position);
  return static_cast<SubnetId>(position);
}

RouteTableId Work::route_table(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<RouteTableId>(*found);
  const std::size_t position = cloud.route_tables.size();
  model::RouteTable& table = cloud.route_tables.emplace_back();
  table.name = id.name();
  table.resource_group = id.group;
  table.where = where;
  table.missing = report.absent(absent_text(id), how_to_add(id), where);
  directory_.add(id, position);
  return static_cast<RouteTableId>(position);
}

InterfaceId Work::interface(const ResourceId& id, const Span& where) {
  if (const auto found = find(id, where)) return static_cast<InterfaceId>(*found);
  if (id.type == type::kScaleSetInterface) {
    // Instances of a scale set have what its configuration of that name gives them.
    for (std::size_t i = 0; i < cloud.interfaces.size(); ++i) {
      const model::Interface& other = cloud.interfaces[i];
      if (other.is_scale_set && same_name(other.machine, id.names.front()) &&
          same_name(other.name, id.name())) {
        directory_.add(id, i);
        return static_cast<InterfaceId>(i);
      }
    }
  }
  const std::size_t position = cloud.interfaces.size();
  model::Interface& interface = cloud.interfaces.emplace_back();
  interface.name = id.name();
  interface.resource_group = id.group;
  interface.where = where;
  if (id.type == type::kScaleSetInterface) {
    interface.machine = id.names.front();
    interface.is_scale_set = true;
  }
  interface.addresses.emplace_back();
  interface.group_open = report.absent(absent_text(id), how_to_add(id), where);
  directory_.add(id, position);
  return static_cast<InterfaceId>(position);
}

const Item* Work::item(const ResourceId& id) const {
  const auto found = directory_.find(id);
  return found ? &inventory[*found] : nullptr;
}

template <typename Attached>
void Work::attach_to(Attached& to, const std::string& shown, GroupId group, const Span& where,
                     std::optional<UnknownId> open) {
  if (to.group_open && conflicts_.contains(*to.group_open)) return;
  if (to.group && *to.group != group) {
    report.about(shown);
    report.error("attachment-conflict", {where, to.group_where, "the other group is attached here"},
                 shown + " has two network security groups, " + cloud[*to.group].name + " and " +
                     cloud[group].name,
                 "a subnet or network interface can have one: give polreach one of the two");
    to.group.reset();
    to.group_open = report.unreadable("the network security group of " + shown, where);
    conflicts_.insert(*to.group_open);
    return;
  }
  const auto exists = existence(group);
  if (open && exists && *open != *exists) {
    open = report.all({*open, *exists});
  } else if (!open) {
    open = exists;
  }
  const bool before = to.group.has_value();
  to.group = group;
  if (!before || !open) to.group_open = open;
  if (!to.group_where.exists()) to.group_where = where;
}

void Work::attach(model::Subnet& subnet, GroupId group, const Span& where,
                  std::optional<UnknownId> open) {
  attach_to(subnet, "subnet " + subnet.name, group, where, open);
}

void Work::attach(model::Interface& interface, GroupId group, const Span& where,
                  std::optional<UnknownId> open) {
  attach_to(interface, "network interface " + interface.name, group, where, open);
}

std::optional<UnknownId> Work::existence(GroupId group) const {
  const auto found = existence_.find(group);
  if (found == existence_.end()) return std::nullopt;
  return found->second;
}

}  // namespace polreach::azure
