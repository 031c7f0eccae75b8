// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Template expressions ("Syntax and expressions in ARM templates"): a string that starts with `[`
/// and ends with `]`. `[[` at the start makes it a literal that starts with `[`.
namespace polreach::azure::arm {

[[nodiscard]] bool is_expression(std::string_view text);
/// What a string that is no expression stands for.
[[nodiscard]] std::string_view literal_of(std::string_view text);

struct Term {
  enum class Kind : std::uint8_t { String, Integer, Call, Property, Index };
  Kind kind = Kind::String;
  std::string text;  // String; Call: the function's name as written; Property: its name
  std::int64_t integer = 0;
  std::vector<std::uint32_t> parts;  // Call: arguments; Property: subject; Index: subject, index
  std::uint32_t begin = 0;           // bytes of the expression's text
  std::uint32_t end = 0;
};

/// Terms that refer to one another by index; every part comes before what it is a part of.
struct Expression {
  std::vector<Term> terms;
  std::uint32_t root = 0;
};

struct ExpressionFault {
  std::string message;
  std::uint32_t at = 0;  // a byte of the text
  bool limit = false;    // too long or too deep, rather than wrong
};

/// Reads a text for which is_expression() is true. On a fault the expression is empty.
std::optional<ExpressionFault> parse_expression(std::string_view text, Expression& expression);

}  // namespace polreach::azure::arm
