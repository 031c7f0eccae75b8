// SPDX-License-Identifier: Apache-2.0
// "Array functions for ARM templates". An Unknown item leaves what is beside it known; one that
// may stand for any number of items (is_spread) hides the positions behind it.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/azure/arm/functions.h"
#include "policies/azure/arm/limits.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

bool any_spread(const std::vector<Node>& items) {
  return std::any_of(items.begin(), items.end(), is_spread);
}

bool may_be_absent(const Node::Member& member) { return is_spread(member.value); }

Node array(Call& call) {
  return call.is(0, Type::Array) ? call.at(0) : Node::array({call.at(0)}, Span::none());
}

Node create_array(Call& call) {
  Node result = Node::array({}, Span::none());
  for (const Value& argument : call.arguments) {
    result.items.push_back(*argument);
    if (argument->is(Type::Unknown)) result.items.back().truth = false;  // it is one item
  }
  return result;
}

Node empty_array(const Call& call) {
  const auto& items = call.at(0).items;
  if (items.empty()) return boolean(true);
  return std::all_of(items.begin(), items.end(), is_spread) ? call.open() : boolean(false);
}

Node empty(Call& call) {
  switch (call.at(0).type) {
    case Type::Null:
      return boolean(true);
    case Type::String:
      return boolean(call.at(0).text.empty());
    case Type::Array:
      return empty_array(call);
    case Type::Object: {
      const auto& members = call.at(0).members;
      if (members.empty()) return boolean(true);
      const bool open = std::all_of(members.begin(), members.end(), may_be_absent);
      return open ? call.open() : boolean(false);
    }
    case Type::Unknown: {
      const auto symbol = symbol_of(call.at(0));
      return symbol && has_text(*symbol) ? boolean(false) : call.open();
    }
    default:
      return call.refuse("empty() takes an array, an object or a string");
  }
}

Node length(Call& call) {
  const Node& of = call.at(0);
  if (of.is(Type::Array)) {
    return any_spread(of.items) ? call.open() : integer(static_cast<std::int64_t>(of.items.size()));
  }
  if (of.is(Type::Object)) {
    const bool open = std::any_of(of.members.begin(), of.members.end(), may_be_absent);
    return open ? call.open() : integer(static_cast<std::int64_t>(of.members.size()));
  }
  if (!of.is(Type::String)) return call.refuse("length() takes an array, an object or a string");
  return is_ascii(of.text) ? integer(static_cast<std::int64_t>(of.text.size())) : call.open();
}

Node first(Call& call) {
  const Node& of = call.at(0);
  if (of.is(Type::Array)) {
    if (of.items.empty()) return null();
    return is_spread(of.items.front()) ? call.open() : of.items.front();
  }
  if (!call.want(0, Type::String)) return null();
  return is_ascii(of.text) ? text(of.text.substr(0, 1)) : call.open();
}

Node last(Call& call) {
  const Node& of = call.at(0);
  if (of.is(Type::Array)) {
    if (of.items.empty()) return null();
    return is_spread(of.items.back()) ? call.open() : of.items.back();
  }
  if (!call.want(0, Type::String)) return null();
  if (!is_ascii(of.text)) return call.open();
  return text(of.text.empty() ? "" : of.text.substr(of.text.size() - 1));
}

/// take() and skip(): the part up to, or from, a position.
Node cut(Call& call, bool front) {
  if (!call.want(1, Type::Integer)) return null();
  const Node& of = call.at(0);
  const auto at = [&](std::size_t size) {
    return static_cast<std::size_t>(
        std::clamp<std::int64_t>(call.at(1).integer, 0, static_cast<std::int64_t>(size)));
  };
  if (of.is(Type::Array)) {
    const auto middle = of.items.begin() + static_cast<std::ptrdiff_t>(at(of.items.size()));
    if (std::any_of(of.items.begin(), middle, is_spread)) return call.open();
    // All items are left where the position is beyond the last, which a spread may hide.
    if (front && call.at(1).integer > static_cast<std::int64_t>(of.items.size()) &&
        any_spread(of.items)) {
      return call.open();
    }
    return Node::array(front ? std::vector<Node>(of.items.begin(), middle)
                             : std::vector<Node>(middle, of.items.end()),
                       Span::none());
  }
  if (!call.is(0, Type::String))
    return call.refuse(fmt::format("{}() takes an array or a string", call.name));
  if (!is_ascii(of.text)) return call.open();
  return text(front ? of.text.substr(0, at(of.text.size())) : of.text.substr(at(of.text.size())));
}

Node take(Call& call) { return cut(call, true); }
Node skip(Call& call) { return cut(call, false); }

Node contains_item(Call& call) {
  Truth result = Truth::No;
  for (const Node& item : call.at(0).items) {
    const Truth here = same(item, call.at(1));
    if (here == Truth::Yes) return boolean(true);
    if (here == Truth::Maybe) result = Truth::Maybe;
  }
  return result == Truth::Maybe ? call.open() : boolean(false);
}

Node contains(Call& call) {
  if (call.unknown(0)) return call.open();
  if (call.is(0, Type::Array)) return contains_item(call);
  if (call.unknown(1)) return call.open();
  const auto wanted = symbol_of(call.at(1));
  if (call.is(0, Type::Object)) {
    if (!call.want(1, Type::String)) return null();
    const Node* found = call.at(0).find(call.at(1).text);
    if (found != nullptr && is_spread(*found)) return call.open();
    return boolean(found != nullptr);
  }
  if (!call.is(0, Type::String) || !wanted) {
    return call.refuse("contains() takes an array, an object or a string");
  }
  return boolean(call.at(0).text.find(*wanted) != std::string::npos);
}

