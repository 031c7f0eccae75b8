// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/streams.h"

namespace polreach::cli {

/// The whole program: runs the command that the words name (without the program's own name) and
/// returns its exit status. Exceptions do not leave it.
int run(const std::vector<std::string>& words, const Streams& streams);

}  // namespace polreach::cli
