// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/source/source_map.h"
#include "policies/syntax/tape.h"

namespace polreach::azure {

using source::Span;

/// A JSON value whose expressions have been evaluated, with the place where it was written (of an
/// expression: the text that it is in). What could not be evaluated is Unknown, anywhere in it.
struct Node {
  enum class Type : std::uint8_t { Null, Bool, Integer, Float, String, Array, Object, Unknown };

  struct Member;

  Type type = Type::Null;
  bool truth = false;           // Bool
  std::int64_t integer = 0;     // Integer
  std::string text;             // String; Float as it was written; Unknown: what is not known, such
                                // as "parameters('prefix')" or "the output of a deployment"
  std::string settle;           // Unknown: what would settle it ("give a value with --parameters");
                                // may be empty
  std::vector<Node> items;      // Array
  std::vector<Member> members;  // Object, in document order
  Span where;

  Node() = default;
  /// Copies without recursion: what is copied can be as deep as the input.
  Node(const Node& other);
  Node(Node&& other) noexcept = default;
  Node& operator=(const Node& other);
  Node& operator=(Node&& other) noexcept = default;
  ~Node() = default;

  [[nodiscard]] bool is(Type t) const { return type == t; }
  /// The member of that name, whatever its case (Azure's property names are not case-sensitive);
  /// nullptr where there is none, or where this is no object.
  [[nodiscard]] const Node* find(std::string_view name) const;

  static Node string(std::string text, const Span& where);
  static Node array(std::vector<Node> items, const Span& where);
  static Node object(std::vector<Member> members, const Span& where);
  static Node unknown(std::string what, const Span& where, std::string settle = {});
  /// As it stands in a document, without evaluating anything.
  static Node of(const syntax::Value& value);
};

struct Node::Member {
  std::string name;
  Node value;
  Span where;  // of the name
};

/// A property of a resource: below `properties` (REST, ARM), or beside `name` (az). nullptr where
/// it is absent or null.
[[nodiscard]] const Node* property(const Node& resource, std::string_view name);

}  // namespace polreach::azure
