// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "policies/source/result.h"
#include "solver/intents/verify.h"

namespace polreach::cli {

/// Intents and what came of them.
struct VerifyReport {
  const Input& input;
  const compiler::Cluster& cluster;
  const std::vector<intents::Intent>& intents;
  const solver::intents::Verification& verification;
};

/// For people: the worst first. `brief`: the verdicts only.
void write_text(std::ostream& out, const Style& style, const VerifyReport& report, bool brief);

/// The schema polreach.verify/v1: docs/schemas/polreach.verify.v1.json.
void write_json(std::ostream& out, const VerifyReport& report);

/// The formats of findings for pipelines: md, sarif, junit, github, gitlab, azure.
source::Result<void> write_as_findings(std::ostream& out, const std::string& format,
                                       const Style& style, const VerifyReport& report, bool quiet);

/// "3 intents: 1 violated, 2 hold".
[[nodiscard]] std::string summary_of(const solver::intents::Verification& verification);

}  // namespace polreach::cli
