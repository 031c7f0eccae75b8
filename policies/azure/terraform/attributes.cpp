// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/attributes.h"

#include <algorithm>
#include <utility>

#include "policies/azure/resource.h"
#include "policies/source/ascii.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

std::string_view wanted_by(Shape shape) {
  switch (shape) {
    case Shape::Flag:
    case Shape::Opposite:
      return "a boolean";
    case Shape::Number:
      return "an integer";
    case Shape::Texts:
    case Shape::Ids:
    case Shape::IdTexts:
      return "a list of strings";
    default:
      return "a string";
  }
}

}  // namespace

bool same_attribute(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    while (i < a.size() && a[i] == '_') ++i;
    while (j < b.size() && b[j] == '_') ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (source::lower(a[i]) != source::lower(b[j])) return false;
    ++i;
    ++j;
  }
}

std::string_view describe(Type type) {
  switch (type) {
    case Type::Null:
      return "null";
    case Type::Bool:
      return "a boolean";
    case Type::Integer:
      return "an integer";
    case Type::Float:
      return "a number";
    case Type::String:
      return "a string";
    case Type::Array:
      return "a list";
    case Type::Object:
      return "a mapping";
    case Type::Unknown:
      break;
  }
  return "not known";
}

void put(Members& members, std::string_view name, Node value, const Span& where) {
  if (find_in(members, name) != nullptr) return;
  members.push_back({std::string(name), std::move(value), where});
}

void put_object(Members& members, std::string_view name, Members inner, const Span& where) {
  if (inner.empty()) return;
  put(members, name, Node::object(std::move(inner), where), where);
}

Node* find_in(Members& members, std::string_view name) {
  for (Node::Member& member : members) {
    if (same_name(member.name, name)) return &member.value;
  }
  return nullptr;
}

Node reference_to(Node id) {
  const Span where = id.where;
  Members members;
  members.push_back({"id", std::move(id), where});
  return Node::object(std::move(members), where);
}

const Node* Attributes::find(std::string_view name) const {
  if (!object_->is(Type::Object)) return nullptr;
  for (const Node::Member& member : object_->members) {
    if (!same_attribute(member.name, name)) continue;
    return member.value.is(Type::Null) ? nullptr : &member.value;
  }
  return nullptr;
}

const Node* Attributes::text(std::string_view name) const {
  const Node* value = find(name);
  if (value == nullptr || value->is(Type::Unknown)) return value;
  if (!value->is(Type::String)) {
    wrong_type(name, *value, "a string");
    return nullptr;
  }
  return value->text.empty() ? nullptr : value;
}

const Node* Attributes::unknown(std::string_view name) const {
  const Node* value = find(name);
  return value != nullptr && value->is(Type::Unknown) ? value : nullptr;
}

std::optional<Attributes> Attributes::block(std::string_view name) const {
  const Node* value = find(name);
  if (value == nullptr || value->is(Type::Unknown)) return std::nullopt;
  if (value->is(Type::Array)) {
    if (value->items.empty()) return std::nullopt;
    value = &value->items.front();
    if (value->is(Type::Null) || value->is(Type::Unknown)) return std::nullopt;
  }
  if (!value->is(Type::Object)) {
    wrong_type(name, *value, "a block");
    return std::nullopt;
  }
  return Attributes(*value, subject_, *diagnostics_);
}

void Attributes::wrong_type(std::string_view name, const Node& value,
                            std::string_view wanted) const {
  diagnostics_->add({source::Severity::Error,
                     "wrong-type",
                     std::string(name) + " is " + std::string(describe(value.type)) +
                         ", and must be " + std::string(wanted),
                     value.where,
                     subject_,
                     {},
                     Span::none(),
                     {}});
}

std::optional<Node> Attributes::listed(const Field& field, const Node& value) const {
  if (value.items.empty()) return std::nullopt;
  std::vector<Node> items;
  items.reserve(value.items.size());
  for (const Node& item : value.items) {
    if (item.is(Type::Null)) continue;
    if (!item.is(Type::String) && !item.is(Type::Unknown)) {
      wrong_type(field.from, item, wanted_by(field.shape));
      continue;
    }
    items.push_back(field.shape == Shape::Ids ? reference_to(item) : item);
  }
  return Node::array(std::move(items), value.where);
}

std::optional<Node> Attributes::shaped(const Field& field, const Node& value) const {
  if (value.is(Type::Unknown)) {
    return field.shape == Shape::Id ? reference_to(value) : value;
  }
  switch (field.shape) {
    case Shape::Text:
    case Shape::IdText:
    case Shape::Id:
      if (!value.is(Type::String)) break;
      if (value.text.empty()) return std::nullopt;
      return field.shape == Shape::Id ? reference_to(value) : value;
    case Shape::Flag:
    case Shape::Opposite: {
      if (!value.is(Type::Bool)) break;
      Node flag = value;
      if (field.shape == Shape::Opposite) flag.truth = !flag.truth;
      return flag;
    }
    case Shape::Number:
      if (!value.is(Type::Integer)) break;
      return value;
    case Shape::Texts:
    case Shape::Ids:
    case Shape::IdTexts:
      if (!value.is(Type::Array)) break;
      return listed(field, value);
  }
  wrong_type(field.from, value, wanted_by(field.shape));
  return std::nullopt;
}

void Attributes::copy(std::span<const Field> fields, Members& out) const {
  for (const Field& field : fields) {
    const Node* value = find(field.from);
    if (value == nullptr) continue;
    if (std::optional<Node> node = shaped(field, *value)) {
      put(out, field.to, std::move(*node), value->where);
    }
  }
}

void Attributes::copy_blocks(std::string_view name, std::string_view to, Members& out,
                             const std::function<Node(const Attributes&)>& make) const {
  const Node* value = find(name);
  if (value == nullptr) return;
  if (value->is(Type::Unknown)) return put(out, to, *value, value->where);
  const std::span<const Node> blocks = value->is(Type::Array) ? std::span<const Node>(value->items)
                                                              : std::span<const Node>(value, 1);
  std::vector<Node> made;
  for (const Node& block : blocks) {
    if (block.is(Type::Null)) continue;
    if (block.is(Type::Unknown)) {
      made.push_back(block);
    } else if (block.is(Type::Object)) {
      made.push_back(make(Attributes(block, subject_, *diagnostics_)));
    } else {
      wrong_type(name, block, "a block");
    }
  }
  put(out, to, Node::array(std::move(made), value->where), value->where);
}

}  // namespace polreach::azure::terraform
