// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace polreach::support {

/// What a run of the whole program did.
struct Run {
  int status = 0;
  std::string out;
  std::string err;
};

/// Runs the program in memory. `in` is its standard input.
[[nodiscard]] Run run(const std::vector<std::string>& words, const std::string& in = {});
[[nodiscard]] Run run(const std::vector<std::string>& words, std::istream& in);

/// Splits at spaces.
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

}  // namespace polreach::support
