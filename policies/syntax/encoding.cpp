// SPDX-License-Identifier: Apache-2.0
#include <simdjson.h>

#include <array>
#include <cstdio>
#include <string>

#include "policies/syntax/input.h"

namespace polreach::syntax {
namespace {

/// The length of the valid UTF-8 sequence at the start of the bytes; 0 if there is none.
std::size_t sequence_length(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates, and what is beyond U+10FFFF.
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return length;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view bytes, std::size_t begin, std::size_t end) {
  if (simdjson::validate_utf8(bytes.substr(begin, end - begin))) return end;
  // Only now is it worth walking.
  while (begin < end) {
    const std::size_t length = sequence_length(bytes.substr(begin, end - begin));
    if (length == 0) return begin;
    begin += length;
  }
  return end;
}

bool check_encoding(const Input& input, std::size_t begin, std::size_t end) {
  const std::string_view text = input.bytes.substr(begin, end - begin);
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return input.fail("nul-byte", "a NUL byte; this is not a text file", input.at(begin + nul),
                      "save the file as UTF-8 text");
  }
  const std::size_t bad = first_invalid_utf8(input.bytes, begin, end);
  if (bad == end) return true;
  std::array<char, 8> hex{};
  std::snprintf(hex.data(), hex.size(), "0x%02X",
                static_cast<unsigned>(static_cast<unsigned char>(input.bytes[bad])));
  return input.fail("bad-encoding", std::string("the byte ") + hex.data() + " is not UTF-8 here",
                    input.at(bad), "save the file as UTF-8");
}

}  // namespace polreach::syntax
