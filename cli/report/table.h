// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "policies/net/traffic.h"

/// Texts as the cells of tables.
namespace polreach::cli {

/// A cell of a Markdown table: pipes, line breaks, and what would be markup are escaped.
[[nodiscard]] std::string markdown(std::string_view text);

/// A field of a CSV line (RFC 4180). One that a spreadsheet would take for a formula gets an
/// apostrophe in front.
[[nodiscard]] std::string csv(std::string_view text);

/// "80 443-445"
[[nodiscard]] std::string ports_text(const net::PortSet& ports);

}  // namespace polreach::cli
