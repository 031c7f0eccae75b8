// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/audit.h"

#include <algorithm>
#include <sstream>

#include "cli/output_file.h"
#include "cli/report/check_list.h"
#include "cli/report/findings_common.h"

namespace polreach::cli {
namespace {

namespace audit = solver::audit;

constexpr const char* kSchema = "polreach.findings/v1";

int list_checks(Session& session) {
  const std::string format = session.arguments().value("format");
  if (format != "text" && format != "json") {
    return session.refuse("usage", "--list is written as text or json, not as " + format, "");
  }
  const auto checks = checks_of(session.arguments().all("only"), session.arguments().all("skip"));
  if (!checks) {
    return session.refuse(checks.error().code, checks.error().message, checks.error().help);
  }
  if (session.is_json()) {
    write_check_list_json(session.out(), *checks);
  } else {
    write_check_list(session.out(), session.style(), *checks, session.is_quiet());
  }
  return kYes;
}

/// "never" has no severity.
std::optional<audit::Severity> fail_level(const Arguments& arguments) {
  return severity_of(arguments.value("fail-on"));
}

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

int write(Session& session, const FindingsReport& report) {
  const Arguments& arguments = session.arguments();
  const std::string format = arguments.value("format");
  const bool to_file = arguments.has("output");
  std::ostringstream text;
  const Style style = to_file ? Style(false) : session.style();
  const auto written = write_findings(to_file ? static_cast<std::ostream&>(text) : session.out(),
                                      format, style, report, session.is_quiet());
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

}  // namespace

int report_audit(Session& session, const AuditRun& run) {
  const Arguments& arguments = session.arguments();
  const auto shown = severity_of(arguments.value("severity")).value_or(audit::Severity::Info);
  std::vector<audit::Finding> findings;
  std::size_t hidden = 0;
  for (const audit::Finding& each : run.findings) {
    if (each.severity <= shown) {
      findings.push_back(each);
    } else {
      ++hidden;
    }
  }
  FindingsReport report{
      session.input().sources, "audit", run.overview, run.checks, findings, run.unchecked, {}, 0};
  report.hidden = hidden;
  report.fail_on = fail_level(arguments);
  report.assumptions = run.assumptions;
  report.input = &session.input();
  return write(session, report);
}

int run_audit_command(const Arguments& arguments, const Streams& streams) {
  Session session(arguments, streams, kSchema);
  if (arguments.has("list")) return list_checks(session);
  const auto refuse = [&](const ListingError& error) {
    return session.refuse(error.code, error.message, error.help);
  };
  const auto checks = checks_of(arguments.all("only"), arguments.all("skip"));
  if (!checks) return refuse(checks.error());
  InputOptions options = session.input_options(arguments.value("default-namespace"));
  options.paths = arguments.positional;
  if (!session.read(options)) return kNoVerdict;
  const auto run = run_audit(arguments, session.input(), *checks);
  if (!run) return refuse(run.error());
  if (!session.check(run->mistakes)) return kNoVerdict;
  session.lap("solve");
  return report_audit(session, *run);
}

}  // namespace polreach::cli
