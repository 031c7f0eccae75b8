// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The page without its data, made of the files of this folder when polreach is built
/// (cmake/EmbedPage.cmake). Its Content-Security-Policy has the hashes of its script and style, and
/// allows nothing else: no request, no other script.
namespace polreach::cli::html {

[[nodiscard]] std::string_view before_data();
[[nodiscard]] std::string_view after_data();

}  // namespace polreach::cli::html
