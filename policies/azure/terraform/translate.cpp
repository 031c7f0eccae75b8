// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/translate.h"

#include <array>
#include <optional>
#include <utility>

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

/// What an association adds to its subject.
struct Association {
  std::string_view type;
  Field field;
};

constexpr std::array kAssociations = {
    Association{"azurerm_subnet_network_security_group_association",
                {"network_security_group_id", "networkSecurityGroup", Shape::Id}},
    Association{"azurerm_subnet_route_table_association",
                {"route_table_id", "routeTable", Shape::Id}},
    Association{"azurerm_subnet_nat_gateway_association",
                {"nat_gateway_id", "natGateway", Shape::Id}},
    Association{"azurerm_network_interface_security_group_association",
                {"network_security_group_id", "networkSecurityGroup", Shape::Id}},
};

Node text_node(std::string text, const Span& where) { return Node::string(std::move(text), where); }

Translator translator_of(std::string_view type) {
  if (Translator found = network_translator(type)) return found;
  if (Translator found = compute_translator(type)) return found;
  if (Translator found = cluster_translator(type)) return found;
  if (Translator found = estate_translator(type)) return found;
  return firewall_translator(type);
}

Resource resource_of(const Kind& kind, ResourceId id, Members properties, const Span& where) {
  Resource resource;
  Members body;
  put(body, "id", text_node(id.to_string(), where), where);
  put(body, "name", text_node(id.name(), where), where);
  put(body, "type", text_node(std::string(kind.arm), where), where);
  put(body, "properties", Node::object(std::move(properties), where), where);
  resource.id = std::move(id);
  resource.body = Node::object(std::move(body), where);
  resource.where = where;
  return resource;
}

/// The properties that an association adds; the names of interfaces' configurations are not its
/// business, so that of application groups stands beside them (see merge.h).
void association(const Kind& kind, const Attributes& attributes, Members& properties) {
  for (const Association& known : kAssociations) {
    if (known.type == kind.type) return attributes.copy(std::array{known.field}, properties);
  }
  if (const Node* group = attributes.text("application_security_group_id")) {
    put(properties, "applicationSecurityGroups", Node::array({reference_to(*group)}, group->where),
        group->where);
  }
}

/// What an association is about; nothing where that is not known.
std::optional<ResourceId> subject_of(const Kind& kind, const Attributes& attributes) {
  const Node* subject = attributes.text(kind.parent_attribute);
  if (subject == nullptr || !subject->is(Type::String)) return std::nullopt;
  std::optional<ResourceId> id = ResourceId::parse(subject->text);
  if (id && id->type != lower(kind.arm)) return std::nullopt;
  return id;
}

void translate_association(const Kind& kind, const Attributes& attributes, const ResourceId& id,
                           const Span& where, bool is_export, Translation& out) {
  Members properties;
  std::optional<ResourceId> subject;
  const Node* parent = attributes.text(kind.parent_attribute);
  if (const Translator translator = translator_of(kind.type)) {
    translator(attributes, properties);
    if (parent != nullptr && parent->is(Type::String)) subject = id;
  } else {
    association(kind, attributes, properties);
    subject = subject_of(kind, attributes);
  }
  if (properties.empty()) return;
  if (subject) {
    Resource patch = resource_of(kind, *subject, std::move(properties), where);
    patch.is_patch = true;
    patch.is_export = is_export;
    out.resources.push_back(std::move(patch));
    return;
  }
  const std::string what = attributes.subject() + ": " + std::string(kind.parent_attribute);
  const std::string settle =
      parent != nullptr && parent->is(Type::Unknown) ? parent->settle : std::string();
  for (Node::Member& property : properties) {
    const bool listed = property.value.is(Type::Array);
    out.strays.push_back(
        {lower(kind.arm), property.name, Node::unknown(what, where, settle), listed});
  }
}

}  // namespace

std::string_view associated_property(std::string_view type) {
  for (const Association& known : kAssociations) {
    if (known.type == type) return known.field.to;
  }
  return {};
}

Node named_part(const Attributes& block, Members properties) {
  const Span where = block.object().where;
  Members part;
  if (const Node* name = block.text("name")) put(part, "name", *name, name->where);
  if (const Node* id = block.text("id"); id != nullptr && id->is(Type::String))
    put(part, "id", *id, id->where);
  put(part, "properties", Node::object(std::move(properties), where), where);
  return Node::object(std::move(part), where);
}

void translate(const Kind& kind, const Attributes& attributes, const ResourceId& id, bool is_export,
               const Span& where, Translation& out) {
  if (kind.parent == Kind::Parent::Association) {
    return translate_association(kind, attributes, id, where, is_export, out);
  }
  Members properties;
  translator_of(kind.type)(attributes, properties);
  // A rule or route of a parent that is not known may be any parent's.
  const Node* parent =
      kind.parent == Kind::Parent::Named ? attributes.text(kind.parent_attribute) : nullptr;
  const std::string_view list = kind.type == "azurerm_network_security_rule" ? "securityRules"
                                : kind.type == "azurerm_route"               ? "routes"
                                                                             : "";
  if (parent != nullptr && parent->is(Type::Unknown) && !list.empty()) {
    const std::string what = attributes.subject() + ": " + std::string(kind.parent_attribute);
    out.strays.push_back(
        {id.parent().type, std::string(list), Node::unknown(what, where, parent->settle), true});
    return;
  }
  Resource resource = resource_of(kind, id, std::move(properties), where);
  resource.is_export = is_export;
  out.resources.push_back(std::move(resource));
}

}  // namespace polreach::azure::terraform