Node index_in_array(Call& call, bool from_end) {
  const auto& items = call.at(0).items;
  const auto size = static_cast<std::int64_t>(items.size());
  if (any_spread(items)) return call.open();
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t at = from_end ? size - 1 - i : i;
    const Truth here = same(items[static_cast<std::size_t>(at)], call.at(1));
    if (here == Truth::Yes) return integer(at);
    if (here == Truth::Maybe) return call.open();
  }
  return integer(-1);
}

Node index_of(Call& call, bool from_end) {
  if (call.unknown(0)) return call.open();
  if (call.is(0, Type::Array)) return index_in_array(call, from_end);
  if (call.unknown(1)) return call.open();
  if (!call.want(0, Type::String) || !call.want(1, Type::String)) return null();
  if (!is_ascii(call.at(0).text)) return call.open();
  const std::string all = lower(call.at(0).text);
  const std::string part = lower(call.at(1).text);
  const std::size_t at = from_end ? all.rfind(part) : all.find(part);
  return integer(at == std::string::npos ? -1 : static_cast<std::int64_t>(at));
}

Node first_index_of(Call& call) { return index_of(call, false); }
Node last_index_of(Call& call) { return index_of(call, true); }

Node range(Call& call) {
  if (!call.want(0, Type::Integer) || !call.want(1, Type::Integer)) return null();
  const std::int64_t from = call.at(0).integer;
  const std::int64_t count = call.at(1).integer;
  if (count < 0 || count > kLongestRange || from > INT32_MAX || from < INT32_MIN) {
    return call.refuse(fmt::format("range() makes at most {} integers", kLongestRange));
  }
  Node result = Node::array({}, Span::none());
  for (std::int64_t i = 0; i < count; ++i) result.items.push_back(integer(from + i));
  return result;
}

Node flatten(Call& call) {
  if (!call.want(0, Type::Array)) return null();
  Node result = Node::array({}, Span::none());
  for (const Node& item : call.at(0).items) {
    if (item.is(Type::Unknown)) {
      result.items.push_back(spread(item));
    } else if (item.is(Type::Array)) {
      result.items.insert(result.items.end(), item.items.begin(), item.items.end());
    } else {
      return call.refuse("flatten() takes an array of arrays");
    }
  }
  return result;
}

Node coalesce(Call& call) {
  for (const Value& argument : call.arguments) {
    if (argument->is(Type::Unknown)) return call.open();
    if (!argument->is(Type::Null)) return *argument;
  }
  return null();
}

Node try_get(Call& call) {
  const Node* at = &call.at(0);
  for (std::size_t i = 1; i < call.size(); ++i) {
    if (at->is(Type::Null)) return null();
    if (at->is(Type::Unknown) || call.unknown(i)) return call.open();
    if (at->is(Type::Object) && call.is(i, Type::String)) {
      at = at->find(call.at(i).text);
    } else if (at->is(Type::Array) && call.is(i, Type::Integer)) {
      const std::int64_t index = call.at(i).integer;
      if (any_spread(at->items)) return call.open();
      const bool inside = index >= 0 && index < static_cast<std::int64_t>(at->items.size());
      at = inside ? &at->items[static_cast<std::size_t>(index)] : nullptr;
    } else {
      return call.refuse("tryGet() takes names of members, and positions in arrays");
    }
    if (at == nullptr) return null();
  }
  return *at;
}

/// The position of an item counts from the end, from 1.
Node index_from_end(Call& call) {
  if (!call.want(0, Type::Array) || !call.want(1, Type::Integer)) return null();
  const auto& items = call.at(0).items;
  if (any_spread(items)) return call.open();
  const std::int64_t index = call.at(1).integer;
  if (index >= 1 && index <= static_cast<std::int64_t>(items.size())) {
    return items[items.size() - static_cast<std::size_t>(index)];
  }
  if (same_name(call.name, "tryIndexFromEnd")) return null();
  return call.refuse("the position is outside of the array");
}

constexpr std::array<Function, 17> kCollectionFunctions = {{
    {"array", 1, 1, false, array},
    {"createarray", 0, Function::kAny, true, create_array},
    {"empty", 1, 1, true, empty},
    {"length", 1, 1, false, length},
    {"first", 1, 1, false, first},
    {"last", 1, 1, false, last},
    {"take", 2, 2, false, take},
    {"skip", 2, 2, false, skip},
    {"contains", 2, 2, true, contains},
    {"indexof", 2, 2, true, first_index_of},
    {"lastindexof", 2, 2, true, last_index_of},
    {"range", 2, 2, false, range},
    {"flatten", 1, 1, false, flatten},
    {"coalesce", 1, Function::kAny, true, coalesce},
    {"tryget", 2, Function::kAny, true, try_get},
    {"indexfromend", 2, 2, false, index_from_end},
    {"tryindexfromend", 2, 2, false, index_from_end},
}};

}  // namespace

std::span<const Function> collection_functions() { return kCollectionFunctions; }

}  // namespace polreach::azure::arm
