// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/verify.h"

#include <algorithm>

#include "cli/intents_run.h"
#include "cli/report/verify_report.h"
#include "cli/session.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
namespace judged = solver::intents;

class VerifyCommand {
 public:
  VerifyCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        session_(arguments, streams, "polreach.verify/v1") {}

  int run() {
    if (!arguments_.has("intents")) {
      return session_.refuse("usage", "there are no rules to verify",
                             "name their file: --intents FILE; polreach init PATH... writes a "
                             "first one");
    }
    if (!read()) return kNoVerdict;
    IntentsSetting setting(arguments_, session_.input());
    if (!session_.check(queries::equal_priorities(setting.cluster()))) return kNoVerdict;
    if (const auto done = setting.complete(); !done) {
      return session_.refuse(done.error().code, done.error().message, done.error().help);
    }
    const judged::Verification verification = judged::verify(setting.setting(), intents_);
    session_.lap("solve");
    if (!session_.is_proven(verification.proofs, verification.unproven)) return kNoVerdict;
    const auto written = report({session_.input(), setting.cluster(), intents_, verification});
    if (!written) return session_.refuse("no-verdict", written.error().message, "");
    session_.lap("report");
    return exit_status(verification);
  }

 private:
  /// The manifests, then the intents, which are about the same names.
  bool read() {
    InputOptions options = session_.input_options(arguments_.value("default-namespace"));
    options.paths = arguments_.positional;
    auto read = read_input(options, streams_.in);
    if (!read) {
      session_.refuse("input", read.error().message, "");
      return false;
    }
    std::unique_ptr<Input> input = std::move(*read);
    auto found =
        read_intents(arguments_.all("intents"), arguments_.value("default-namespace"), *input);
    if (!found) {
      session_.refuse("input", found.error().message, "");
      return false;
    }
    intents_ = std::move(*found);
    return session_.accept(std::move(input));
  }

  source::Result<void> report(const VerifyReport& report) {
    const std::string format = arguments_.value("format");
    if (format == "text") {
      write_text(session_.out(), session_.style(), report, session_.is_quiet());
      return {};
    }
    if (format == "json") {
      write_json(session_.out(), report);
      return {};
    }
    return write_as_findings(session_.out(), format, session_.style(), report, session_.is_quiet());
  }

  static int exit_status(const judged::Verification& verification) {
    const auto any = [&](const auto& is) {
      return std::any_of(verification.judgements.begin(), verification.judgements.end(), is);
    };
    using judged::Judgement;
    using judged::Verdict;
    if (any([](const Judgement& each) { return each.verdict == Verdict::Violated; })) return kNo;
    const bool all_hold =
        !any([](const Judgement& each) { return each.verdict != Verdict::Holds; });
    return all_hold ? kYes : kNoVerdict;
  }

  const Arguments& arguments_;
  const Streams& streams_;
  Session session_;
  std::vector<intents::Intent> intents_;
};

}  // namespace

int run_verify(const Arguments& arguments, const Streams& streams) {
  return VerifyCommand(arguments, streams).run();
}

}  // namespace polreach::cli
