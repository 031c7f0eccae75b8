// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "policies/azure/terraform/translate.h"

namespace polreach::azure::terraform {
namespace {

void pool(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"os_type", "osType"},
      Field{"mode", "mode"},
      Field{"type", "type"},
      Field{"node_count", "count", Shape::Number},
      Field{"max_pods", "maxPods", Shape::Number},
      Field{"vnet_subnet_id", "vnetSubnetID", Shape::IdText},
      Field{"pod_subnet_id", "podSubnetID", Shape::IdText},
      Field{"node_public_ip_enabled", "enableNodePublicIP", Shape::Flag},
      Field{"enable_node_public_ip", "enableNodePublicIP", Shape::Flag},
  };
  attributes.copy(kFields, out);
  const Node* unknown = attributes.unknown("node_network_profile");
  if (unknown != nullptr) put(out, "networkProfile", *unknown, unknown->where);
  if (const auto profile = attributes.block("node_network_profile")) {
    Members inner;
    // In this place ARM has plain ids.
    profile->copy(std::array{Field{"application_security_group_ids", "applicationSecurityGroups",
                                   Shape::IdTexts}},
                  inner);
    profile->copy_blocks("allowed_host_ports", "allowedHostPorts", inner,
                         [](const Attributes& block) {
                           static constexpr std::array kPorts = {
                               Field{"port_start", "portStart", Shape::Number},
                               Field{"port_end", "portEnd", Shape::Number},
                               Field{"protocol", "protocol"},
                           };
                           Members ports;
                           block.copy(kPorts, ports);
                           return Node::object(std::move(ports), block.object().where);
                         });
    put_object(out, "networkProfile", std::move(inner), profile->object().where);
  }
}

Node default_pool(const Attributes& block) {
  const Span where = block.object().where;
  Members out;
  block.copy(std::array{Field{"name", "name"}}, out);
  pool(block, out);
  // The provider offers no other system for it.
  put(out, "osType", Node::string("Linux", where), where);
  put(out, "mode", Node::string("System", where), where);
  return Node::object(std::move(out), where);
}

/// advancedNetworking has a flag of its own, which the provider sets with either part.
void advanced_networking(const Attributes& block, Members& out) {
  const Span where = block.object().where;
  Members flags;
  block.copy(std::array{Field{"observability_enabled", "observability", Shape::Flag},
                        Field{"security_enabled", "security", Shape::Flag}},
             flags);
  if (flags.empty()) return;
  Node enabled;
  enabled.type = Node::Type::Bool;
  enabled.where = where;
  Members inner;
  for (Node::Member& flag : flags) {
    if (flag.value.is(Node::Type::Unknown) && !enabled.truth) enabled = flag.value;
    if (flag.value.is(Node::Type::Bool) && flag.value.truth) enabled = flag.value;
    Members part;
    put(part, "enabled", std::move(flag.value), flag.where);
    put(inner, flag.name, Node::object(std::move(part), flag.where), flag.where);
  }
  put(inner, "enabled", std::move(enabled), where);
  put(out, "advancedNetworking", Node::object(std::move(inner), where), where);
}

void network_profile(const Attributes& profile, Members& out) {
  static constexpr std::array kFields = {
      Field{"network_plugin", "networkPlugin"},
      Field{"network_plugin_mode", "networkPluginMode"},
      Field{"network_policy", "networkPolicy"},
      Field{"network_data_plane", "networkDataplane"},
      Field{"ebpf_data_plane", "networkDataplane"},
      Field{"network_mode", "networkMode"},
      Field{"pod_cidr", "podCidr"},
      Field{"pod_cidrs", "podCidrs", Shape::Texts},
      Field{"service_cidr", "serviceCidr"},
      Field{"service_cidrs", "serviceCidrs", Shape::Texts},
      Field{"dns_service_ip", "dnsServiceIP"},
      Field{"ip_versions", "ipFamilies", Shape::Texts},
      Field{"load_balancer_sku", "loadBalancerSku"},
      Field{"outbound_type", "outboundType"},
  };
  profile.copy(kFields, out);
  const Node* unknown = profile.unknown("advanced_networking");
  if (unknown != nullptr) put(out, "advancedNetworking", *unknown, unknown->where);
  if (const auto block = profile.block("advanced_networking")) advanced_networking(*block, out);
}

void api_server(const Attributes& attributes, Members& out) {
  static constexpr std::array kProfile = {
      Field{"authorized_ip_ranges", "authorizedIPRanges", Shape::Texts},
      Field{"subnet_id", "subnetId", Shape::IdText},
      Field{"virtual_network_integration_enabled", "enableVnetIntegration", Shape::Flag},
      Field{"vnet_integration_enabled", "enableVnetIntegration", Shape::Flag},
  };
  static constexpr std::array kCluster = {
      Field{"api_server_authorized_ip_ranges", "authorizedIPRanges", Shape::Texts},
      Field{"private_cluster_enabled", "enablePrivateCluster", Shape::Flag},
      Field{"private_dns_zone_id", "privateDNSZone", Shape::IdText},
      Field{"private_cluster_public_fqdn_enabled", "enablePrivateClusterPublicFQDN", Shape::Flag},
      Field{"run_command_enabled", "disableRunCommand", Shape::Opposite},
  };
  Members inner;
  if (const auto block = attributes.block("api_server_access_profile")) {
    block->copy(kProfile, inner);
  } else if (const Node* unknown = attributes.unknown("api_server_access_profile")) {
    put(inner, "authorizedIPRanges", *unknown, unknown->where);
  }
  attributes.copy(kCluster, inner);
  put_object(out, "apiServerAccessProfile", std::move(inner), attributes.object().where);
}

void cluster(const Attributes& attributes, Members& out) {
  const Span where = attributes.object().where;
  attributes.copy(std::array{Field{"kubernetes_version", "kubernetesVersion"},
                             Field{"node_resource_group", "nodeResourceGroup"}},
                  out);
  attributes.copy_blocks("default_node_pool", "agentPoolProfiles", out, default_pool);
  Members profile;
  if (const auto block = attributes.block("network_profile")) network_profile(*block, profile);
  if (const Node* unknown = attributes.unknown("network_profile")) {
    put(out, "networkProfile", *unknown, unknown->where);
  } else {
    // Documentation of the resource: without a network_profile, kubenet is used.
    if (profile.empty()) put(profile, "networkPlugin", Node::string("kubenet", where), where);
    put(out, "networkProfile", Node::object(std::move(profile), where), where);
  }
  api_server(attributes, out);
  Members routing;
  attributes.copy(std::array{Field{"http_application_routing_enabled", "enabled", Shape::Flag}},
                  routing);
  Members profiles;
  put_object(profiles, "httpApplicationRouting", std::move(routing), where);
  put_object(out, "addonProfiles", std::move(profiles), where);
}

}  // namespace

Translator cluster_translator(std::string_view type) {
  if (type == "azurerm_kubernetes_cluster") return cluster;
  if (type == "azurerm_kubernetes_cluster_node_pool") return pool;
  return nullptr;
}

}  // namespace polreach::azure::terraform
