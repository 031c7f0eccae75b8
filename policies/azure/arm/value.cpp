// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "policies/azure/arm/symbol.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

struct Pair {
  const Node* a;
  const Node* b;
};

Truth same_unknown(const Node& a, const Node& b) {
  const auto left = symbol_of(a);
  const auto right = symbol_of(b);
  const bool equal = a.is(Type::Unknown) && b.is(Type::Unknown) && left && right &&
                     readable(*left) == readable(*right) && !is_spread(a);
  return equal ? Truth::Yes : Truth::Maybe;
}

Truth same_scalar(const Node& a, const Node& b) {
  const auto number = [](const Node& n) { return n.is(Type::Integer) || n.is(Type::Float); };
  if (a.type != b.type) return number(a) && number(b) ? Truth::Maybe : Truth::No;
  switch (a.type) {
    case Type::Bool:
      return a.truth == b.truth ? Truth::Yes : Truth::No;
    case Type::Integer:
      return a.integer == b.integer ? Truth::Yes : Truth::No;
    case Type::Float:
      return a.text == b.text ? Truth::Yes : Truth::Maybe;
    case Type::String:
      return a.text == b.text ? Truth::Yes : Truth::No;
    default:
      return Truth::Yes;
  }
}

/// Members that the other has not; pairs of those that both have.
Truth same_members(const Node& a, const Node& b, std::vector<Pair>& open) {
  Truth result = Truth::Yes;
  for (const auto& [left, right, gather] : {std::tuple{&a, &b, true}, std::tuple{&b, &a, false}}) {
    for (const Node::Member& member : left->members) {
      const Node* other = right->find(member.name);
      if (other == nullptr) {
        if (!is_spread(member.value)) return Truth::No;
        result = Truth::Maybe;
      } else if (gather) {
        open.push_back({&member.value, other});
      }
    }
  }
  return result;
}

Truth same_items(const Node& a, const Node& b, std::vector<Pair>& open) {
  if (std::any_of(a.items.begin(), a.items.end(), is_spread) ||
      std::any_of(b.items.begin(), b.items.end(), is_spread)) {
    return Truth::Maybe;
  }
  if (a.items.size() != b.items.size()) return Truth::No;
  for (std::size_t i = 0; i < a.items.size(); ++i) open.push_back({&a.items[i], &b.items[i]});
  return Truth::Yes;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\t':
        result += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20U) {
          result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          result += c;
        }
    }
  }
  return result + '"';
}

std::string scalar_text(const Node& node) {
  switch (node.type) {
    case Type::Null:
      return "null";
    case Type::Bool:
      return node.truth ? "true" : "false";
    case Type::Integer:
      return std::to_string(node.integer);
    case Type::Float:
      return node.text;
    case Type::String:
      return quoted(node.text);
    default:
      return canonical_unknown(node);
  }
}

}  // namespace

Value value_of(Node node) { return std::make_shared<const Node>(std::move(node)); }

Value part_of(const Value& whole, const Node& part) { return {whole, &part}; }

Node boolean(bool truth) {
  Node node;
  node.type = Type::Bool;
  node.truth = truth;
  return node;
}

Node integer(std::int64_t number) {
  Node node;
  node.type = Type::Integer;
  node.integer = number;
  return node;
}

Node text(std::string text) { return Node::string(std::move(text), Span::none()); }

Node null() { return {}; }

Truth same(const Node& first, const Node& second) {
  Truth result = Truth::Yes;
  std::vector<Pair> open{{&first, &second}};
  while (!open.empty()) {
    const auto [a, b] = open.back();
    open.pop_back();
    Truth here = Truth::Yes;
    if (a->is(Type::Unknown) || b->is(Type::Unknown)) {
      here = same_unknown(*a, *b);
    } else if (a->is(Type::Object) && b->is(Type::Object)) {
      here = same_members(*a, *b, open);
    } else if (a->is(Type::Array) && b->is(Type::Array)) {
      here = same_items(*a, *b, open);
    } else {
      here = same_scalar(*a, *b);
    }
    if (here == Truth::No) return Truth::No;
    if (here == Truth::Maybe) result = Truth::Maybe;
  }
  return result;
}

const Node* first_unknown(const Node& node) {
  std::vector<const Node*> open{&node};
  while (!open.empty()) {
    const Node* top = open.back();
    open.pop_back();
    if (top->is(Type::Unknown)) return top;
    for (auto item = top->items.rbegin(); item != top->items.rend(); ++item) open.push_back(&*item);
    for (auto member = top->members.rbegin(); member != top->members.rend(); ++member) {
      open.push_back(&member->value);
    }
  }
  return nullptr;
}

bool has_unknown(const Node& node) { return first_unknown(node) != nullptr; }

Node truth_of(Truth truth, const Node& a, const Node& b, std::string_view expression) {
  if (truth != Truth::Maybe) return boolean(truth == Truth::Yes);
  const Node* unknown = first_unknown(a);
  if (unknown == nullptr) unknown = first_unknown(b);
  if (unknown == nullptr) return hole(std::string(expression), {}, expression);
  return hole(unknown->text, unknown->settle, expression);
}

std::string json_text(const Node& node) {
  struct Open {
    const Node* node;
    std::size_t next;
  };
  std::string out;
  std::vector<Open> open;
  const auto start = [&](const Node& value) {
    if (value.is(Type::Array) || value.is(Type::Object)) {
      out += value.is(Type::Array) ? '[' : '{';
      open.push_back({&value, 0});
    } else {
      out += scalar_text(value);
    }
  };
  start(node);
  while (!open.empty()) {
    Open& top = open.back();
    const bool array = top.node->is(Type::Array);
    if (top.next == (array ? top.node->items.size() : top.node->members.size())) {
      out += array ? ']' : '}';
      open.pop_back();
      continue;
    }
    if (top.next > 0) out += ',';
    const std::size_t at = top.next++;
    if (array) {
      start(top.node->items[at]);
    } else {
      out += quoted(top.node->members[at].name) + ':';
      start(top.node->members[at].value);
    }
  }
  return out;
}

Extent extent_of(const Node& node) {
  struct Open {
    const Node* node;
    std::size_t depth;
  };
  Extent extent;
  std::vector<Open> open{{&node, 1}};
  while (!open.empty()) {
    const Open top = open.back();
    open.pop_back();
    ++extent.nodes;
    extent.bytes += top.node->text.size();
    extent.depth = std::max(extent.depth, top.depth);
    extent.longest = std::max(extent.longest, top.node->text.size());
    for (const Node& item : top.node->items) open.push_back({&item, top.depth + 1});
    for (const Node::Member& member : top.node->members) {
      extent.bytes += member.name.size();
      open.push_back({&member.value, top.depth + 1});
    }
  }
  return extent;
}

std::string_view describe(Node::Type type) {
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
      return "an array";
    case Type::Object:
      return "an object";
    case Type::Unknown:
      return "not known";
  }
  return "a value";
}

}  // namespace polreach::azure::arm
