// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// Characters that mean something in YAML and JSON.
namespace polreach::syntax {

/// The white space of JSON (RFC 8259).
inline constexpr std::string_view kJsonSpace = " \t\r\n";

/// A digit of ASCII, whatever the locale.
[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace polreach::syntax
