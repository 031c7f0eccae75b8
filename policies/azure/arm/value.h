// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "policies/azure/node.h"

/// What expressions evaluate to. Values are shared and never change; one that is part of another
/// keeps that one alive.
namespace polreach::azure::arm {

using Value = std::shared_ptr<const Node>;

[[nodiscard]] Value value_of(Node node);
/// Something inside of a value.
[[nodiscard]] Value part_of(const Value& whole, const Node& part);

[[nodiscard]] Node boolean(bool truth);
[[nodiscard]] Node integer(std::int64_t number);
[[nodiscard]] Node text(std::string text);
[[nodiscard]] Node null();

enum class Truth : std::uint8_t { No, Yes, Maybe };

/// Whether two values are equal, as equals() has it: strings with their case, names of members
/// without, and members in any order. An Unknown equals what was made by the same expression.
[[nodiscard]] Truth same(const Node& a, const Node& b);
/// Also where it is inside of something.
[[nodiscard]] bool has_unknown(const Node& node);
/// The three truths as what a function of the template gives.
[[nodiscard]] Node truth_of(Truth truth, const Node& a, const Node& b, std::string_view expression);
/// The first Unknown in it, outermost first; nullptr if there is none.
[[nodiscard]] const Node* first_unknown(const Node& node);

/// As string() writes it; what is unknown stands there as its expression.
[[nodiscard]] std::string json_text(const Node& node);

struct Extent {
  std::size_t nodes = 0;
  std::size_t bytes = 0;
  std::size_t depth = 0;
  std::size_t longest = 0;  // string
};
[[nodiscard]] Extent extent_of(const Node& node);

/// "a string", "an array": for messages.
[[nodiscard]] std::string_view describe(Node::Type type);

}  // namespace polreach::azure::arm
