// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/check.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "cli/commands/audit.h"
#include "cli/commands/diff.h"
#include "cli/config.h"
#include "cli/findings_output.h"
#include "cli/intents_run.h"
#include "cli/report/check_report.h"
#include "cli/triage.h"
#include "solver/intents/verify.h"

namespace polreach::cli {
namespace {

namespace audit = solver::audit;

constexpr const char* kCheckSchema = "polreach.check/v1";

/// One of the two versions: its input, and all that is found in it.
struct Version {
  Version(const Arguments& arguments, const Streams& streams)
      : session(arguments, streams, kCheckSchema) {}

  Session session;
  std::unique_ptr<Input> input;  // what the session asks about, and the comparison
  std::vector<intents::Intent> intents;
  std::unique_ptr<IntentsSetting> setting;  // what findings of intents refer to
  solver::intents::Verification verification;
  AuditRun run;
};

class CheckCommand {
 public:
  CheckCommand(const Arguments& arguments, const Streams& streams, const Config& config)
      : arguments_(arguments),
        streams_(streams),
        config_(config),
        base_(arguments, streams),
        head_(arguments, streams) {}

  int run() {
    if (!arguments_.has("base")) {
      return head_.session.refuse("usage", "there is nothing to compare with",
                                  "name the revision that the change is made to: --base main");
    }
    const auto checks = checks_of(arguments_.all("only"), arguments_.all("skip"));
    if (!checks) return refuse(checks.error());
    if (!read(base_, arguments_.value("base"))) return kNoVerdict;
    if (!read(head_, arguments_.value("head"))) return kNoVerdict;
    if (const auto absent = absent_on_both()) return *absent;
    const CheckedDiff diff = compare();
    if (diff.status == kNoVerdict) return kNoVerdict;
    for (Version* const version : {&base_, &head_}) {
      if (!find(*version, *checks)) return kNoVerdict;
    }
    head_.session.lap("solve");
    return report(diff);
  }

 private:
  int refuse(const ListingError& error) {
    return head_.session.refuse(error.code, error.message, error.help);
  }

  /// The files of a revision, or those that are there now.
  bool read(Version& version, const std::string& revision) {
    InputOptions options = version.session.input_options(arguments_.value("default-namespace"));
    options.paths = arguments_.positional;
    if (!revision.empty()) {
      options.revision = RevisionInput{revision, ".", true};
    } else if (options.paths.empty()) {
      options.paths = {"."};
    }
    auto input = read_input(options, streams_.in);
    if (!input) {
      version.session.refuse("input", input.error().message, "");
      return false;
    }
    auto intents = read_intents(arguments_.all("intents"), options.default_namespace, **input);
    if (!intents) {
      version.session.refuse("input", intents.error().message, "");
      return false;
    }
    version.intents = std::move(*intents);
    if (!version.session.accept(std::move(*input))) return false;
    version.input = version.session.give_input();
    version.session.use(*version.input);
    return true;
  }

  /// A path that neither version has is a mistake.
  std::optional<int> absent_on_both() {
    const auto& others = head_.session.input().absent_paths;
    for (const std::string& path : base_.session.input().absent_paths) {
      if (std::find(others.begin(), others.end(), path) == others.end()) continue;
      return head_.session.refuse("input", path + ": neither revision has this path", "");
    }
    return std::nullopt;
  }

  [[nodiscard]] std::string head_name() const {
    return arguments_.has("head") ? arguments_.value("head") : "the files as they are";
  }

  /// The connections that changed, in the format of the report.
  CheckedDiff compare() {
    CheckedDiff diff;
    if (!holds_anything(base_) && !holds_anything(head_)) return diff;
    Arguments arguments = arguments_;
    arguments.options = kDiff.options;
    arguments.positional = {arguments_.value("base"), head_name()};
    const std::string format = arguments_.value("format");
    const bool has_format = format == "json" || format == "md";
    arguments.values["format"] = {has_format ? format : "text"};
    std::ostringstream text;
    const bool plain = has_format || arguments_.has("output");
    const Streams streams{streams_.in, text, streams_.err, !plain && streams_.out_is_terminal,
                          streams_.err_is_terminal};
    Session before(arguments, streams, "polreach.diff/v1");
    Session after(arguments, streams, "polreach.diff/v1");
    before.use(*base_.input);
    after.use(*head_.input);
    diff.status = ask_diff(before, after);
    diff.text = std::move(text).str();
    return diff;
  }

