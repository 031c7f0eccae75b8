// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Lists of texts as one line.
namespace polreach::cli {

/// "a; b; c". Empty texts before the first other one leave no separator behind.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts, std::string_view separator);

/// "a, b and 5 more": of more than `most` names, those beyond are counted.
[[nodiscard]] std::string joined(const std::vector<std::string>& names, std::size_t most);

}  // namespace polreach::cli
