// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/fields.h"

#include <algorithm>

namespace polreach::azure {

using model::UnknownId;
using Type = Node::Type;

const Node* open_property(const Node* object, std::string_view name) {
  if (object == nullptr || object->is(Type::Unknown)) return object;
  if (const Node* found = property(*object, name)) return found;
  const Node* properties = object->find("properties");
  return properties != nullptr && properties->is(Type::Unknown) ? properties : nullptr;
}

Field field(Report& report, const Item& item, std::string_view name) {
  Field found;
  for (const Part& part : item.parts) {
    const Node* node = open_property(part.body, name);
    if (node == nullptr) continue;
    if (!found) {
      found = {node, &part};
    } else if (part.is_patch() && canonical(found.node) != canonical(node)) {
      report.about(describe(item.id));
      report.error("duplicate-object", {node->where, found.node->where, "first said here"},
                   describe(item.id) + " has two different values for " + std::string(name),
                   "give polreach only one of the two");
    }
  }
  return found;
}

std::vector<UnknownId> conditions(Report& report, const Part& part) {
  std::vector<UnknownId> result;
  // What is in the list of another resource exists as soon as that one does.
  if (part.in_parent) return result;
  for (const Node& condition : part.resource->conditions)
    result.push_back(report.condition(condition));
  return result;
}

std::vector<UnknownId> conditions(Report& report, const Item& item) {
  std::vector<UnknownId> result;
  for (const Part& part : item.parts) {
    if (part.is_patch()) continue;
    std::vector<UnknownId> own = conditions(report, part);
    if (own.empty()) return {};
    if (result.empty()) result = std::move(own);
  }
  return result;
}

std::optional<std::string> text_of(Report& report, const Node* node, std::string_view what) {
  if (node == nullptr || node->is(Type::Null) || node->is(Type::Unknown)) return std::nullopt;
  if (node->is(Type::Integer)) return std::to_string(node->integer);
  if (node->is(Type::Float)) return node->text;
  if (node->is(Type::String)) {
    if (node->text.empty()) return std::nullopt;
    return node->text;
  }
  report.error("wrong-type", node->where, std::string(what) + " is no text", "write a text");
  return std::nullopt;
}

Flag flag_of(Report& report, const Node* node, std::string_view what, bool absent) {
  if (node == nullptr || node->is(Type::Null)) return {absent, std::nullopt};
  if (node->is(Type::Unknown)) return {absent, report.world(*node, what)};
  if (node->is(Type::Bool)) return {node->truth, std::nullopt};
  if (node->is(Type::String) && same_name(node->text, "true")) return {true, std::nullopt};
  if (node->is(Type::String) && same_name(node->text, "false")) return {false, std::nullopt};
  report.error("wrong-type", node->where, std::string(what) + " is neither true nor false",
               "write true or false");
  return {absent, report.unreadable(std::string(what) + " of " + report.subject(), node->where)};
}

std::vector<const Node*> entries_of(Report& report, const Node* node, std::string_view what) {
  std::vector<const Node*> result;
  if (node == nullptr || node->is(Type::Null) || node->is(Type::Unknown)) return result;
  if (!node->is(Type::Array)) {
    report.error("wrong-type", node->where, std::string(what) + " is no list",
                 "write a list: [...]");
    return result;
  }
  for (const Node& item : node->items) {
    if (!item.is(Type::Null)) result.push_back(&item);
  }
  return result;
}

Reference reference_of(Report& report, const Node* node,
                       std::initializer_list<std::string_view> types) {
  Reference result;
  if (node == nullptr || node->is(Type::Null)) return result;
  if (node->is(Type::Object)) {
    if (node->members.empty()) return result;
    const Node* id = node->find("id");
    if (id != nullptr && id->is(Type::Null)) return result;
    if (id != nullptr) node = id;
  }
  result.where = node->where;
  if (node->is(Type::Unknown)) {
    result.open = report.world(*node);
    return result;
  }
  std::string wanted;
  for (std::string_view type : types) {
    wanted += (wanted.empty() ? "" : " or ") + std::string(describe_type(type));
  }
  if (node->is(Type::String)) result.id = ResourceId::parse(node->text);
  const bool fits = types.size() == 0 || (result.id && std::find(types.begin(), types.end(),
                                                                 result.id->type) != types.end());
  if (result.id && fits && !result.id->names.empty() && !result.id->name().empty()) return result;
  result.id.reset();
  const std::string text = node->is(Type::String) ? "\"" + node->text + "\"" : "this";
  report.error("bad-azure-id", node->where, text + " is not the id of a " + wanted,
               "write /subscriptions/.../resourceGroups/.../providers/...");
  result.open = report.unreadable("the reference of " + report.subject(), node->where);
  return result;
}

}  // namespace polreach::azure
