// SPDX-License-Identifier: Apache-2.0
#include "cli/findings_output.h"

#include <algorithm>
#include <sstream>

#include "cli/output_file.h"
#include "cli/report/findings_common.h"

namespace polreach::cli {

namespace audit = solver::audit;

namespace {

/// A check without an answer is not clean: where nothing else says no, there is no verdict.
int status_of(const FindingsReport& report) {
  const auto counts = [&](audit::Severity severity) {
    return report.fail_on && severity <= *report.fail_on;
  };
  if (std::any_of(report.findings.begin(), report.findings.end(),
                  [&](const audit::Finding& each) { return counts(each.severity); })) {
    return kNo;
  }
  const bool all_checked =
      std::none_of(report.unchecked.begin(), report.unchecked.end(),
                   [&](const audit::Unchecked& each) { return counts(each.check->severity); });
  return all_checked ? kYes : kNoVerdict;
}

}  // namespace

int report_findings(Session& session, const FindingsReport& report) {
  return report_findings(session, report, [&](std::ostream& out, const Style& style) {
    return write_findings(out, session.arguments().value("format"), style, report,
                          session.is_quiet());
  });
}

int report_findings(Session& session, const FindingsReport& report, const WriteAnswer& write) {
  const Arguments& arguments = session.arguments();
  const bool to_file = arguments.has("output");
  std::ostringstream text;
  const Style style = to_file ? Style(false) : session.style();
  const auto written = write(to_file ? static_cast<std::ostream&>(text) : session.out(), style);
  if (!written) return session.refuse("no-verdict", written.error().message, "");
  if (to_file) {
    const std::string path = arguments.value("output");
    if (auto stored = write_file(path, text.str()); !stored) {
      return session.refuse("output", stored.error().message, "");
    }
    if (!session.is_quiet()) {
      const std::string beside = beside_text(report);
      session.out() << findings_text(report) << (beside.empty() ? "" : "; " + beside) << "; see "
                    << printable(path) << "\n";
    }
  }
  session.lap("report");
  return status_of(report);
}

}  // namespace polreach::cli
