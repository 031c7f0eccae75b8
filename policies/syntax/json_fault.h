// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polreach::syntax {

/// What is wrong with a JSON text, in words for a person.
struct JsonFault {
  std::string_view code = "json-syntax";
  std::size_t at = 0;
  std::string message;
  std::string help;
  std::optional<std::size_t> other = std::nullopt;  // the bracket that this is about
};

/// Finds the first place where the document that starts at `begin` is not JSON (RFC 8259, UTF-8,
/// at most `depth` collections deep). Strict and exact, but several times slower than simdjson,
/// which has no places in its errors: this runs only after an error. Where `whole`, the document
/// must fill the bytes up to `end`.
[[nodiscard]] std::optional<JsonFault> find_json_fault(std::string_view bytes, std::size_t begin,
                                                       std::size_t end, bool whole,
                                                       std::uint32_t depth);

/// Whether a token is a number of JSON.
[[nodiscard]] bool is_json_number(std::string_view token);

}  // namespace polreach::syntax