  static bool holds_anything(const Version& version) {
    const Input& input = version.session.input();
    return !input.model.endpoints.empty() || !input.cloud.empty();
  }

  /// The audit and the agreed rules, as findings alike.
  bool find(Version& version, const std::vector<const audit::Check*>& checks) {
    const Input& input = version.session.input();
    if (holds_anything(version) || !input.model.policies.empty()) {
      auto run = run_audit(arguments_, input, checks);
      if (!run) return refuse(run.error()) == kYes;
      if (!version.session.check(run->mistakes)) return false;
      version.run = std::move(*run);
    }
    if (version.intents.empty()) return true;
    version.setting = std::make_unique<IntentsSetting>(arguments_, input);
    if (const auto done = version.setting->complete(); !done) {
      return refuse(done.error()) == kYes;
    }
    version.verification = solver::intents::verify(version.setting->setting(), version.intents);
    for (const auto& check : version.verification.checks) {
      version.run.checks.push_back(&check.check());
    }
    for (audit::Finding& each : version.verification.findings()) {
      version.run.findings.push_back(std::move(each));
    }
    for (audit::Unchecked& each : version.verification.unchecked()) {
      version.run.unchecked.push_back(std::move(each));
    }
    audit::sort(version.run.findings);
    return true;
  }

  int report(const CheckedDiff& diff) {
    auto before = triage_of(base_.session, config_);
    if (!before) return kNoVerdict;
    auto after = triage_of(head_.session, config_);
    if (!after) return kNoVerdict;
    const Triaged was = triage(base_.run, *before);
    std::vector<audit::Unchecked> unchecked = head_.run.unchecked;
    if (!arguments_.has("all")) {
      after->baseline = Known(was.found.begin(), was.found.end());
      std::erase_if(unchecked, [&](const audit::Unchecked& each) { return was_unchecked(each); });
    }
    const Triaged is = triage(head_.run, *after);
    head_.session.warn(is.warnings);
    FindingsReport findings{head_.session.input().sources,
                            "check",
                            head_.run.overview,
                            head_.run.checks,
                            is.findings,
                            unchecked,
                            is.suppressed,
                            is.known_findings};
    findings.known_entries = is.known;
    findings.gone = is.gone;
    findings.hidden = is.hidden;
    findings.fail_on = severity_of(arguments_.value("fail-on"));
    findings.assumptions = head_.run.assumptions;
    findings.revision = arguments_.value("head");
    findings.input = &head_.session.input();
    const CheckReport report{arguments_.value("base"), head_name(), diff, findings};
    return report_findings(head_.session, findings, [&](std::ostream& out, const Style& style) {
      return write_check(out, arguments_.value("format"), style, report, head_.session.is_quiet());
    });
  }

  /// What the base leaves unchecked for the same reason is not the change's business. Checks of
  /// intents are made anew for each version: their ids count.
  [[nodiscard]] bool was_unchecked(const audit::Unchecked& unchecked) const {
    return std::any_of(base_.run.unchecked.begin(), base_.run.unchecked.end(),
                       [&](const audit::Unchecked& each) {
                         return each.check->id == unchecked.check->id && each.why == unchecked.why;
                       });
  }

  const Arguments& arguments_;
  const Streams& streams_;
  const Config& config_;
  Version base_;
  Version head_;
};

}  // namespace

int run_check(const Arguments& arguments, const Streams& streams) {
  Session early(arguments, streams, kCheckSchema);
  const auto config = load_config(early);
  if (!config) return kNoVerdict;
  Arguments all = with_config(arguments, *config, true);
  add_intents(all, *config);
  return CheckCommand(all, streams, *config).run();
}

}  // namespace polreach::cli
