// SPDX-License-Identifier: Apache-2.0
// "String functions for ARM templates".
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "policies/azure/arm/functions.h"
#include "policies/azure/arm/limits.h"
#include "policies/azure/resource.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

bool ascii_or_empty(const Call& call, std::size_t i) { return is_ascii(call.at(i).text); }

Node symbols_joined(const Call& call) {
  Symbol joined;
  for (const Value& argument : call.arguments) {
    const auto symbol = symbol_of(*argument);
    if (!symbol) return call.open();
    joined += *symbol;
  }
  return from_symbol(std::move(joined), call.open());
}

Node concat_arrays(Call& call) {
  Node result = Node::array({}, Span::none());
  for (std::size_t i = 0; i < call.size(); ++i) {
    if (call.unknown(i)) {
      result.items.push_back(spread(call.at(i)));
    } else if (call.is(i, Type::Array)) {
      result.items.insert(result.items.end(), call.at(i).items.begin(), call.at(i).items.end());
    } else {
      return call.refuse("concat() takes either strings or arrays");
    }
  }
  return result;
}

Node concat(Call& call) {
  bool unknown = false;
  for (std::size_t i = 0; i < call.size(); ++i) {
    if (call.is(i, Type::Array)) return concat_arrays(call);
    if (call.is(i, Type::Object) || call.is(i, Type::Null)) {
      return call.refuse(fmt::format("concat() takes strings or arrays, and argument {} is {}",
                                     i + 1, describe(call.at(i).type)));
    }
    unknown = unknown || call.unknown(i);
  }
  if (unknown) return symbols_joined(call);
  std::string all;
  for (std::size_t i = 0; i < call.size(); ++i) {
    all += call.is(i, Type::String) ? call.at(i).text : symbol_of(call.at(i)).value_or("");
  }
  return text(std::move(all));
}

/// {index[,alignment][:format]} of .NET, of which only plain indexes and zeros are understood.
struct Placeholder {
  std::size_t index = 0;
  std::size_t zeros = 0;
};

std::optional<Placeholder> placeholder_of(std::string_view inside) {
  Placeholder result;
  std::size_t at = 0;
  while (at < inside.size() && at < 4 &&
         std::isdigit(static_cast<unsigned char>(inside[at])) != 0) {
    result.index = result.index * 10 + static_cast<std::size_t>(inside[at] - '0');
    ++at;
  }
  if (at == 0) return std::nullopt;
  if (at == inside.size()) return result;
  std::string_view format = inside.substr(at);
  if (format.size() < 2 || format[0] != ':') return std::nullopt;
  format.remove_prefix(1);
  if (std::all_of(format.begin(), format.end(), [](char c) { return c == '0'; })) {
    result.zeros = format.size();
    return result;
  }
  if ((format[0] == 'D' || format[0] == 'd') && format.size() == 2 && format[1] >= '0' &&
      format[1] <= '9') {
    result.zeros = static_cast<std::size_t>(format[1] - '0');
    return result;
  }
  return std::nullopt;
}

/// Appends one argument; false where that cannot be done.
bool append_formatted(const Node& node, const Placeholder& placeholder, Symbol& out) {
  if (placeholder.zeros == 0) {
    const auto symbol = symbol_of(node);
    if (symbol) out += *symbol;
    return symbol.has_value() || node.is(Type::Null);
  }
  if (!node.is(Type::Integer) || node.integer < 0) return false;
  const std::string digits = std::to_string(node.integer);
  out += std::string(placeholder.zeros - std::min(placeholder.zeros, digits.size()), '0') + digits;
  return true;
}

