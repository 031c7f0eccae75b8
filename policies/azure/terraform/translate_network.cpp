// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "policies/azure/terraform/translate.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

void rule(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"protocol", "protocol"},
      Field{"access", "access"},
      Field{"direction", "direction"},
      Field{"priority", "priority", Shape::Number},
      Field{"source_port_range", "sourcePortRange"},
      Field{"source_port_ranges", "sourcePortRanges", Shape::Texts},
      Field{"destination_port_range", "destinationPortRange"},
      Field{"destination_port_ranges", "destinationPortRanges", Shape::Texts},
      Field{"source_address_prefix", "sourceAddressPrefix"},
      Field{"source_address_prefixes", "sourceAddressPrefixes", Shape::Texts},
      Field{"destination_address_prefix", "destinationAddressPrefix"},
      Field{"destination_address_prefixes", "destinationAddressPrefixes", Shape::Texts},
      Field{"source_application_security_group_ids", "sourceApplicationSecurityGroups", Shape::Ids},
      Field{"destination_application_security_group_ids", "destinationApplicationSecurityGroups",
            Shape::Ids},
  };
  attributes.copy(kFields, out);
}

void group(const Attributes& attributes, Members& out) {
  attributes.copy_blocks("security_rule", "securityRules", out, [](const Attributes& block) {
    Members properties;
    rule(block, properties);
    return named_part(block, std::move(properties));
  });
}

/// privateEndpointNetworkPolicies: a text since version 4 of the provider, a flag in version 3, the
/// opposite flag before.
void private_endpoint_policies(const Attributes& attributes, Members& out) {
  attributes.copy(
      std::array{Field{"private_endpoint_network_policies", "privateEndpointNetworkPolicies"}},
      out);
  Members flags;
  attributes.copy(
      std::array{Field{"private_endpoint_network_policies_enabled", "flag", Shape::Flag},
                 Field{"enforce_private_link_endpoint_network_policies", "flag", Shape::Opposite}},
      flags);
  for (const Node::Member& flag : flags) {
    Node value = flag.value.is(Type::Unknown)
                     ? flag.value
                     : Node::string(flag.value.truth ? "Enabled" : "Disabled", flag.value.where);
    put(out, "privateEndpointNetworkPolicies", std::move(value), flag.where);
  }
}

/// Values that are written and never stored: not even a state holds them.
void write_only(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      std::array<std::string_view, 2>{"network_security_group_id_wo", "networkSecurityGroup"},
      std::array<std::string_view, 2>{"route_table_id_wo", "routeTable"},
      std::array<std::string_view, 2>{"nat_gateway_id_wo", "natGateway"},
  };
  for (const auto& [from, to] : kFields) {
    const Node* value = attributes.find(from);
    if (value == nullptr) value = attributes.find(std::string(from) + "_version");
    if (value == nullptr) continue;
    put(out, to,
        reference_to(Node::unknown(attributes.subject() + ": " + std::string(from), value->where,
                                   "it is never stored; give an export of what runs")),
        value->where);
  }
}

void subnet(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"address_prefix", "addressPrefix"},
      Field{"address_prefixes", "addressPrefixes", Shape::Texts},
      Field{"network_security_group_id", "networkSecurityGroup", Shape::Id},
      Field{"security_group", "networkSecurityGroup", Shape::Id},
      Field{"route_table_id", "routeTable", Shape::Id},
      Field{"default_outbound_access_enabled", "defaultOutboundAccess", Shape::Flag},
  };
  attributes.copy(kFields, out);
  write_only(attributes, out);
  private_endpoint_policies(attributes, out);
  Members endpoints;
  attributes.copy(std::array{Field{"service_endpoints", "serviceEndpoints", Shape::Texts}},
                  endpoints);
  for (Node::Member& list : endpoints) {
    for (Node& item : list.value.items) {
      const Span where = item.where;
      Members service;
      put(service, "service", std::move(item), where);
      item = Node::object(std::move(service), where);
    }
    put(out, list.name, std::move(list.value), list.where);
  }
  attributes.copy_blocks("delegation", "delegations", out, [](const Attributes& block) {
    Members properties;
    if (const auto service = block.block("service_delegation")) {
      service->copy(std::array{Field{"name", "serviceName"}}, properties);
    } else if (const Node* unknown = block.unknown("service_delegation")) {
      put(properties, "serviceName", *unknown, unknown->where);
    }
    return named_part(block, std::move(properties));
  });
}

/// Of the data source: a map of names to the other networks.
void peerings_by_name(const Attributes& attributes, Members& out) {
  const Node* peerings = attributes.find("vnet_peerings");
  if (peerings == nullptr || !peerings->is(Type::Object)) return;
  std::vector<Node> list;
  for (const Node::Member& peering : peerings->members) {
    Members properties;
    Members part;
    if (!peering.value.is(Type::String)) continue;
    put(properties, "remoteVirtualNetwork", reference_to(peering.value), peering.where);
    put(part, "name", Node::string(peering.name, peering.where), peering.where);
    put(part, "properties", Node::object(std::move(properties), peering.where), peering.where);
    list.push_back(Node::object(std::move(part), peering.where));
  }
  if (list.empty()) return;
  put(out, "virtualNetworkPeerings", Node::array(std::move(list), peerings->where),
      peerings->where);
}

void network(const Attributes& attributes, Members& out) {
  Members space;
  attributes.copy(std::array{Field{"address_space", "addressPrefixes", Shape::Texts}}, space);
  if (!space.empty()) {
    const Span where = space.front().where;
    put(out, "addressSpace", Node::object(std::move(space), where), where);
  }
  attributes.copy_blocks("subnet", "subnets", out, [](const Attributes& block) {
    Members properties;
    subnet(block, properties);
    return named_part(block, std::move(properties));
  });
  peerings_by_name(attributes, out);
}

