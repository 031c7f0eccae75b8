// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/symbol.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "policies/azure/arm/value.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

constexpr char kOpen = '\x01';
constexpr char kOpenSegment = '\x03';  // of a hole that has no '/' in its value
constexpr char kClose = '\x02';
constexpr std::size_t kLongestCanonical = 400;
constexpr std::size_t kLongestSymbol = 4096;

bool is_open(char c) { return c == kOpen || c == kOpenSegment; }

/// FNV-1a: tells long texts apart, whatever the platform.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    value ^= static_cast<unsigned char>(c);
    value *= 0x100000001b3ULL;
  }
  return value;
}

std::string shortened(std::string text) {
  if (text.size() <= kLongestCanonical) return text;
  const std::uint64_t all = hash(text);
  text.resize(kLongestCanonical / 2);
  return text + fmt::format("...#{:016x}", all);
}

std::string clean(std::string_view text, bool slashes) {
  std::string result(text);
  for (char& c : result) {
    if (c == kOpen || c == kOpenSegment || c == kClose) c = '?';
    if (c == '/' && slashes) c = '|';
  }
  return result;
}

/// The expression of a symbol that is one hole.
std::optional<std::string_view> only_hole(std::string_view symbol) {
  if (symbol.size() < 2 || !is_open(symbol.front())) return std::nullopt;
  if (symbol.find(kClose) != symbol.size() - 1) return std::nullopt;
  return symbol.substr(1, symbol.size() - 2);
}

std::string canonical_symbol(const Symbol& symbol) {
  if (const auto expression = only_hole(symbol)) return std::string(*expression);
  const std::string text = readable(symbol);
  if (text ==
      "/subscriptions/{subscription().subscriptionId}/resourceGroups/{resourceGroup().name}")
    return "resourceGroup().id";
  if (text == "/subscriptions/{subscription().subscriptionId}") return "subscription().id";
  return "'" + text + "'";
}

/// The string that a reference becomes of which only some segments are not known.
std::optional<std::string> id_text(const Node& node) {
  const auto symbol = symbol_of(node);
  if (!symbol || !symbol->starts_with('/')) return std::nullopt;
  auto id = ResourceId::parse(readable(*symbol));
  if (!id) return std::nullopt;
  id->subscription = place_segment(id->subscription);
  id->group = place_segment(id->group);
  return id->to_string();
}

void finish_unknown(Node& node, bool is_name) {
  std::optional<std::string> text = id_text(node);
  if (!text && is_name) {
    if (const auto symbol = symbol_of(node)) text = readable(*symbol);
  }
  node.items.clear();
  node.truth = false;
  if (text) node = Node::string(*text, node.where);
}

}  // namespace

Node hole(std::string what, std::string settle, std::string_view expression, bool one_segment) {
  Node node = Node::unknown(std::move(what), Span::none(), std::move(settle));
  Symbol symbol(1, one_segment ? kOpenSegment : kOpen);
  symbol += clean(shortened(std::string(expression)), true) + kClose;
  node.items.push_back(Node::string(std::move(symbol), Span::none()));
  return node;
}

std::optional<Symbol> symbol_of(const Node& node) {
  switch (node.type) {
    case Node::Type::String:
      return clean(node.text, false);
    case Node::Type::Integer:
      return std::to_string(node.integer);
    case Node::Type::Bool:
      return node.truth ? "True" : "False";
    case Node::Type::Unknown:
      if (!node.items.empty()) return node.items.front().text;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

Symbol symbol_or_hole(const Node& node) {
  if (auto symbol = symbol_of(node)) return std::move(*symbol);
  return *symbol_of(hole({}, {}, canonical(node)));
}

Symbol as_segment(Symbol symbol) {
  for (char& c : symbol) {
    if (c == kOpen) c = kOpenSegment;
  }
  return symbol;
}

Node from_symbol(Symbol symbol, const Node& because) {
  if (!has_holes(symbol)) return Node::string(std::move(symbol), because.where);
  if (symbol.size() > kLongestSymbol) return hole(because.text, because.settle, readable(symbol));
  Node node = Node::unknown(because.text, because.where, because.settle);
  node.items.push_back(Node::string(std::move(symbol), Span::none()));
  return node;
}

bool has_holes(std::string_view symbol) {
  return std::any_of(symbol.begin(), symbol.end(), is_open);
}

bool has_text(std::string_view symbol) {
  bool inside = false;
  for (const char c : symbol) {
    if (is_open(c)) {
      inside = true;
    } else if (c == kClose) {
      inside = false;
    } else if (!inside) {
      return true;
    }
  }
  return false;
}

std::optional<std::vector<Symbol>> segments_of(std::string_view symbol) {
  if (symbol.find(kOpen) != std::string_view::npos) return std::nullopt;
  std::vector<Symbol> segments(1);
  for (const char c : symbol) {
    if (c == '/') {
      segments.emplace_back();
    } else {
      segments.back() += c;
    }
  }
  return segments;
}

std::string readable(std::string_view symbol) {
  std::string text(symbol);
  for (char& c : text) {
    if (is_open(c)) c = '{';
    if (c == kClose) c = '}';
  }
  return text;
}

std::string place_segment(std::string_view readable_text) {
  const bool own = same_name(readable_text, "{resourceGroup().name}") ||
                   same_name(readable_text, "{subscription().subscriptionId}");
  return own ? std::string() : std::string(readable_text);
}

std::string canonical_unknown(const Node& unknown) {
  const auto symbol = symbol_of(unknown);
  return shortened(symbol ? canonical_symbol(*symbol) : unknown.text);
}

std::string canonical(const Node& node) {
  if (node.is(Node::Type::String)) return shortened("'" + clean(node.text, false) + "'");
  if (node.is(Node::Type::Unknown)) return canonical_unknown(node);
  return shortened(json_text(node));
}

bool is_spread(const Node& node) { return node.is(Node::Type::Unknown) && node.truth; }

Node spread(Node unknown) {
  unknown.truth = true;
  return unknown;
}

Node finish(Node node) {
  struct Visit {
    Node* node;
    bool in_array;
    bool is_name;
  };
  std::vector<Visit> open{{&node, false, false}};
  while (!open.empty()) {
    const Visit visit = open.back();
    open.pop_back();
    if (visit.node->is(Node::Type::Unknown)) {
      finish_unknown(*visit.node, visit.is_name);
      continue;
    }
    for (Node& item : visit.node->items) open.push_back({&item, true, false});
    for (Node::Member& member : visit.node->members) {
      open.push_back({&member.value, false, visit.in_array && same_name(member.name, "name")});
    }
  }
  return node;
}

}  // namespace polreach::azure::arm
