// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "policies/syntax/characters.h"

namespace polreach::syntax {
namespace {

using Words = std::initializer_list<std::string_view>;

bool one_of(std::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The words that stand for something. Nothing that is longer than kLongestWord is one.
constexpr std::size_t kLongestWord = 5;

std::optional<Plain> resolve_word(std::string_view text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return Plain{Type::Null, ""};
  if (one_of(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"})) {
    return Plain{Type::Bool, "true"};
  }
  if (one_of(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"})) {
    return Plain{Type::Bool, "false"};
  }
  if (one_of(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF",
                    "-.inf", "-.Inf", "-.INF"})) {
    return Plain{Type::Float, text};
  }
  return std::nullopt;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// Whether a number that no double holds is so because it is too near 0. Go reads that as 0.
bool is_tiny(std::string_view number) {
  const std::size_t exponent = number.find_first_of("eE");
  if (exponent != std::string_view::npos) return number[exponent + 1] == '-';
  return number.substr(0, number.find('.')).find_first_of("123456789") == std::string_view::npos;
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? and in the range of a double.
bool is_float(std::string_view text) {
  std::size_t at = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  const std::string_view number = text.substr(text.starts_with('+') ? 1 : 0);
  const std::size_t whole = skip_digits(text, at);
  const bool has_whole = whole > at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = skip_digits(text, at + 1);
    if (!has_whole && fraction == at + 1) return false;
    at = fraction;
  } else if (!has_whole) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = skip_digits(text, at);
    if (exponent == at) return false;
    at = exponent;
  }
  if (at != text.size()) return false;
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  return result.ec == std::errc() || is_tiny(number);
}

/// As Go's strconv.ParseInt and ParseUint with base 0.
bool to_decimal(std::string_view text, std::string& out) {
  const bool signed_text = text[0] == '+' || text[0] == '-';
  const bool negative = text[0] == '-';
  std::string_view digits = text.substr(signed_text ? 1 : 0);
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    const char mark = static_cast<char>(digits[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    digits.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, base);
  if (digits.empty() || result.ec != std::errc() || result.ptr != end) return false;
  constexpr std::uint64_t kMostSigned = 1ULL << 63U;
  if (negative ? value > kMostSigned : signed_text && value >= kMostSigned) return false;
  out.assign(negative && value != 0 ? "-" : "");
  out.append(std::to_string(value));
  return true;
}

}  // namespace

Plain resolve_plain(std::string_view text, std::string& buffer) {
  if (text.size() <= kLongestWord) {
    if (const auto word = resolve_word(text)) return *word;
  }
  const char first = text.empty() ? ' ' : text[0];
  if (first == '.') return {is_float(text) ? Type::Float : Type::String, text};
  if (!is_digit(first) && first != '+' && first != '-') return {Type::String, text};
  std::string plain(text);
  std::erase(plain, '_');
  if (to_decimal(plain, buffer)) return {Type::Integer, buffer};
  if (!is_float(plain)) return {Type::String, text};
  buffer = plain;
  return {Type::Float, buffer};
}

std::string_view plain_key(const Plain& plain, std::string& buffer) {
  if (plain.type != Type::Float) return plain.text;
  const std::string_view number = plain.text.substr(plain.text.starts_with('+') ? 1 : 0);
  double value = 0;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) return plain.text;
  std::array<char, 64> shortest{};
  const auto written = std::to_chars(shortest.data(), shortest.data() + shortest.size(), value);
  buffer.assign(shortest.data(), written.ptr);
  return buffer;
}

}  // namespace polreach::syntax
