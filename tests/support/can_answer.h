// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policies/net/traffic.h"

namespace polreach::support {

/// A problem of the input, as the JSON report gives it.
struct ReportedProblem {
  std::string severity;
  std::string code;
  std::string place = {};  // "line:column"; empty without one
  std::string file = {};
};

/// What a test wants to know of a polreach.can/v1 report.
struct CanAnswer {
  std::string verdict;                  // empty for null
  std::string error;                    // the code of the error, if there is one
  net::Traffic allowed;                 // over all outcomes
  std::vector<std::string> depends_on;  // ids
  std::vector<ReportedProblem> problems;
};

/// Reads a report. Fails the test where the text is no such report.
[[nodiscard]] CanAnswer read_can_answer(std::string_view json);

}  // namespace polreach::support
