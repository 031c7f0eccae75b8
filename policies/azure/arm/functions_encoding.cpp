// SPDX-License-Identifier: Apache-2.0
// "String functions for ARM templates": those that write a value as another text, and read it back.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <optional>

#include "policies/azure/arm/functions.h"
#include "policies/azure/arm/json_value.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Node base64(Call& call) {
  if (!call.want(0, Type::String)) return null();
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : call.at(0).text) {
    bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xFFFFFFU;
    count += 8;
    for (; count >= 6; count -= 6) out += kBase64[bits >> static_cast<unsigned>(count - 6) & 63U];
  }
  if (count > 0) out += kBase64[bits << static_cast<unsigned>(6 - count) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return text(std::move(out));
}

std::optional<std::string> from_base64(std::string_view all) {
  if (all.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && all.ends_with('=')) {
    all.remove_suffix(1);
    ++padding;
  }
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : all) {
    const std::size_t value = kBase64.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xFFU);
    }
  }
  return out;
}

Node base64_to_string(Call& call) {
  if (!call.want(0, Type::String)) return null();
  auto decoded = from_base64(call.at(0).text);
  if (!decoded) return call.refuse("the text is not base64");
  return text(std::move(*decoded));
}

Node json_of(Call& call, std::string_view source) {
  auto parsed = parse_json(source);
  if (!parsed) return call.refuse(fmt::format("{}() is given a text that is no JSON", call.name));
  return std::move(*parsed);
}

Node json(Call& call) {
  if (!call.want(0, Type::String)) return null();
  return json_of(call, call.at(0).text);
}

Node base64_to_json(Call& call) {
  if (!call.want(0, Type::String)) return null();
  const auto decoded = from_base64(call.at(0).text);
  if (!decoded) return call.refuse("the text is not base64");
  return json_of(call, *decoded);
}

Node uri(Call& call) {
  if (!call.want(0, Type::String) || !call.want(1, Type::String)) return null();
  std::string base = call.at(0).text;
  std::string_view relative = call.at(1).text;
  if (relative.starts_with('/') || relative.find(':') != std::string_view::npos) return call.open();
  const std::size_t authority = base.find("://");
  if (authority == std::string::npos) return call.open();
  const std::size_t slash = base.rfind('/');
  if (slash < authority + 3) return text(base + "/" + std::string(relative));
  return text(base.substr(0, slash + 1) + std::string(relative));
}

Node uri_component(Call& call) {
  if (!call.want(0, Type::String)) return null();
  std::string out;
  for (const char c : call.at(0).text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned>(byte));
  }
  return text(std::move(out));
}

Node string(Call& call) {
  if (call.unknown(0)) {
    // Of a string it is the string itself.
    const auto symbol = symbol_of(call.at(0));
    return symbol ? from_symbol(*symbol, call.at(0)) : call.open();
  }
  if (call.is(0, Type::String)) return call.at(0);
  if (call.is(0, Type::Array) || call.is(0, Type::Object)) {
    return has_unknown(call.at(0)) ? call.open() : text(json_text(call.at(0)));
  }
  if (call.is(0, Type::Null)) return text("");
  return call.is(0, Type::Float) ? text(call.at(0).text) : text(symbol_of(call.at(0)).value_or(""));
}

constexpr std::array<Function, 8> kEncodingFunctions = {{
    {"base64", 1, 1, false, base64},
    {"base64tostring", 1, 1, false, base64_to_string},
    {"base64tojson", 1, 1, false, base64_to_json},
    {"json", 1, 1, false, json},
    {"uri", 2, 2, false, uri},
    {"uricomponent", 1, 1, false, uri_component},
    {"string", 1, 1, true, string},
    {"decodeuricomponent", 1, 1, true, [](Call& call) { return call.open(); }},
}};

}  // namespace

std::span<const Function> encoding_functions() { return kEncodingFunctions; }

}  // namespace polreach::azure::arm
