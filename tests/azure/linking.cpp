// SPDX-License-Identifier: Apache-2.0
#include "tests/azure/linking.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "tests/azure/read_node.h"

namespace polreach::azure::test {
namespace {

const std::map<std::string, std::string, std::less<>> kTypes = {
    {"nsg", "Microsoft.Network/networkSecurityGroups"},
    {"rule", "Microsoft.Network/networkSecurityGroups/securityRules"},
    {"asg", "Microsoft.Network/applicationSecurityGroups"},
    {"vnet", "Microsoft.Network/virtualNetworks"},
    {"subnet", "Microsoft.Network/virtualNetworks/subnets"},
    {"peering", "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"},
    {"table", "Microsoft.Network/routeTables"},
    {"route", "Microsoft.Network/routeTables/routes"},
    {"nat", "Microsoft.Network/natGateways"},
    {"nic", "Microsoft.Network/networkInterfaces"},
    {"ip", "Microsoft.Network/publicIPAddresses"},
    {"endpoint", "Microsoft.Network/privateEndpoints"},
    {"vm", "Microsoft.Compute/virtualMachines"},
    {"vmss", "Microsoft.Compute/virtualMachineScaleSets"},
    {"instance", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/networkInterfaces"},
    {"firewall", "Microsoft.Network/azureFirewalls"},
    {"policy", "Microsoft.Network/firewallPolicies"},
    {"collections", "Microsoft.Network/firewallPolicies/ruleCollectionGroups"},
    {"addresses", "Microsoft.Network/ipGroups"},
    {"manager", "Microsoft.Network/networkManagers"},
    {"cluster", "Microsoft.ContainerService/managedClusters"},
    {"pool", "Microsoft.ContainerService/managedClusters/agentPools"},
    {"effective", "polreach/effectiveGroups"}};

/// "?x" becomes an Unknown.
void put_unknowns(Node& root) {
  std::vector<Node*> open{&root};
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    for (Node& item : node->items) open.push_back(&item);
    for (Node::Member& member : node->members) open.push_back(&member.value);
    if (node->is(Node::Type::String) && node->text.starts_with('?')) {
      *node = Node::unknown(node->text.substr(1), node->where, "say it");
    }
  }
}

template <typename List>
const auto& named(const List& list, std::string_view name) {
  for (const auto& entry : list) {
    if (entry.name == name) return entry;
  }
  throw std::runtime_error("nothing is called " + std::string(name));
}

}  // namespace

const model::SecurityGroup& Linked::group(std::string_view name) const {
  return named(cloud.groups, name);
}
const model::SecurityRule& Linked::rule(std::string_view in, std::string_view name) const {
  const model::SecurityGroup& found = group(in);
  for (const auto* rules : {&found.inbound, &found.outbound}) {
    for (const model::SecurityRule& entry : *rules) {
      if (entry.name == name) return entry;
    }
  }
  throw std::runtime_error("no rule is called " + std::string(name));
}
const model::Subnet& Linked::subnet(std::string_view name) const {
  return named(cloud.subnets, name);
}
const model::Interface& Linked::interface(std::string_view name) const {
  return named(cloud.interfaces, name);
}

ResourceId id_of(std::string_view what) {
  std::string group = "rg";
  if (const std::size_t colon = what.find(": "); colon != std::string_view::npos) {
    group = what.substr(0, colon);
    what.remove_prefix(colon + 2);
  }
  const std::size_t space = what.find(' ');
  ResourceId id;
  if (group != "?") {
    id.subscription = "s";
    id.group = group;
  }
  id.type = lower(kTypes.at(std::string(what.substr(0, space))));
  std::string_view names = what.substr(space + 1);
  while (!names.empty()) {
    const std::size_t slash = std::min(names.find('/'), names.size());
    id.names.emplace_back(names.substr(0, slash));
    names.remove_prefix(std::min(slash + 1, names.size()));
  }
  return id;
}

std::string to(std::string_view what) { return "{\"id\": \"" + id_of(what).to_string() + "\"}"; }

Linking& Linking::add(std::string_view what, const std::string& body) {
  Resource resource;
  resource.id = id_of(what);
  resource.body = read_node(body, result_->sources);
  put_unknowns(resource.body);
  resource.where = resource.body.where;
  resources_.push_back(std::move(resource));
  return *this;
}

Linking& Linking::patch(std::string_view what, const std::string& body) {
  add(what, body);
  resources_.back().is_patch = true;
  return *this;
}

Linking& Linking::only_if(const std::string& condition) {
  Resource& last = resources_.back();
  last.conditions.push_back(Node::unknown(condition, last.where));
  return *this;
}

Linking& Linking::reverse() {
  std::reverse(resources_.begin(), resources_.end());
  return *this;
}
Linking& Linking::tags(model::ServiceTags tags) {
  tags_ = std::move(tags);
  return *this;
}
Linking& Linking::keep_going() {
  options_.keep_going = true;
  return *this;
}

Linked Linking::link() {
  Linked result = std::move(*result_);
  result.cloud = azure::link(resources_, tags_, options_, result.sources, result.diagnostics);
  for (const source::Diagnostic& problem : result.diagnostics.sorted(result.sources)) {
    INFO(std::string(problem.message));
    result.codes.emplace_back(problem.code);
  }
  return result;
}

std::string rule(const std::string& name, const std::string& fields) {
  struct Field {
    const char* name;
    const char* text;
  };
  static constexpr Field kFields[] = {{"protocol", "\"Tcp\""},
                                      {"sourcePortRange", "\"*\""},
                                      {"destinationPortRange", "\"443\""},
                                      {"sourceAddressPrefix", "\"*\""},
                                      {"destinationAddressPrefix", "\"*\""},
                                      {"access", "\"Allow\""},
                                      {"priority", "100"},
                                      {"direction", "\"Inbound\""}};
  std::string text = fields;
  for (const Field& field : kFields) {
    // "sourceAddressPrefix": null leaves the field out.
    if (fields.find("\"" + std::string(field.name) + "\"") != std::string::npos) continue;
    text += (text.empty() ? "\"" : ", \"") + std::string(field.name) + "\": " + field.text;
  }
  return "{\"name\": \"" + name + "\", \"properties\": {" + text + "}}";
}

std::string show(const model::Cloud& cloud, const std::vector<model::AddressTerm>& terms) {
  std::string text;
  for (const model::AddressTerm& term : terms) {
    if (!text.empty()) text += "; ";
    if (std::holds_alternative<model::AnyAddress>(term.what)) text += "any";
    if (const auto* prefix = std::get_if<net::Prefix>(&term.what)) text += prefix->to_string();
    if (const auto* tag = std::get_if<model::ServiceTag>(&term.what)) text += "tag " + tag->name;
    if (const auto* id = std::get_if<model::ApplicationGroupId>(&term.what)) {
      text += "group " + cloud[*id].name;
    }
    if (const auto* id = std::get_if<model::UnknownId>(&term.what)) {
      text += cloud[*id].scope == model::Unknown::Scope::Address ? "open" : "(of the world)";
    }
  }
  return text;
}

}  // namespace polreach::azure::test
