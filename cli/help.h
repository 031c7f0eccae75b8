// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string_view>

#include "cli/options.h"
#include "cli/topics.h"

namespace polreach::cli {

/// What `polreach help` shows.
void write_overview(std::ostream& out);
/// What `polreach COMMAND --help` shows.
void write_help(std::ostream& out, const CommandSpec& command);
/// What `polreach help TOPIC` shows.
void write_topic(std::ostream& out, const Topic& topic);
/// Writes the manual page or a completion; false where there is none of that name.
bool write_generated(std::ostream& out, std::string_view what);

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace polreach::cli
