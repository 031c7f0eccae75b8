// SPDX-License-Identifier: Apache-2.0
#include "tests/support/environment.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace polreach::support {
namespace {

std::optional<std::filesystem::path> folder_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::filesystem::path(text);
}

}  // namespace

std::filesystem::path source_folder() { return folder_in("POLREACH_SOURCE_DIR").value_or("."); }

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<std::filesystem::path> conformance_folder() {
  auto folder = folder_in("POLREACH_CONFORMANCE");
  if (!folder) std::cout << "skipped: POLREACH_CONFORMANCE is not set\n";
  return folder;
}

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::stoull(text);
}

std::uint64_t cases(std::uint64_t usual) {
  const std::uint64_t divisor = number_in("POLREACH_CASES_DIVISOR").value_or(1);
  return divisor < usual ? usual / std::max<std::uint64_t>(divisor, 1) : 1;
}

}  // namespace polreach::support
