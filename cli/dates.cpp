// SPDX-License-Identifier: Apache-2.0
#include "cli/dates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace polreach::cli {
namespace {

/// The number that all these digits are.
std::optional<unsigned> digits(std::string_view text) {
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const Date date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                  std::chrono::day(*day)};
  return date.ok() ? std::optional(date) : std::nullopt;
}

std::string to_string(const Date& date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

source::Result<Date> today() {
  if (const char* given = std::getenv("POLREACH_TODAY"); given != nullptr && *given != '\0') {
    const auto date = parse_date(given);
    if (date) return *date;
    return source::failure("POLREACH_TODAY is " + std::string(given) +
                           ", which is no day; write it as YYYY-MM-DD");
  }
  return Date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

}  // namespace polreach::cli
