// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "policies/azure/terraform/translate.h"

namespace polreach::azure::terraform {
namespace {

void machine(const Attributes& attributes, Members& out) {
  Members profile;
  attributes.copy(std::array{Field{"network_interface_ids", "networkInterfaces", Shape::Ids}},
                  profile);
  put_object(out, "networkProfile", std::move(profile), attributes.object().where);
}

/// One address configuration of a scale set's interface.
Node configuration(const Attributes& block) {
  static constexpr std::array kFields = {
      Field{"primary", "primary", Shape::Flag},
      Field{"version", "privateIPAddressVersion"},
      Field{"subnet_id", "subnet", Shape::Id},
      Field{"application_security_group_ids", "applicationSecurityGroups", Shape::Ids},
  };
  Members properties;
  block.copy(kFields, properties);
  if (const auto address = block.block("public_ip_address")) {
    put(properties, "publicIPAddressConfiguration", named_part(*address, {}),
        address->object().where);
  } else if (const Node* unknown = block.unknown("public_ip_address")) {
    put(properties, "publicIPAddressConfiguration", *unknown, unknown->where);
  }
  return named_part(block, std::move(properties));
}

Node scale_set_interface(const Attributes& block) {
  static constexpr std::array kFields = {
      Field{"primary", "primary", Shape::Flag},
      Field{"ip_forwarding_enabled", "enableIPForwarding", Shape::Flag},
      Field{"enable_ip_forwarding", "enableIPForwarding", Shape::Flag},
      Field{"network_security_group_id", "networkSecurityGroup", Shape::Id},
  };
  Members properties;
  block.copy(kFields, properties);
  block.copy_blocks("ip_configuration", "ipConfigurations", properties, configuration);
  return named_part(block, std::move(properties));
}

void scale_set(const Attributes& attributes, Members& out) {
  const Span where = attributes.object().where;
  Members profile;
  attributes.copy_blocks("network_interface", "networkInterfaceConfigurations", profile,
                         scale_set_interface);
  // Of the type that knew no operating systems.
  attributes.copy_blocks("network_profile", "networkInterfaceConfigurations", profile,
                         scale_set_interface);
  Members machine_profile;
  put_object(machine_profile, "networkProfile", std::move(profile), where);
  put_object(out, "virtualMachineProfile", std::move(machine_profile), where);
}

}  // namespace

Translator compute_translator(std::string_view type) {
  if (type.ends_with("_virtual_machine")) return machine;
  if (type.ends_with("_virtual_machine_scale_set")) return scale_set;
  return nullptr;
}

}  // namespace polreach::azure::terraform
