// SPDX-License-Identifier: Apache-2.0
// "Object functions for ARM templates", and union() and intersection() of arrays.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/azure/arm/functions.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

Node* member_of(Node& object, std::string_view name) {
  for (Node::Member& member : object.members) {
    if (same_name(member.name, name)) return &member.value;
  }
  return nullptr;
}

Node create_object(Call& call) {
  if (call.size() % 2 != 0) return call.refuse("createObject() takes names and values in turn");
  Node result = Node::object({}, Span::none());
  for (std::size_t i = 0; i < call.size(); i += 2) {
    if (call.unknown(i)) return call.open();
    if (!call.want(i, Type::String)) return null();
    Node value = call.at(i + 1);
    if (value.is(Type::Unknown)) value.truth = false;  // it is there
    if (Node* before = member_of(result, call.at(i).text)) {
      *before = std::move(value);
    } else {
      result.members.push_back({call.at(i).text, std::move(value), Span::none()});
    }
  }
  return result;
}

/// A member that may be absent leaves what was there before, or replaces it.
void put(Node& before, const Node& after, bool deep) {
  if (deep && before.is(Type::Unknown) && after.is(Type::Object)) {
    before.truth = false;  // it may have members of its own
  } else if (is_spread(after)) {
    Node open = after;
    open.truth = is_spread(before);
    before = std::move(open);
  } else {
    before = after;
  }
}

/// Objects inside of both are merged in turn; all else is replaced.
void merge(Node& into, const Node& from, bool deep) {
  std::vector<std::pair<Node*, const Node*>> open{{&into, &from}};
  while (!open.empty()) {
    const auto [target, source] = open.back();
    open.pop_back();
    for (const Node::Member& member : source->members) {
      if (member_of(*target, member.name) == nullptr) target->members.push_back(member);
    }
    for (const Node::Member& member : source->members) {
      Node* found = member_of(*target, member.name);
      if (deep && found->is(Type::Object) && member.value.is(Type::Object)) {
        open.emplace_back(found, &member.value);
      } else {
        put(*found, member.value, deep);
      }
    }
  }
}

Node union_of_arrays(Call& call) {
  Node result = Node::array({}, Span::none());
  for (std::size_t i = 0; i < call.size(); ++i) {
    if (call.unknown(i)) {
      result.items.push_back(spread(call.at(i)));
      continue;
    }
    if (!call.want(i, Type::Array)) return null();
    for (const Node& item : call.at(i).items) {
      const bool known = std::any_of(result.items.begin(), result.items.end(),
                                     [&](const Node& n) { return same(n, item) == Truth::Yes; });
      if (!known) result.items.push_back(item);
    }
  }
  return result;
}

Node union_of_objects(Call& call, bool deep) {
  Node result = Node::object({}, Span::none());
  for (std::size_t i = 0; i < call.size(); ++i) {
    // What is not known could replace every member.
    if (call.unknown(i)) return call.open();
    if (!call.want(i, Type::Object)) return null();
    merge(result, call.at(i), deep);
  }
  return result;
}

Node union_of(Call& call) {
  const bool arrays = std::any_of(call.arguments.begin(), call.arguments.end(),
                                  [](const Value& v) { return v->is(Type::Array); });
  if (arrays) return union_of_arrays(call);
  return union_of_objects(call, true);
}

Node shallow_merge(Call& call) {
  if (!call.want(0, Type::Array)) return null();
  Node result = Node::object({}, Span::none());
  for (const Node& item : call.at(0).items) {
    if (item.is(Type::Unknown)) return call.open();
    if (!item.is(Type::Object)) return call.refuse("shallowMerge() takes an array of objects");
    merge(result, item, false);
  }
  return result;
}

Truth is_in(const Node& item, const Node& array) {
  Truth result = Truth::No;
  for (const Node& other : array.items) {
    const Truth here = same(item, other);
    if (here == Truth::Yes) return Truth::Yes;
    if (here == Truth::Maybe) result = Truth::Maybe;
  }
  return result;
}

Node intersection_of_arrays(Call& call) {
  Node result = Node::array({}, Span::none());
  for (const Node& item : call.at(0).items) {
    Truth inside = Truth::Yes;
    for (std::size_t i = 1; i < call.size() && inside != Truth::No; ++i) {
      if (!call.want(i, Type::Array)) return null();
      const Truth here = is_in(item, call.at(i));
      if (here != Truth::Yes) inside = here;
    }
    if (inside == Truth::Maybe) return call.open();
    if (inside == Truth::Yes && is_in(item, result) != Truth::Yes) result.items.push_back(item);
  }
  return result;
}

Node intersection_of_objects(Call& call) {
  Node result = Node::object({}, Span::none());
  for (const Node::Member& member : call.at(0).members) {
    Truth inside = Truth::Yes;
    for (std::size_t i = 1; i < call.size() && inside != Truth::No; ++i) {
      if (!call.want(i, Type::Object)) return null();
      const Node* other = call.at(i).find(member.name);
      const Truth here = other == nullptr ? Truth::No : same(member.value, *other);
      if (here != Truth::Yes) inside = here;
    }
    if (inside == Truth::Maybe) return call.open();
    if (inside == Truth::Yes) result.members.push_back(member);
  }
  return result;
}

Node intersection(Call& call) {
  if (call.is(0, Type::Array)) return intersection_of_arrays(call);
  return call.want(0, Type::Object) ? intersection_of_objects(call) : null();
}

std::vector<const Node::Member*> by_name(const Node& object) {
  std::vector<const Node::Member*> members;
  for (const Node::Member& member : object.members) members.push_back(&member);
  std::stable_sort(members.begin(), members.end(),
                   [](const auto* a, const auto* b) { return lower(a->name) < lower(b->name); });
  return members;
}

Node items(Call& call) {
  if (!call.want(0, Type::Object)) return null();
  Node result = Node::array({}, Span::none());
  for (const Node::Member* member : by_name(call.at(0))) {
    if (is_spread(member->value)) {
      result.items.push_back(member->value);
      continue;
    }
    result.items.push_back(Node::object(
        {{"key", text(member->name), Span::none()}, {"value", member->value, Span::none()}},
        Span::none()));
  }
  return result;
}

Node object_keys(Call& call) {
  if (!call.want(0, Type::Object)) return null();
  Node result = Node::array({}, Span::none());
  for (const Node::Member* member : by_name(call.at(0))) {
    result.items.push_back(is_spread(member->value) ? member->value : text(member->name));
  }
  return result;
}

constexpr std::array<Function, 6> kObjectFunctions = {{
    {"createobject", 0, Function::kAny, true, create_object},
    {"union", 1, Function::kAny, true, union_of},
    {"intersection", 2, Function::kAny, false, intersection},
    {"shallowmerge", 1, 1, false, shallow_merge},
    {"items", 1, 1, false, items},
    {"objectkeys", 1, 1, false, object_keys},
}};

}  // namespace

std::span<const Function> object_functions() { return kObjectFunctions; }

}  // namespace polreach::azure::arm
