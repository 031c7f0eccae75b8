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

class Command {
 public:
  Command(const Arguments& arguments, const Streams& streams)
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
    return store(output, intents::write(heading(), drafts->drafts, remarks(*drafts)));
  }

 private:
  static std::vector<std::string> heading() {
    return {
        "What passes today, as polreach init found it. Cut down what nobody needs, and hold the",
        "manifests against it: polreach verify --intents THIS-FILE PATH...",
        "docs/verify.md says what can stand here."};
  }

  static std::vector<std::string> remarks(const judged::Drafts& drafts) {
    if (drafts.remarks.empty()) return {};
    std::vector<std::string> lines{"Not written down:"};
    for (const std::string& each : drafts.remarks) lines.push_back("  " + each);
    return lines;
  }

  /// What depends on something that the input leaves open is told and not agreed.
  void keep_what_holds(const judged::Setting& setting, judged::Drafts& drafts) {
    source::SourceMap sources;
    const source::FileId file =
        sources.add("<intents>", source::Text::own(intents::write({}, drafts.drafts, {})));
    source::Diagnostics diagnostics;
    std::vector<intents::Intent> written;
    intents::ReadOptions how;
    how.default_namespace = setting.default_namespace;
    intents::read(sources, file, *setting.model().symbols, how, diagnostics, written);
    if (diagnostics.errors() > 0 || written.size() != drafts.drafts.size()) {
      throw source::InternalError("polreach init writes intents that cannot be read");
    }
    const judged::Verification verification = judged::verify(setting, written);
    std::vector<intents::Draft> kept;
    for (std::size_t i = 0; i < written.size(); ++i) {
      const judged::Judgement& each = verification.judgements[i];
      if (each.verdict == judged::Verdict::Holds) {
        kept.push_back(std::move(drafts.drafts[i]));
        continue;
      }
      drafts.remarks.push_back(fmt::format("{}: {}", judged::sentence(written[i]), why(each)));
    }
    drafts.drafts = std::move(kept);
  }

  static std::string why(const judged::Judgement& each) {
    std::string text(judged::to_string(each.verdict));
    for (const auto& one : each.rests_on) text += " " + std::string(one.id);
    if (!each.why.empty()) text += ", " + each.why;
    return text;
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
};

}  // namespace

int run_init(const Arguments& arguments, const Streams& streams) {
  return Command(arguments, streams).run();
}

}  // namespace polreach::cli
