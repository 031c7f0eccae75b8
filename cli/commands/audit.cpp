// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/audit.h"

#include <fmt/format.h>

#include "cli/baseline.h"
#include "cli/findings_output.h"
#include "cli/output_file.h"
#include "cli/profile.h"
#include "cli/report/check_list.h"
#include "cli/report/html_report.h"

namespace polreach::cli {
namespace {

namespace audit = solver::audit;

constexpr const char* kFindingsSchema = "polreach.findings/v1";

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

/// How long the checks took, all and by kind, where --stats asks for it.
void lap(Session& session, const AuditRun& run) {
  session.lap("solve");
  if (!session.arguments().has("stats")) return;
  for (const audit::Stage& each : run.stages) {
    session.err() << fmt::format("stats:   {:<10} {:7.2f} ms\n", each.name, each.spent.count());
  }
}

/// The page with the connections that the findings are about.
int report_page(Session& session, const FindingsReport& report) {
  const Input& input = session.input();
  const compiler::Cluster cluster(input.model, list_profile_of(session.arguments(), input.model));
  const solver::queries::Map map = solver::queries::map(cluster, {});
  const MapReport connections{
      input, cluster, map, "", false, nullptr, !input.model.endpoints.empty()};
  return report_findings(session, report, [&](std::ostream& out, const Style&) {
    write_audit_html(out, report, input.model.endpoints.empty() ? nullptr : &connections);
    return source::Result<void>();
  });
}

}  // namespace

std::optional<Triage> triage_of(Session& session, const Config& config) {
  const Arguments& arguments = session.arguments();
  Triage how;
  how.severities = config.severities;
  source::Diagnostics problems;
  how.suppressions = suppressions_beside(session.input(), problems);
  if (!session.check(problems.all())) return std::nullopt;
  for (Suppression& each : config.suppressions_in(session.sources())) {
    how.suppressions.push_back(std::move(each));
  }
  if (arguments.has("baseline")) {
    auto known = read_baseline(arguments.value("baseline"));
    if (!known) {
      session.refuse("bad-baseline", known.error().message,
                     "make one with polreach audit --write-baseline FILE");
      return std::nullopt;
    }
    how.baseline = std::move(*known);
  }
  const auto day = today();
  if (!day) {
    session.refuse("usage", day.error().message, "");
    return std::nullopt;
  }
  how.today = *day;
  how.shown = severity_of(arguments.value("severity")).value_or(audit::Severity::Info);
  how.place = [places = object_places(session.input())](const std::string& object) {
    const auto found = places.find(object);
    return found == places.end() ? source::Span::none() : found->second;
  };
  return how;
}

int report_audit(Session& session, const AuditRun& run, const Config& config) {
  const Arguments& arguments = session.arguments();
  const auto how = triage_of(session, config);
  if (!how) return kNoVerdict;
  const Triaged triaged = triage(run, *how);
  session.warn(triaged.warnings);
  if (arguments.has("write-baseline")) {
    const auto stored = write_file(arguments.value("write-baseline"), baseline_text(triaged.found));
    if (!stored) return session.refuse("output", stored.error().message, "");
  }
  FindingsReport report{
      session.input().sources, "audit",       run.overview,       run.checks,
      triaged.findings,        run.unchecked, triaged.suppressed, triaged.known_findings};
  report.known_entries = triaged.known;
  report.gone = triaged.gone;
  report.hidden = triaged.hidden;
  report.fail_on = fail_level(arguments);
  report.assumptions = run.assumptions;
  report.input = &session.input();
  if (arguments.value("format") == "html") return report_page(session, report);
  return report_findings(session, report);
}

int ask_audit(Session& session) {
  const Arguments& arguments = session.arguments();
  const auto checks = checks_of(arguments.all("only"), arguments.all("skip"));
  if (!checks) {
    return session.refuse(checks.error().code, checks.error().message, checks.error().help);
  }
  const auto run = run_audit(arguments, session.input(), *checks);
  if (!run) return session.refuse(run.error().code, run.error().message, run.error().help);
  if (!session.check(run->mistakes)) return kNoVerdict;
  lap(session, *run);
  return report_audit(session, *run, Config{});
}

int run_audit_command(const Arguments& arguments, const Streams& streams) {
  Session early(arguments, streams, kFindingsSchema);
  if (arguments.has("list")) return list_checks(early);
  const auto config = load_config(early);
  if (!config) return kNoVerdict;
  const Arguments all = with_config(arguments, *config, true);
  Session session(all, streams, kFindingsSchema);
  const auto refuse = [&](const ListingError& error) {
    return session.refuse(error.code, error.message, error.help);
  };
  const auto checks = checks_of(all.all("only"), all.all("skip"));
  if (!checks) return refuse(checks.error());
  InputOptions options = session.input_options(all.value("default-namespace"));
  options.paths = all.positional;
  if (!session.read(options)) return kNoVerdict;
  const auto run = run_audit(all, session.input(), *checks);
  if (!run) return refuse(run.error());
  if (!session.check(run->mistakes)) return kNoVerdict;
  lap(session, *run);
  return report_audit(session, *run, *config);
}

}  // namespace polreach::cli
