// SPDX-License-Identifier: Apache-2.0
#include "cli/report/table.h"

#include "cli/report/style.h"

namespace polreach::cli {

std::string markdown(std::string_view text) {
  constexpr std::string_view kMarkup = "\\|`*_<>[]&";
  std::string result;
  for (char c : printable(text)) {
    if (kMarkup.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

std::string csv(std::string_view text) {
  constexpr std::string_view kFormula = "=+-@\t\r";
  std::string safe(text);
  if (!safe.empty() && kFormula.find(safe[0]) != std::string_view::npos) safe.insert(0, "'");
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string ports_text(const net::PortSet& ports) {
  std::string text;
  for (const auto& range : ports.intervals()) {
    if (!text.empty()) text += " ";
    text += std::to_string(range.first);
    if (range.last != range.first) text += "-" + std::to_string(range.last);
  }
  return text;
}

}  // namespace polreach::cli
