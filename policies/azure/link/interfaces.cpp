// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/interfaces.h"

#include <algorithm>
#include <utility>

#include "policies/azure/link/addresses.h"

namespace polreach::azure {

using model::Interface;
using model::InterfaceAddress;
using Type = Node::Type;

namespace {

/// The address of a public IP address that is in the input, or that is written inline.
void read_public(Work& work, const Node* node, InterfaceAddress& address) {
  if (node == nullptr) return;
  address.is_public = true;
  address.public_address = address_of(work.report, open_property(node, "ipAddress"));
  if (node->is(Type::Object) && node->find("id") == nullptr) return;
  const Reference reference = reference_of(work.report, node, {});
  if (!reference) address.is_public = false;
  const Item* item = reference.id ? work.item(*reference.id) : nullptr;
  if (item == nullptr || item->id.type != type::kPublicAddress) return;
  address.public_address = address_of(work.report, field(work.report, *item, "ipAddress").node);
}

void read_memberships(Work& work, const Node* list, InterfaceAddress& address) {
  if (list == nullptr) return;
  if (list->is(Type::Unknown)) {
    work.membership.anywhere = list->text;
    return;
  }
  for (const Node* entry : entries_of(work.report, list, "applicationSecurityGroups")) {
    const Reference group = reference_of(work.report, entry, {type::kApplicationGroup});
    if (group.id) {
      const auto id = work.application_group(*group.id, group.where);
      auto& groups = address.groups;
      if (std::find(groups.begin(), groups.end(), id) == groups.end()) groups.push_back(id);
    } else if (group.open) {
      const Node* node = entry->is(Type::Object) ? entry->find("id") : entry;
      if (node == nullptr || !node->is(Type::Unknown)) continue;  // an error
      work.membership.anywhere = node->text;
    }
  }
}

/// Names of a scale set's configuration differ from an interface's: publicIPAddressConfiguration.
InterfaceAddress read_configuration(Work& work, const Node& node) {
  InterfaceAddress address;
  const Node* text = open_property(&node, "privateIPAddress");
  address.address = address_of(work.report, text);
  const Reference subnet =
      reference_of(work.report, open_property(&node, "subnet"), {type::kSubnet});
  if (subnet.id) address.subnet = work.subnet(*subnet.id, subnet.where);
  read_public(work, open_property(&node, "publicIPAddress"), address);
  if (!address.is_public) {
    read_public(work, open_property(&node, "publicIPAddressConfiguration"), address);
  }
  read_memberships(work, open_property(&node, "applicationSecurityGroups"), address);
  return address;
}

void fill_interface(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  const std::size_t position = work.position(item);
  Interface interface = work.cloud.interfaces[position];
  read_configurations(work, field(report, item, "ipConfigurations").node, position,
                      interface.addresses);
  // An association that is a resource of its own does not always name the configuration.
  for (const Part& part : item.parts) {
    const Node* groups = open_property(part.body, "applicationSecurityGroups");
    if (groups == nullptr) continue;
    if (interface.addresses.empty()) interface.addresses.emplace_back();
    for (InterfaceAddress& address : interface.addresses) read_memberships(work, groups, address);
  }
  if (interface.addresses.empty()) interface.addresses.emplace_back();
  const Field written = field(report, item, "networkSecurityGroup");
  if (item.missing) {
    interface.group_open =
        report.absent(describe(item.id) + " is not in the input", how_to_add(item.id), item.where);
  }
  const Reference group = reference_of(report, written.node, {type::kGroup});
  if (written) interface.group_where = group.where;
  if (group.id) {
    std::optional<model::UnknownId> open;
    if (written.part->is_patch()) {
      const auto all = conditions(report, *written.part);
      if (!all.empty()) open = report.all(all);
    }
    work.attach(interface, work.group(*group.id, group.where), group.where, open);
  } else if (group.open) {
    interface.group_open = group.open;
  }
  report.about(describe(item.id));
  if (item.contradicted) {
    interface.group.reset();
    interface.group_open = report.unreadable(describe(item.id), item.where);
    for (InterfaceAddress& address : interface.addresses) address.address.reset();
  }
  interface.ip_forwarding =
      flag_of(report, field(report, item, "enableIPForwarding").node, "enableIPForwarding", false)
          .value;
  const Reference machine = reference_of(report, field(report, item, "virtualMachine").node, {});
  if (machine.id) {
    interface.machine = machine.id->names.front();
    interface.is_scale_set = machine.id->type.starts_with(type::kScaleSet);
  }
  const Field endpoint = field(report, item, "privateEndpoint");
  interface.is_private_endpoint = endpoint && !endpoint.node->is(Type::Unknown);
  work.cloud.interfaces[position] = std::move(interface);
}

void attach_machines(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kMachine)) {
    const Item& item = work.inventory[index];
    work.report.about(describe(item.id));
    const Field profile = field(work.report, item, "networkProfile");
    const Node* list = open_property(profile.node, "networkInterfaces");
    for (const Node* entry : entries_of(work.report, list, "networkInterfaces")) {
      const Reference nic = reference_of(work.report, entry, {type::kInterface});
      if (!nic.id) continue;
      const auto to = static_cast<std::size_t>(work.interface(*nic.id, nic.where));
      work.cloud.interfaces[to].machine = item.name();
    }
  }
}

/// ".../networkInterfaces/N/ipConfigurations/C", which exports of public addresses name.
void attach_public_addresses(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kPublicAddress)) {
    const Item& item = work.inventory[index];
    work.report.about(describe(item.id));
    const Reference to =
        reference_of(work.report, field(work.report, item, "ipConfiguration").node, {});
    if (!to.id || to.id->names.size() < 2) continue;
    const ResourceId nic = to.id->parent();
    if (nic.type != type::kInterface && nic.type != type::kScaleSetInterface) continue;
    const auto interface = static_cast<std::size_t>(work.interface(nic, to.where));
    Interface& found = work.cloud.interfaces[interface];
    const auto at = work.configurations.find({interface, lower(to.id->name())});
    InterfaceAddress& address =
        at == work.configurations.end() ? found.addresses.front() : found.addresses[at->second];
    address.is_public = true;
    address.public_address = address_of(work.report, field(work.report, item, "ipAddress").node);
  }
}

}  // namespace

void read_configurations(Work& work, const Node* list, std::size_t interface,
                         std::vector<InterfaceAddress>& addresses) {
  if (list != nullptr && list->is(Type::Unknown)) {
    addresses.emplace_back();
    read_memberships(work, list, addresses.back());
    return;
  }
  for (const Node* entry : entries_of(work.report, list, "ipConfigurations")) {
    const Node* name = entry->find("name");
    if (name != nullptr && name->is(Type::String)) {
      work.configurations.emplace(std::pair{interface, lower(name->text)}, addresses.size());
    }
    InterfaceAddress address = read_configuration(work, *entry);
    addresses.push_back(std::move(address));
  }
}

void fill_interfaces(Work& work) {
  for (std::string_view type : {type::kInterface, type::kScaleSetInterface}) {
    for (std::size_t index : work.inventory.of_type(type)) {
      work.membership.any_interface = true;
      fill_interface(work, work.inventory[index]);
    }
  }
  attach_machines(work);
  attach_public_addresses(work);
}

}  // namespace polreach::azure
