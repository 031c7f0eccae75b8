// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "policies/azure/arm/symbol.h"
#include "policies/azure/arm/value.h"

/// The functions of templates whose value depends on nothing but their arguments ("ARM template
/// functions"). What depends on the template or on where it is deployed is in evaluator.h.
namespace polreach::azure::arm {

/// One call. A function that refuses its arguments says why in `fault`, and its result does not
/// count.
struct Call {
  std::string_view name;  // as it was written
  std::span<const Value> arguments;
  std::string fault = {};

  [[nodiscard]] std::size_t size() const { return arguments.size(); }
  [[nodiscard]] const Node& at(std::size_t i) const { return *arguments[i]; }
  [[nodiscard]] bool is(std::size_t i, Node::Type type) const { return at(i).is(type); }
  [[nodiscard]] bool unknown(std::size_t i) const { return is(i, Node::Type::Unknown); }

  /// The call, with what is known of its arguments: what tells its value from others.
  [[nodiscard]] std::string expression() const;
  /// Not known, because of the first argument that is not known.
  [[nodiscard]] Node open() const;
  Node refuse(std::string why);
  /// Whether the argument is of that type; else refuses.
  bool want(std::size_t i, Node::Type type);
};

struct Function {
  static constexpr std::uint8_t kAny = 255;
  std::string_view name;  // lower case
  std::uint8_t least = 0;
  std::uint8_t most = kAny;
  /// It is called with arguments that are Unknown as a whole, too. Others are not: their value is
  /// then open. All are called with arrays and objects that have something Unknown inside.
  bool takes_unknown = false;
  Node (*run)(Call&) = nullptr;
};

/// Whether positions in a text, which count UTF-16 units, are those of its bytes.
[[nodiscard]] bool is_ascii(std::string_view text);

/// nullptr: there is no such function.
[[nodiscard]] const Function* find_function(std::string_view lower_name);
/// Whether Azure has it, and its value is known to Azure only (keys of accounts, the time).
[[nodiscard]] bool is_of_azure(std::string_view lower_name);

[[nodiscard]] std::span<const Function> text_functions();
[[nodiscard]] std::span<const Function> encoding_functions();
[[nodiscard]] std::span<const Function> number_functions();
[[nodiscard]] std::span<const Function> collection_functions();
[[nodiscard]] std::span<const Function> object_functions();
[[nodiscard]] std::span<const Function> address_functions();

}  // namespace polreach::azure::arm
