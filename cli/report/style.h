// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace polreach::cli {

/// Colours for a terminal, or none. The text is the same either way.
class Style {
 public:
  explicit Style(bool colour) : colour_(colour) {}

  [[nodiscard]] std::string bold(std::string_view text) const { return wrap("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return wrap("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return wrap("1;31", text); }
  [[nodiscard]] std::string green(std::string_view text) const { return wrap("1;32", text); }
  [[nodiscard]] std::string yellow(std::string_view text) const { return wrap("1;33", text); }
  [[nodiscard]] std::string blue(std::string_view text) const { return wrap("1;34", text); }

 private:
  [[nodiscard]] std::string wrap(std::string_view code, std::string_view text) const {
    if (!colour_) return std::string(text);
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
  }
  bool colour_;
};

/// Text from the input with control characters made visible, so that it cannot drive a terminal,
/// nor the agent of a pipeline.
[[nodiscard]] std::string printable(std::string_view text);

/// Whether the bytes are UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace polreach::cli
