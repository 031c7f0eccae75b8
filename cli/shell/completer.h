// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/shell/names.h"
#include "cli/shell/question.h"

namespace polreach::cli::shell {

/// What could stand in place of the word that is being written at the end of a line.
struct Completion {
  std::size_t length = 0;          // of that word
  std::vector<std::string> words;  // sorted; each starts with it, or is the full form of a name
  bool ends = true;                // a space may follow: it is no part of a path
};

/// `citations`: how many places the last answer named.
[[nodiscard]] Completion complete(std::string_view line, const Names& names, std::size_t citations);

/// What all of them start with.
[[nodiscard]] std::string common_start(const std::vector<std::string>& words);

}  // namespace polreach::cli::shell
