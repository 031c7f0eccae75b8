// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/input.h"
#include "cli/report/length.h"
#include "cli/report/style.h"
#include "solver/queries/can.h"

namespace polreach::cli {

/// A question and its answer, with everything that a report shows of them.
struct CanReport {
  const Input& input;
  const compiler::Cluster& cluster;
  const solver::queries::Target& source;
  const solver::queries::Target& destination;
  std::string asked;  // "TCP 7070", "all traffic"
  const solver::queries::Answer& answer;
};

/// For people.
void write_text(std::ostream& out, const Style& style, const CanReport& report, Length length);

/// The schema polreach.can/v1: docs/schemas/polreach.can.v1.json.
void write_json(std::ostream& out, const CanReport& report);

/// "ALLOWED" in green, and so on.
[[nodiscard]] std::string coloured(const Style& style, solver::queries::Verdict verdict);

/// What both formats call an end.
[[nodiscard]] std::string name_of(const CanReport& report, const solver::queries::Variant& variant,
                                  const solver::queries::Target& target);

}  // namespace polreach::cli
