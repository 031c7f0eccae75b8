// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "policies/azure/link/addresses.h"
#include "policies/azure/link/interfaces.h"

namespace polreach::azure {

using model::Interface;
using Type = Node::Type;

namespace {

/// The configuration of one interface of each instance.
void add_configuration(Work& work, const Item& item, const Node& node) {
  Report& report = work.report;
  report.about(describe(item.id));
  Interface interface;
  const Node* name = node.find("name");
  interface.name = text_of(report, name, "the name of an interface").value_or(item.shown());
  interface.resource_group = item.id.group;
  interface.machine = item.name();
  interface.is_scale_set = item.id.type == type::kScaleSet;
  interface.where = name != nullptr ? name->where : node.where;
  // Its place is taken first: what its configurations refer to adds no interfaces.
  const std::size_t position = work.cloud.interfaces.size();
  read_configurations(work, open_property(&node, "ipConfigurations"), position,
                      interface.addresses);
  if (interface.addresses.empty()) interface.addresses.emplace_back();
  // Instances have addresses of their own, whatever the configuration says.
  if (interface.is_scale_set) {
    for (model::InterfaceAddress& address : interface.addresses) address.address.reset();
  }
  const Node* written = open_property(&node, "networkSecurityGroup");
  const Reference group = reference_of(report, written, {type::kGroup});
  if (group.id) {
    work.attach(interface, work.group(*group.id, group.where), group.where, std::nullopt);
  } else if (group.open) {
    interface.group_open = group.open;
    interface.group_where = group.where;
  }
  interface.ip_forwarding =
      flag_of(report, open_property(&node, "enableIPForwarding"), "enableIPForwarding", false)
          .value;
  work.cloud.interfaces.push_back(std::move(interface));
}

void add_open(Work& work, const Item& item, const Node& node) {
  Interface interface;
  interface.name = item.shown();
  interface.resource_group = item.id.group;
  interface.machine = item.name();
  interface.is_scale_set = item.id.type == type::kScaleSet;
  interface.where = item.where;
  interface.addresses.emplace_back();
  interface.group_open = work.report.world(node, "the network profile");
  work.membership.anywhere = node.text;
  work.cloud.interfaces.push_back(std::move(interface));
}

}  // namespace

void add_scale_sets(Work& work) {
  for (std::string_view type : {type::kScaleSet, type::kMachine}) {
    for (std::size_t index : work.inventory.of_type(type)) {
      const Item& item = work.inventory[index];
      if (item.missing) continue;
      work.report.about(describe(item.id));
      const bool set = type == type::kScaleSet;
      const Node* at = item.parts.front().body;
      if (set) at = field(work.report, item, "virtualMachineProfile").node;
      const Node* profile = at == nullptr ? nullptr : open_property(at, "networkProfile");
      const Node* list =
          profile == nullptr ? nullptr : open_property(profile, "networkInterfaceConfigurations");
      if (list == nullptr) continue;
      work.membership.any_interface = true;
      if (list->is(Type::Unknown)) {
        add_open(work, item, *list);
        continue;
      }
      for (const Node* entry : entries_of(work.report, list, "networkInterfaceConfigurations")) {
        if (entry->is(Type::Unknown)) {
          add_open(work, item, *entry);
        } else {
          add_configuration(work, item, *entry);
        }
      }
    }
  }
}

void add_private_endpoints(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kPrivateEndpoint)) {
    const Item& item = work.inventory[index];
    Report& report = work.report;
    report.about(describe(item.id));
    bool named = false;
    const Field nics = field(report, item, "networkInterfaces");
    for (const Node* entry : entries_of(report, nics.node, "networkInterfaces")) {
      const Reference nic = reference_of(report, entry, {type::kInterface});
      if (!nic.id) continue;
      named = true;
      const auto to = static_cast<std::size_t>(work.interface(*nic.id, nic.where));
      work.cloud.interfaces[to].is_private_endpoint = true;
    }
    if (named) continue;
    Interface interface;
    interface.name = item.shown();
    interface.resource_group = item.id.group;
    interface.is_private_endpoint = true;
    interface.where = item.where;
    const Reference subnet =
        reference_of(report, field(report, item, "subnet").node, {type::kSubnet});
    std::optional<model::SubnetId> in;
    if (subnet.id) in = work.subnet(*subnet.id, subnet.where);
    const Field written = field(report, item, "ipConfigurations");
    for (const Node* entry : entries_of(report, written.node, "ipConfigurations")) {
      model::InterfaceAddress& address = interface.addresses.emplace_back();
      address.address = address_of(report, open_property(entry, "privateIPAddress"));
    }
    if (interface.addresses.empty()) interface.addresses.emplace_back();
    for (model::InterfaceAddress& address : interface.addresses) address.subnet = in;
    work.cloud.interfaces.push_back(std::move(interface));
  }
}

}  // namespace polreach::azure