Node format(Call& call) {
  if (call.unknown(0)) return call.open();
  if (!call.want(0, Type::String)) return null();
  const std::string_view pattern = call.at(0).text;
  Symbol out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if ((c == '{' || c == '}') && at + 1 < pattern.size() && pattern[at + 1] == c) {
      out += c;
      ++at;
    } else if (c == '{') {
      const std::size_t close = pattern.find('}', at);
      if (close == std::string_view::npos) return call.refuse("the format has a '{' without '}'");
      const auto placeholder = placeholder_of(pattern.substr(at + 1, close - at - 1));
      if (!placeholder) return call.open();
      if (placeholder->index + 1 >= call.size()) {
        return call.refuse(fmt::format("the format names argument {{{}}}, which is not there",
                                       placeholder->index));
      }
      if (!append_formatted(call.at(placeholder->index + 1), *placeholder, out)) return call.open();
      if (out.size() > kLongestString) return call.refuse("the string becomes too long");
      at = close;
    } else if (c == '}') {
      return call.refuse("the format has a '}' without '{'");
    } else {
      out += c;
    }
  }
  return from_symbol(std::move(out), call.open());
}

Node to_lower(Call& call) {
  if (!call.want(0, Type::String)) return null();
  return is_ascii(call.at(0).text) ? text(lower(call.at(0).text)) : call.open();
}

Node to_upper(Call& call) {
  if (!call.want(0, Type::String)) return null();
  std::string result = call.at(0).text;
  if (!is_ascii(result)) return call.open();
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text(std::move(result));
}

Node trim(Call& call) {
  if (!call.want(0, Type::String)) return null();
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const std::string& all = call.at(0).text;
  const std::size_t first = all.find_first_not_of(kSpace);
  if (first == std::string::npos) return text("");
  return text(all.substr(first, all.find_last_not_of(kSpace) - first + 1));
}

bool two_strings(Call& call) { return call.want(0, Type::String) && call.want(1, Type::String); }

Node starts_with(Call& call) {
  if (!two_strings(call)) return null();
  const std::string_view all = call.at(0).text;
  const std::string_view part = call.at(1).text;
  return boolean(all.size() >= part.size() && same_name(all.substr(0, part.size()), part));
}

Node ends_with(Call& call) {
  if (!two_strings(call)) return null();
  const std::string_view all = call.at(0).text;
  const std::string_view part = call.at(1).text;
  return boolean(all.size() >= part.size() &&
                 same_name(all.substr(all.size() - part.size()), part));
}

Node substring(Call& call) {
  if (!call.want(0, Type::String) || !call.want(1, Type::Integer)) return null();
  if (call.size() > 2 && !call.want(2, Type::Integer)) return null();
  if (!ascii_or_empty(call, 0)) return call.open();
  const std::string& all = call.at(0).text;
  const auto size = static_cast<std::int64_t>(all.size());
  const std::int64_t from = call.at(1).integer;
  if (from < 0 || from > size) return call.refuse("substring() starts outside of the string");
  const std::int64_t length = call.size() > 2 ? call.at(2).integer : size - from;
  if (length < 0 || length > size - from) {
    return call.refuse("substring() ends outside of the string");
  }
  return text(all.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(length)));
}

Node pad_left(Call& call) {
  if (!call.is(0, Type::Integer) && !call.want(0, Type::String)) return null();
  if (!call.want(1, Type::Integer)) return null();
  if (call.size() > 2 && !call.want(2, Type::String)) return null();
  const std::string all = symbol_of(call.at(0)).value_or("");
  const std::string pad = call.size() > 2 ? call.at(2).text : " ";
  if (pad.size() != 1) return call.refuse("padLeft() fills with one character");
  if (!is_ascii(all)) return call.open();
  const std::int64_t width = call.at(1).integer;
  if (width < 0 || width > static_cast<std::int64_t>(kLongestString)) {
    return call.refuse("padLeft() is given a length that no string can have");
  }
  const auto wanted = static_cast<std::size_t>(width);
  return text(std::string(wanted - std::min(wanted, all.size()), pad[0]) + all);
}

