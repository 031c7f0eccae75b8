// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace polreach::cli {

/// The manifests of the example of the README, which are part of the program: names and texts of
/// fixtures/quickstart and fixtures/quickstart-changed, by the folder's name; nothing for others.
[[nodiscard]] std::map<std::string, std::string> example_files(std::string_view folder);

}  // namespace polreach::cli
