// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace polreach::cli {

/// How many columns the terminal behind a file descriptor has; 0 where it is none, or does not say.
[[nodiscard]] std::size_t terminal_width(int descriptor);

}  // namespace polreach::cli
