// SPDX-License-Identifier: Apache-2.0
// Load balancers, application gateways and flow logs: what decides about no packet.
#include <array>
#include <utility>

#include "policies/azure/terraform/translate.h"

namespace polreach::azure::terraform {
namespace {

/// A block as an object; one that is not known stays so.
void object(const Attributes& attributes, std::string_view from, std::string_view to,
            std::span<const Field> fields, Members& out) {
  if (const Node* unknown = attributes.unknown(from)) {
    put(out, to, *unknown, unknown->where);
  } else if (const auto block = attributes.block(from)) {
    Members inner;
    block->copy(fields, inner);
    put(out, to, Node::object(std::move(inner), block->object().where), block->object().where);
  }
}

void balancer(const Attributes& attributes, Members& out) {
  Members sku;
  attributes.copy(std::array{Field{"sku", "name"}}, sku);
  if (sku.empty()) return;
  const Span where = sku.front().where;
  put(out, "sku", Node::object(std::move(sku), where), where);
}

Node with_policy(const Attributes& block, Members properties) {
  block.copy(std::array{Field{"firewall_policy_id", "firewallPolicy", Shape::Id}}, properties);
  return named_part(block, std::move(properties));
}

void gateway(const Attributes& attributes, Members& out) {
  object(attributes, "sku", "sku", std::array{Field{"name", "name"}, Field{"tier", "tier"}}, out);
  object(
      attributes, "waf_configuration", "webApplicationFirewallConfiguration",
      std::array{Field{"enabled", "enabled", Shape::Flag}, Field{"firewall_mode", "firewallMode"}},
      out);
  attributes.copy(std::array{Field{"firewall_policy_id", "firewallPolicy", Shape::Id}}, out);
  attributes.copy_blocks("frontend_ip_configuration", "frontendIPConfigurations", out,
                         [](const Attributes& block) {
                           static constexpr std::array kFields = {
                               Field{"public_ip_address_id", "publicIPAddress", Shape::Id},
                               Field{"subnet_id", "subnet", Shape::Id},
                           };
                           Members properties;
                           block.copy(kFields, properties);
                           return named_part(block, std::move(properties));
                         });
  attributes.copy_blocks("http_listener", "httpListeners", out,
                         [](const Attributes& block) { return with_policy(block, {}); });
  attributes.copy_blocks("url_path_map", "urlPathMaps", out, [](const Attributes& block) {
    Members properties;
    block.copy_blocks("path_rule", "pathRules", properties,
                      [](const Attributes& rule) { return with_policy(rule, {}); });
    return named_part(block, std::move(properties));
  });
}

/// `enabled` of Terraform is ARM's state; without settings a policy is enabled.
void firewall_policy(const Attributes& attributes, Members& out) {
  if (const Node* unknown = attributes.unknown("policy_settings")) {
    put(out, "policySettings", *unknown, unknown->where);
    return;
  }
  const auto block = attributes.block("policy_settings");
  if (!block) return;
  Members settings;
  block->copy(std::array{Field{"mode", "mode"}, Field{"enabled", "state", Shape::Flag}}, settings);
  if (Node* state = find_in(settings, "state"); state != nullptr && state->is(Node::Type::Bool)) {
    *state = Node::string(state->truth ? "Enabled" : "Disabled", state->where);
  }
  const Span where = block->object().where;
  put(out, "policySettings", Node::object(std::move(settings), where), where);
}

void flow_log(const Attributes& attributes, Members& out) {
  static constexpr std::array kFields = {
      Field{"target_resource_id", "targetResourceId", Shape::IdText},
      // Of older versions.
      Field{"network_security_group_id", "targetResourceId", Shape::IdText},
      Field{"enabled", "enabled", Shape::Flag},
  };
  attributes.copy(kFields, out);
  object(attributes, "retention_policy", "retentionPolicy",
         std::array{Field{"enabled", "enabled", Shape::Flag}, Field{"days", "days", Shape::Number}},
         out);
}

}  // namespace

Translator estate_translator(std::string_view type) {
  if (type == "azurerm_lb") return balancer;
  if (type == "azurerm_application_gateway") return gateway;
  if (type == "azurerm_web_application_firewall_policy") return firewall_policy;
  if (type == "azurerm_network_watcher_flow_log") return flow_log;
  return nullptr;
}

}  // namespace polreach::azure::terraform
