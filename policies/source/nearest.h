// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polreach::source {

/// The candidates that someone who typed `word` may have meant, best first, at most `most`:
/// those within a third of the word's length in edits, and those that contain the word.
[[nodiscard]] std::vector<std::string> nearest(std::string_view word,
                                               const std::vector<std::string>& candidates,
                                               std::size_t most = 3);

/// "; did you mean a, b or c?" for messages; empty without candidates.
[[nodiscard]] std::string did_you_mean(const std::vector<std::string>& names);

}  // namespace polreach::source
