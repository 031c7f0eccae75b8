// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "policies/source/result.h"

/// Days, as suppressions write them.
namespace polreach::cli {

using Date = std::chrono::year_month_day;

/// A day that there is, as YYYY-MM-DD.
[[nodiscard]] std::optional<Date> parse_date(std::string_view text);
[[nodiscard]] std::string to_string(const Date& date);

/// The day in UTC; that of the environment variable POLREACH_TODAY where it is set, so that a run
/// can be repeated. Fails where it is no day.
[[nodiscard]] source::Result<Date> today();

}  // namespace polreach::cli
