// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/input.h"
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

/// For people. `brief`: the verdict line only.
void write_text(std::ostream& out, const Style& style, const CanReport& report, bool brief);

/// The schema polreach.can/v1: docs/schemas/polreach.can.v1.json.
void write_json(std::ostream& out, const CanReport& report);

/// The same schema for a run without a verdict: `message` is empty where diagnostics say it all.
void write_json_error(std::ostream& out, const Input* input, const std::string& code,
                      const std::string& message, const std::string& help);

// Names that both formats use.
[[nodiscard]] std::string name_of(const CanReport& report, const solver::queries::Variant& variant,
                                  const solver::queries::Target& target);
[[nodiscard]] std::string policy_name(const model::Model& model, model::PolicyId id);

}  // namespace polreach::cli