void peering(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"remote_virtual_network_id", "remoteVirtualNetwork", Shape::Id},
      Field{"allow_virtual_network_access", "allowVirtualNetworkAccess", Shape::Flag},
      Field{"allow_forwarded_traffic", "allowForwardedTraffic", Shape::Flag},
      Field{"allow_gateway_transit", "allowGatewayTransit", Shape::Flag},
      Field{"use_remote_gateways", "useRemoteGateways", Shape::Flag},
  };
  attributes.copy(kFields, out);
}

void route(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"address_prefix", "addressPrefix"},
      Field{"next_hop_type", "nextHopType"},
      Field{"next_hop_in_ip_address", "nextHopIpAddress"},
  };
  attributes.copy(kFields, out);
}

void route_table(const Attributes& attributes, Members& out) {
  attributes.copy_blocks("route", "routes", out, [](const Attributes& block) {
    Members properties;
    route(block, properties);
    return named_part(block, std::move(properties));
  });
  attributes.copy(
      std::array{
          Field{"bgp_route_propagation_enabled", "disableBgpRoutePropagation", Shape::Opposite},
          Field{"disable_bgp_route_propagation", "disableBgpRoutePropagation", Shape::Flag}},
      out);
}

/// `sku` of Terraform is the name of ARM's.
void sku(const Attributes& attributes, Members& out) {
  Members inner;
  attributes.copy(std::array{Field{"sku", "name"}}, inner);
  if (inner.empty()) return;
  const Span where = inner.front().where;
  put(out, "sku", Node::object(std::move(inner), where), where);
}

void public_address(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"ip_address", "ipAddress"},
      Field{"allocation_method", "publicIPAllocationMethod"},
      Field{"ip_version", "publicIPAddressVersion"},
  };
  attributes.copy(kFields, out);
  sku(attributes, out);
}

void interface(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"ip_forwarding_enabled", "enableIPForwarding", Shape::Flag},
      Field{"enable_ip_forwarding", "enableIPForwarding", Shape::Flag},
      Field{"network_security_group_id", "networkSecurityGroup", Shape::Id},
      Field{"virtual_machine_id", "virtualMachine", Shape::Id},
  };
  attributes.copy(kFields, out);
  attributes.copy_blocks("ip_configuration", "ipConfigurations", out, [](const Attributes& block) {
    static constexpr std::array kParts = {
        Field{"private_ip_address", "privateIPAddress"},
        Field{"private_ip_address_allocation", "privateIPAllocationMethod"},
        Field{"private_ip_address_version", "privateIPAddressVersion"},
        Field{"primary", "primary", Shape::Flag},
        Field{"subnet_id", "subnet", Shape::Id},
        Field{"public_ip_address_id", "publicIPAddress", Shape::Id},
        Field{"application_security_group_ids", "applicationSecurityGroups", Shape::Ids},
    };
    Members properties;
    block.copy(kParts, properties);
    return named_part(block, std::move(properties));
  });
}

void private_endpoint(const Attributes& attributes, Members& out) {
  attributes.copy(std::array{Field{"subnet_id", "subnet", Shape::Id}}, out);
  attributes.copy_blocks("ip_configuration", "ipConfigurations", out, [](const Attributes& block) {
    Members properties;
    block.copy(std::array{Field{"private_ip_address", "privateIPAddress"}}, properties);
    return named_part(block, std::move(properties));
  });
  // Computed, and in a plan not known.
  if (attributes.unknown("network_interface") == nullptr) {
    attributes.copy_blocks("network_interface", "networkInterfaces", out,
                           [](const Attributes& block) {
                             Members part;
                             block.copy(std::array{Field{"id", "id"}}, part);
                             return Node::object(std::move(part), block.object().where);
                           });
  }
  attributes.copy_blocks(
      "private_service_connection", "privateLinkServiceConnections", out,
      [](const Attributes& block) {
        Members properties;
        block.copy(std::array{Field{"private_connection_resource_id", "privateLinkServiceId"},
                              Field{"subresource_names", "groupIds", Shape::Texts}},
                   properties);
        return named_part(block, std::move(properties));
      });
  // A state knows the address that was given to it only here.
  if (const auto connection = attributes.block("private_service_connection")) {
    Members properties;
    connection->copy(std::array{Field{"private_ip_address", "privateIPAddress"}}, properties);
    if (properties.empty() || properties.front().value.is(Type::Unknown)) return;
    const Span where = properties.front().where;
    Members part;
    put(part, "properties", Node::object(std::move(properties), where), where);
    const Node* written = out.empty() ? nullptr : find_in(out, "ipConfigurations");
    if (written != nullptr && !written->items.empty()) return;
    std::erase_if(out, [](const Node::Member& m) { return m.name == "ipConfigurations"; });
    put(out, "ipConfigurations", Node::array({Node::object(std::move(part), where)}, where), where);
  }
}

void nothing(const Attributes&, Members&) {}

}  // namespace

Translator network_translator(std::string_view type) {
  if (type == "azurerm_network_security_group") return group;
  if (type == "azurerm_network_security_rule") return rule;
  if (type == "azurerm_virtual_network") return network;
  if (type == "azurerm_subnet") return subnet;
  if (type == "azurerm_virtual_network_peering") return peering;
  if (type == "azurerm_route_table") return route_table;
  if (type == "azurerm_route") return route;
  if (type == "azurerm_public_ip") return public_address;
  if (type == "azurerm_network_interface") return interface;
  if (type == "azurerm_private_endpoint") return private_endpoint;
  if (type == "azurerm_application_security_group" || type == "azurerm_nat_gateway") return nothing;
  return nullptr;
}

}  // namespace polreach::azure::terraform