Node replace(Call& call) {
  if (!two_strings(call) || !call.want(2, Type::String)) return null();
  const std::string& all = call.at(0).text;
  const std::string& from = call.at(1).text;
  if (from.empty()) return call.refuse("replace() cannot look for the empty string");
  std::string result;
  std::size_t at = 0;
  for (std::size_t hit = all.find(from); hit != std::string::npos; hit = all.find(from, at)) {
    result += all.substr(at, hit - at) + call.at(2).text;
    at = hit + from.size();
    if (result.size() > kLongestString) return call.refuse("the string becomes too long");
  }
  return text(result + all.substr(at));
}

std::optional<std::vector<std::string>> delimiters_of(Call& call) {
  if (call.is(1, Type::String)) return std::vector<std::string>{call.at(1).text};
  if (!call.want(1, Type::Array)) return std::nullopt;
  std::vector<std::string> result;
  for (const Node& item : call.at(1).items) {
    if (!item.is(Type::String)) {
      if (!item.is(Type::Unknown)) call.refuse("the delimiters of split() must be strings");
      return std::nullopt;
    }
    result.push_back(item.text);
  }
  return result;
}

Node split_symbol(const Call& call) {
  const auto symbol = symbol_of(call.at(0));
  if (!symbol || !call.is(1, Type::String) || call.at(1).text != "/") return call.open();
  const auto segments = segments_of(*symbol);
  if (!segments) return call.open();
  Node result = Node::array({}, Span::none());
  for (const Symbol& segment : *segments) result.items.push_back(from_symbol(segment, call.at(0)));
  return result;
}

Node split(Call& call) {
  if (call.unknown(0)) return split_symbol(call);
  if (call.unknown(1)) return call.open();
  if (!call.want(0, Type::String)) return null();
  const auto delimiters = delimiters_of(call);
  if (!delimiters) return call.fault.empty() ? call.open() : null();
  Node result = Node::array({}, Span::none());
  const std::string& all = call.at(0).text;
  std::string piece;
  for (std::size_t at = 0; at < all.size();) {
    const auto hit = std::find_if(delimiters->begin(), delimiters->end(), [&](const auto& d) {
      return !d.empty() && all.compare(at, d.size(), d) == 0;
    });
    if (hit == delimiters->end()) {
      piece += all[at++];
    } else {
      result.items.push_back(text(std::move(piece)));
      piece.clear();
      at += hit->size();
    }
  }
  result.items.push_back(text(std::move(piece)));
  return result;
}

Node join(Call& call) {
  if (!call.want(0, Type::Array) || !call.want(1, Type::String)) return null();
  Symbol joined;
  bool first = true;
  for (const Node& item : call.at(0).items) {
    const auto symbol = symbol_of(item);
    if (!symbol || is_spread(item)) {
      if (item.is(Type::Unknown)) return call.open();
      return call.refuse("join() takes an array of strings");
    }
    if (!first) joined += call.at(1).text;
    first = false;
    joined += *symbol;
    if (joined.size() > kLongestString) return call.refuse("the string becomes too long");
  }
  return from_symbol(std::move(joined), call.open());
}

/// The value is Azure's; the expression stands for it.
Node opaque(Call& call) { return hole(call.expression(), {}, call.expression(), true); }

constexpr std::array<Function, 16> kTextFunctions = {{
    {"concat", 0, Function::kAny, true, concat},
    {"format", 1, Function::kAny, true, format},
    {"tolower", 1, 1, false, to_lower},
    {"toupper", 1, 1, false, to_upper},
    {"trim", 1, 1, false, trim},
    {"startswith", 2, 2, false, starts_with},
    {"endswith", 2, 2, false, ends_with},
    {"substring", 2, 3, false, substring},
    {"padleft", 2, 3, false, pad_left},
    {"replace", 3, 3, false, replace},
    {"split", 2, 2, true, split},
    {"join", 2, 2, false, join},
    {"uniquestring", 1, Function::kAny, true, opaque},
    {"guid", 1, Function::kAny, true, opaque},
    {"newguid", 0, 0, true, opaque},
    {"utcnow", 0, 1, true, opaque},
}};

}  // namespace

std::span<const Function> text_functions() { return kTextFunctions; }

}  // namespace polreach::azure::arm
