// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "policies/source/result.h"

namespace polreach::cli {

/// Writes a file that is complete or not there: beside it first, then under its name. What is no
/// regular file (a pipe, /dev/stdout) is written to as it is.
source::Result<void> write_file(const std::string& path, std::string_view bytes);

}  // namespace polreach::cli
