// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/shell/executor.h"

namespace polreach::cli::shell {

/// The schema polreach.shell/v1, one object a line: docs/schemas/polreach.shell.v1.json. `number`:
/// of the line among those that ask something, from 1.
void write_json_line(std::ostream& out, std::size_t number, const std::string& line,
                     const Answer& answer, const std::string& cluster);

}  // namespace polreach::cli::shell
