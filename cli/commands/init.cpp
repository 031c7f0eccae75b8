// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/init.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/intents_run.h"
#include "cli/output_file.h"
#include "cli/session.h"
#include "policies/intents/reader.h"
#include "solver/intents/init.h"
#include "solver/intents/verify.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace judged = solver::intents;

class InitCommand {
 public:
  InitCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments), session_(arguments, streams, "") {}

  int run() {
    const std::string output = arguments_.value("output");
    if (!output.empty() && std::filesystem::exists(output)) {
      return session_.refuse("output", output + " is there already",
                             "name another file: an agreement is not overwritten");
    }
    InputOptions options = session_.input_options(arguments_.value("default-namespace"));
    options.paths = arguments_.positional;
    if (!session_.read(options)) return kNoVerdict;
    if (session_.input().model.endpoints.empty() && session_.input().cloud.empty()) {
      return session_.refuse("no-workloads", "there are no pods or workloads to speak of",
                             "give the workloads with the policies");
    }
    IntentsSetting setting(arguments_, session_.input());
    if (!session_.check(solver::queries::equal_priorities(setting.cluster()))) return kNoVerdict;
    if (const auto done = setting.complete(); !done) {
      return session_.refuse(done.error().code, done.error().message, done.error().help);
    }
    auto drafts = judged::draft(setting.setting());
    if (!drafts) return session_.refuse("no-verdict", drafts.error().message, "");
    keep_what_holds(setting.setting(), *drafts);
    return store(output,
                 intents::write(heading(drafts->drafts.empty()), drafts->drafts, remarks(*drafts)));
  }

 private:
  static std::vector<std::string> heading(bool is_empty) {
    std::vector<std::string> lines = {
        "What passes today, as polreach init found it. Cut down what nobody needs, and hold the",
        "manifests against it: polreach verify --intents THIS-FILE PATH...",
        "docs/verify.md says what can stand here."};
    if (is_empty) {
      lines.insert(lines.end(),
                   {"There is nothing to hold on to yet: write what should be so, and see what",
                    "stands against it."});
    }
    return lines;
  }

  [[nodiscard]] std::vector<std::string> remarks(const judged::Drafts& drafts) const {
    std::vector<std::string> lines;
    if (!drafts.open.empty()) {
      lines.emplace_back(
          "Everything reaches these, on some port at least (polreach audit says more):");
      for (const std::string& each : drafts.open) lines.push_back("  " + each);
    }
    if (!left_out_.empty())
      lines.emplace_back("Not written down, since it does not hold for certain:");
    for (const std::string& each : left_out_) lines.push_back("  " + each);
    return lines;
  }

  /// What the drafts say, judged. `sources` has their text.
  struct Judged {
    std::vector<intents::Intent> intents;
    judged::Verification verification;
  };
  static Judged judge(const judged::Setting& setting, const std::vector<intents::Draft>& drafts) {
    source::SourceMap sources;
    const source::FileId file =
        sources.add("<intents>", source::Text::own(intents::write({}, drafts, {})));
    source::Diagnostics diagnostics;
    Judged result;
    intents::ReadOptions how;
    how.default_namespace = setting.default_namespace;
    intents::read(sources, file, *setting.model().symbols, how, diagnostics, result.intents);
    if (diagnostics.errors() > 0 || result.intents.size() != drafts.size()) {
      throw source::InternalError("polreach init writes intents that cannot be read");
    }
    result.verification = judged::verify(setting, result.intents);
    return result;
  }

  /// What depends on something that the input leaves open is told and not agreed. Of a list of ends
  /// from which nothing passes those stay of which it is so.
  void keep_what_holds(const judged::Setting& setting, judged::Drafts& drafts) {
    if (drafts.drafts.empty()) return;
    const Judged all = judge(setting, drafts.drafts);
    std::vector<intents::Draft> kept;
    for (std::size_t i = 0; i < drafts.drafts.size(); ++i) {
      intents::Draft& draft = drafts.drafts[i];
      const judged::Judgement& each = all.verification.judgements[i];
      if (each.verdict == judged::Verdict::Holds) {
        kept.push_back(std::move(draft));
        continue;
      }
      if (draft.expect != intents::Expect::Denied || draft.from.size() < 2) {
        leave_out(each);
        continue;
      }
      draft.from = ends_that_hold(setting, draft);
      if (!draft.from.empty()) kept.push_back(std::move(draft));
    }
    drafts.drafts = std::move(kept);
  }

  std::vector<intents::DraftMember> ends_that_hold(const judged::Setting& setting,
                                                   const intents::Draft& draft) {
    std::vector<intents::Draft> parts;
    for (const intents::DraftMember& each : draft.from) {
      intents::Draft part = draft;
      part.name += " from " + each.reference;
      part.from = {each};
      parts.push_back(std::move(part));
    }
    const Judged judged = judge(setting, parts);
    std::vector<intents::DraftMember> kept;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const judged::Judgement& each = judged.verification.judgements[i];
      if (each.verdict == judged::Verdict::Holds) {
        kept.push_back(draft.from[i]);
      } else {
        leave_out(each);
      }
    }
    return kept;
  }

  void leave_out(const judged::Judgement& each) {
    std::string text(judged::to_string(each.verdict));
    for (const auto& one : each.rests_on) text += " " + std::string(one.id);
    if (!each.why.empty()) text += ", " + each.why;
    const bool is_violated = each.verdict == judged::Verdict::Violated && !each.findings.empty();
    if (is_violated) text = each.findings.front().message;
    left_out_.push_back(judged::sentence(*each.intent) + ": " + text);
  }

  int store(const std::string& output, const std::string& text) {
    if (output.empty()) {
      session_.out() << text;
      return kYes;
    }
    if (const auto stored = write_file(output, text); !stored) {
      return session_.refuse("output", stored.error().message, "");
    }
    if (!session_.is_quiet()) session_.out() << "wrote " << printable(output) << "\n";
    return kYes;
  }

  const Arguments& arguments_;
  Session session_;
  std::vector<std::string> left_out_;  // intents, with the reason
};

}  // namespace

int run_init(const Arguments& arguments, const Streams& streams) {
  return InitCommand(arguments, streams).run();
}

}  // namespace polreach::cli
