// SPDX-License-Identifier: Apache-2.0
// "Numeric functions", "Logical functions" and "Comparison functions for ARM templates".
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include "policies/azure/arm/functions.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

bool two_integers(Call& call) { return call.want(0, Type::Integer) && call.want(1, Type::Integer); }

template <typename Operation>
Node arithmetic(Call& call, Operation operation) {
  if (!two_integers(call)) return null();
  std::int64_t result = 0;
  if (operation(call.at(0).integer, call.at(1).integer, &result)) {
    return call.refuse(fmt::format("{}() overflows", call.name));
  }
  return integer(result);
}

Node add(Call& call) {
  return arithmetic(call, [](auto a, auto b, auto* r) { return __builtin_add_overflow(a, b, r); });
}
Node sub(Call& call) {
  return arithmetic(call, [](auto a, auto b, auto* r) { return __builtin_sub_overflow(a, b, r); });
}
Node mul(Call& call) {
  return arithmetic(call, [](auto a, auto b, auto* r) { return __builtin_mul_overflow(a, b, r); });
}

bool divisible(Call& call) {
  if (!two_integers(call)) return false;
  const std::int64_t by = call.at(1).integer;
  if (by == 0) call.refuse(fmt::format("{}() divides by zero", call.name));
  // The one quotient that does not fit.
  if (by == -1 && call.at(0).integer == INT64_MIN) {
    call.refuse(fmt::format("{}() overflows", call.name));
  }
  return call.fault.empty();
}

Node div(Call& call) {
  return divisible(call) ? integer(call.at(0).integer / call.at(1).integer) : null();
}
Node mod(Call& call) {
  return divisible(call) ? integer(call.at(0).integer % call.at(1).integer) : null();
}

Node extreme(Call& call, bool largest) {
  std::vector<const Node*> numbers;
  if (call.size() == 1 && call.is(0, Type::Array)) {
    for (const Node& item : call.at(0).items) numbers.push_back(&item);
  } else {
    for (const Value& argument : call.arguments) numbers.push_back(argument.get());
  }
  std::optional<std::int64_t> found;
  for (const Node* number : numbers) {
    if (number->is(Type::Unknown)) return call.open();
    if (!number->is(Type::Integer)) {
      return call.refuse(fmt::format("{}() takes integers, or an array of them", call.name));
    }
    if (!found || (largest ? number->integer > *found : number->integer < *found)) {
      found = number->integer;
    }
  }
  return found ? integer(*found) : call.refuse(fmt::format("{}() of nothing", call.name));
}

Node least(Call& call) { return extreme(call, false); }
Node most(Call& call) { return extreme(call, true); }

Node to_int(Call& call) {
  if (call.is(0, Type::Integer)) return call.at(0);
  if (!call.want(0, Type::String)) return null();
  const std::string& digits = call.at(0).text;
  std::int64_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) {
    return call.refuse(fmt::format("int() is given '{}', which is no integer", digits));
  }
  return integer(number);
}

Node to_float(Call& call) {
  if (!call.is(0, Type::String) && !call.is(0, Type::Integer) && !call.is(0, Type::Float)) {
    return call.refuse("float() takes a string or a number");
  }
  Node node;
  node.type = Type::Float;
  node.text = call.is(0, Type::Integer) ? std::to_string(call.at(0).integer) : call.at(0).text;
  return node;
}

Node to_bool(Call& call) {
  if (call.is(0, Type::Bool)) return call.at(0);
  if (call.is(0, Type::Integer)) return boolean(call.at(0).integer != 0);
  if (!call.want(0, Type::String)) return null();
  if (same_name(call.at(0).text, "true")) return boolean(true);
  if (same_name(call.at(0).text, "false")) return boolean(false);
  return call.refuse(
      fmt::format("bool() is given '{}', which is neither 'true' nor 'false'", call.at(0).text));
}

Node negation(Call& call) { return call.want(0, Type::Bool) ? boolean(!call.at(0).truth) : null(); }

Node equals(Call& call) {
  return truth_of(same(call.at(0), call.at(1)), call.at(0), call.at(1), call.expression());
}

/// How strings are ordered: letters by the alphabet first, and a lower-case letter before its
/// upper case only where all else is equal ("A" is greater than "a"). The order of other
/// characters depends on a culture and is not known here.
std::optional<int> order(std::string_view a, std::string_view b) {
  const auto plain = [](std::string_view s) {
    return std::all_of(s.begin(), s.end(),
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  };
  if (a == b) return 0;
  if (!plain(a) || !plain(b)) return std::nullopt;
  const int folded = lower(a).compare(lower(b));
  if (folded != 0) return folded;
  return a.compare(b) > 0 ? -1 : 1;  // upper case comes first in ASCII
}

template <typename Test>
Node comparison(Call& call, Test test) {
  if (call.is(0, Type::Integer) && call.is(1, Type::Integer)) {
    const std::int64_t a = call.at(0).integer;
    const std::int64_t b = call.at(1).integer;
    return boolean(test(a < b ? -1 : (a > b ? 1 : 0)));
  }
  if (call.is(0, Type::String) && call.is(1, Type::String)) {
    const auto ordered = order(call.at(0).text, call.at(1).text);
    return ordered ? boolean(test(*ordered)) : call.open();
  }
  return call.refuse(fmt::format("{}() compares two integers or two strings", call.name));
}

Node less(Call& call) {
  return comparison(call, [](int o) { return o < 0; });
}
Node less_or_equals(Call& call) {
  return comparison(call, [](int o) { return o <= 0; });
}
Node greater(Call& call) {
  return comparison(call, [](int o) { return o > 0; });
}
Node greater_or_equals(Call& call) {
  return comparison(call, [](int o) { return o >= 0; });
}

constexpr std::array<Function, 19> kNumberFunctions = {{
    {"add", 2, 2, false, add},
    {"sub", 2, 2, false, sub},
    {"mul", 2, 2, false, mul},
    {"div", 2, 2, false, div},
    {"mod", 2, 2, false, mod},
    {"min", 1, Function::kAny, false, least},
    {"max", 1, Function::kAny, false, most},
    {"int", 1, 1, false, to_int},
    {"float", 1, 1, false, to_float},
    {"bool", 1, 1, false, to_bool},
    {"not", 1, 1, false, negation},
    {"equals", 2, 2, true, equals},
    {"less", 2, 2, false, less},
    {"lessorequals", 2, 2, false, less_or_equals},
    {"greater", 2, 2, false, greater},
    {"greaterorequals", 2, 2, false, greater_or_equals},
    {"null", 0, 0, false, [](Call&) { return null(); }},
    {"true", 0, 0, false, [](Call&) { return boolean(true); }},
    {"false", 0, 0, false, [](Call&) { return boolean(false); }},
}};

}  // namespace

std::span<const Function> number_functions() { return kNumberFunctions; }

}  // namespace polreach::azure::arm
