// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "policies/azure/terraform/translate.h"

namespace polreach::azure::terraform {
namespace {

/// What the rules of a firewall and of a firewall policy have in common.
constexpr std::array kRule = {
    Field{"name", "name"},
    Field{"source_addresses", "sourceAddresses", Shape::Texts},
    Field{"source_ip_groups", "sourceIpGroups", Shape::IdTexts},
    Field{"destination_addresses", "destinationAddresses", Shape::Texts},
    Field{"destination_ip_groups", "destinationIpGroups", Shape::IdTexts},
    Field{"destination_fqdns", "destinationFqdns", Shape::Texts},
    Field{"destination_ports", "destinationPorts", Shape::Texts},
};

void action(const Attributes& attributes, Members& out) {
  Members inner;
  attributes.copy(std::array{Field{"action", "type"}}, inner);
  if (inner.empty()) return;
  const Span where = inner.front().where;
  put(out, "action", Node::object(std::move(inner), where), where);
}

void firewall(const Attributes& attributes, Members& out) {
  attributes.copy_blocks("ip_configuration", "ipConfigurations", out, [](const Attributes& block) {
    static constexpr std::array kFields = {
        Field{"private_ip_address", "privateIPAddress"},
        Field{"subnet_id", "subnet", Shape::Id},
        Field{"public_ip_address_id", "publicIPAddress", Shape::Id},
    };
    Members properties;
    block.copy(kFields, properties);
    return named_part(block, std::move(properties));
  });
  attributes.copy(std::array{Field{"firewall_policy_id", "firewallPolicy", Shape::Id}}, out);
}

/// A firewall's list with one collection, to be added to those that it has.
void collection(const Attributes& attributes, std::string_view list,
                const std::function<Node(const Attributes&)>& make, Members& out) {
  const Span where = attributes.object().where;
  Members properties;
  attributes.copy(std::array{Field{"priority", "priority", Shape::Number}}, properties);
  action(attributes, properties);
  attributes.copy_blocks("rule", "rules", properties, make);
  Members part;
  if (const Node* name = attributes.text("name")) put(part, "name", *name, name->where);
  put(part, "properties", Node::object(std::move(properties), where), where);
  put(out, list, Node::array({Node::object(std::move(part), where)}, where), where);
}

void network_collection(const Attributes& attributes, Members& out) {
  collection(
      attributes, "networkRuleCollections",
      [](const Attributes& block) {
        Members rule;
        block.copy(kRule, rule);
        block.copy(std::array{Field{"protocols", "protocols", Shape::Texts}}, rule);
        return Node::object(std::move(rule), block.object().where);
      },
      out);
}

void application_collection(const Attributes& attributes, Members& out) {
  collection(
      attributes, "applicationRuleCollections",
      [](const Attributes& block) {
        Members rule;
        block.copy(kRule, rule);
        block.copy(std::array{Field{"target_fqdns", "targetFqdns", Shape::Texts},
                              Field{"fqdn_tags", "fqdnTags", Shape::Texts}},
                   rule);
        return Node::object(std::move(rule), block.object().where);
      },
      out);
}

void policy(const Attributes& attributes, Members& out) {
  attributes.copy(std::array{Field{"base_policy_id", "basePolicy", Shape::Id}}, out);
}

struct Collections {
  std::string_view from;
  std::string_view type;
  std::string_view rule_type;
};

Node policy_collection(const Attributes& block, const Collections& kind) {
  const Span where = block.object().where;
  Members out;
  put(out, "ruleCollectionType", Node::string(std::string(kind.type), where), where);
  block.copy(std::array{Field{"name", "name"}, Field{"priority", "priority", Shape::Number}}, out);
  action(block, out);
  block.copy_blocks("rule", "rules", out, [&](const Attributes& inner) {
    Members rule;
    put(rule, "ruleType", Node::string(std::string(kind.rule_type), where), where);
    inner.copy(kRule, rule);
    // NAT rules know one destination only.
    inner.copy(std::array{Field{"destination_address", "destinationAddress"},
                          Field{"translated_address", "translatedAddress"},
                          Field{"translated_port", "translatedPort", Shape::Number}},
               rule);
    const Node* protocols = inner.find("protocols");
    // Those of application rules are blocks {type, port}, which say nothing of addresses.
    if (protocols != nullptr && kind.rule_type != "ApplicationRule") {
      inner.copy(std::array{Field{"protocols", "ipProtocols", Shape::Texts}}, rule);
    }
    return Node::object(std::move(rule), inner.object().where);
  });
  return Node::object(std::move(out), where);
}

void policy_group(const Attributes& attributes, Members& out) {
  static constexpr std::array kCollections = {
      Collections{"network_rule_collection", "FirewallPolicyFilterRuleCollection", "NetworkRule"},
      Collections{"application_rule_collection", "FirewallPolicyFilterRuleCollection",
                  "ApplicationRule"},
      Collections{"nat_rule_collection", "FirewallPolicyNatRuleCollection", "NatRule"},
  };
  attributes.copy(std::array{Field{"priority", "priority", Shape::Number}}, out);
  std::vector<Node> all;
  for (const Collections& kind : kCollections) {
    Members list;
    attributes.copy_blocks(kind.from, "list", list,
                           [&](const Attributes& block) { return policy_collection(block, kind); });
    for (Node::Member& member : list) {
      if (member.value.is(Node::Type::Unknown)) {
        all.push_back(std::move(member.value));
        continue;
      }
      for (Node& item : member.value.items) all.push_back(std::move(item));
    }
  }
  const Span where = attributes.object().where;
  put(out, "ruleCollections", Node::array(std::move(all), where), where);
}

}  // namespace

Translator firewall_translator(std::string_view type) {
  if (type == "azurerm_firewall") return firewall;
  if (type == "azurerm_firewall_network_rule_collection") return network_collection;
  if (type == "azurerm_firewall_application_rule_collection") return application_collection;
  if (type == "azurerm_firewall_policy") return policy;
  if (type == "azurerm_firewall_policy_rule_collection_group") return policy_group;
  return nullptr;
}

}  // namespace polreach::azure::terraform
