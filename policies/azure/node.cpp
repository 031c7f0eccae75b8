// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/node.h"

#include <algorithm>
#include <charconv>

#include "policies/azure/resource.h"

namespace polreach::azure {
namespace {

/// A scalar, or an empty collection.
Node shallow(const syntax::Value& value) {
  Node node;
  node.where = value.span();
  switch (value.type()) {
    case syntax::Type::Null:
      break;
    case syntax::Type::Bool:
      node.type = Node::Type::Bool;
      node.truth = value.text() == "true";
      break;
    case syntax::Type::Integer: {
      node.type = Node::Type::Integer;
      const std::string_view text = value.text();
      const auto read = std::from_chars(text.data(), text.data() + text.size(), node.integer);
      if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) {
        node.type = Node::Type::Float;
        node.text = text;
      }
      break;
    }
    case syntax::Type::Float:
      node.type = Node::Type::Float;
      node.text = value.text();
      break;
    case syntax::Type::String:
      node.type = Node::Type::String;
      node.text = value.text();
      break;
    case syntax::Type::Sequence:
      node.type = Node::Type::Array;
      break;
    case syntax::Type::Mapping:
      node.type = Node::Type::Object;
      break;
  }
  return node;
}

/// What is no list of other nodes.
void copy_own(const Node& from, Node& to) {
  to.type = from.type;
  to.truth = from.truth;
  to.integer = from.integer;
  to.text = from.text;
  to.settle = from.settle;
  to.where = from.where;
}

}  // namespace

Node::Node(const Node& other) {
  std::vector<std::pair<const Node*, Node*>> open{{&other, this}};
  while (!open.empty()) {
    const auto [from, to] = open.back();
    open.pop_back();
    copy_own(*from, *to);
    to->items.resize(from->items.size());
    for (std::size_t i = 0; i < from->items.size(); ++i) {
      open.emplace_back(&from->items[i], &to->items[i]);
    }
    to->members.resize(from->members.size());
    for (std::size_t i = 0; i < from->members.size(); ++i) {
      to->members[i].name = from->members[i].name;
      to->members[i].where = from->members[i].where;
      open.emplace_back(&from->members[i].value, &to->members[i].value);
    }
  }
}

Node& Node::operator=(const Node& other) {
  Node copy(other);  // which may be a part of this
  *this = std::move(copy);
  return *this;
}

const Node* Node::find(std::string_view name) const {
  if (type != Type::Object) return nullptr;
  for (const Member& member : members) {
    if (same_name(member.name, name)) return &member.value;
  }
  return nullptr;
}

Node Node::string(std::string text, const Span& where) {
  Node node;
  node.type = Type::String;
  node.text = std::move(text);
  node.where = where;
  return node;
}

Node Node::array(std::vector<Node> items, const Span& where) {
  Node node;
  node.type = Type::Array;
  node.items = std::move(items);
  node.where = where;
  return node;
}

Node Node::object(std::vector<Member> members, const Span& where) {
  Node node;
  node.type = Type::Object;
  node.members = std::move(members);
  node.where = where;
  return node;
}

Node Node::unknown(std::string what, const Span& where, std::string settle) {
  Node node;
  node.type = Type::Unknown;
  node.text = std::move(what);
  node.settle = std::move(settle);
  node.where = where;
  return node;
}

Node Node::of(const syntax::Value& value) {
  // Collections that are open, outermost first: the depth of documents is limited by the reader,
  // the stack is not what limits it.
  struct Open {
    Node node;
    syntax::Value::Iterator next;
    syntax::Value::Iterator end;
    syntax::Value value;
  };
  std::vector<Open> open;
  Node done = shallow(value);
  open.push_back({std::move(done), value.begin(), value.end(), value});
  while (true) {
    Open& top = open.back();
    if (top.next != top.end) {
      const syntax::Value child = *top.next;
      ++top.next;
      open.push_back({shallow(child), child.begin(), child.end(), child});
      continue;
    }
    done = std::move(top.node);
    const syntax::Value from = top.value;
    open.pop_back();
    if (open.empty()) return done;
    Node& parent = open.back().node;
    if (parent.type == Type::Object) {
      parent.members.push_back({std::string(from.key()), std::move(done), from.key_span()});
    } else {
      parent.items.push_back(std::move(done));
    }
  }
}

const Node* property(const Node& resource, std::string_view name) {
  const Node* found = nullptr;
  if (const Node* properties = resource.find("properties")) found = properties->find(name);
  if (found == nullptr) found = resource.find(name);
  return found == nullptr || found->is(Node::Type::Null) ? nullptr : found;
}

}  // namespace polreach::azure
