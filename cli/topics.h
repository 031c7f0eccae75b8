// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace polreach::cli {

/// What several commands have in common, for `polreach help TOPIC` and the manual page.
struct Topic {
  std::string_view name;
  std::string_view summary;  // one line
  /// Paragraphs; what is written in tables (options, questions) comes from those.
  std::string (*text)();
};

[[nodiscard]] std::span<const Topic> topics();
[[nodiscard]] const Topic* find_topic(std::string_view name);

}  // namespace polreach::cli
