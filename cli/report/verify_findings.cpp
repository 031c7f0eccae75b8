// SPDX-License-Identifier: Apache-2.0
#include "cli/report/findings_report.h"
#include "cli/report/map_report.h"
#include "cli/report/verify_report.h"

namespace polreach::cli {

source::Result<void> write_as_findings(std::ostream& out, const std::string& format,
                                       const Style& style, const VerifyReport& report, bool quiet) {
  std::vector<const solver::audit::Check*> checks;
  for (const auto& each : report.verification.checks) checks.push_back(&each.check());
  const std::vector<solver::audit::Finding> findings = report.verification.findings();
  const std::vector<solver::audit::Unchecked> unchecked = report.verification.unchecked();
  FindingsReport all{report.input.sources,
                     "verify",
                     summary_of(report.verification),
                     checks,
                     findings,
                     unchecked,
                     {},
                     0};
  all.fail_on = solver::audit::Severity::Info;  // whatever its severity
  all.assumptions = standing_assumptions(report.cluster);
  all.input = &report.input;
  return write_findings(out, format, style, all, quiet);
}

}  // namespace polreach::cli
