// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/demo.h"

#include <array>
#include <istream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "cli/commands/diff.h"
#include "cli/example_cluster.h"
#include "cli/profile.h"
#include "cli/session.h"
#include "cli/snapshot.h"
#include "policies/source/result.h"

namespace polreach::cli {
namespace {

constexpr const char* kClusterNow = "quickstart";
constexpr const char* kClusterChanged = "quickstart-changed";

constexpr std::array<OptionSpec, 2> kDemoOptions = {{
    {"color", '\0', "WHEN", "colour the answers", "auto|always|never", "auto"},
    {"help", 'h', "", "show this help", "", ""},
}};

/// What is said, and the command line that shows it.
struct Step {
  std::string_view title;
  std::string_view text;
  std::vector<std::string> words;
};

class Demo {
 public:
  Demo(const Arguments& arguments, const Streams& streams)
      : streams_(streams),
        colour_(arguments.value("color")),
        style_(wants_colour(colour_, streams.out_is_terminal)),
        snapshot_(std::make_shared<Snapshot>()) {
    for (const char* folder : {kClusterNow, kClusterChanged})
      snapshot_->put(folder, example_files(folder));
  }

  void run() {
    streams_.out << "A small shop: web serves customers, web asks api, and api asks db. The "
                    "policies are meant to allow that, and nothing else. Do they?\n\n";
    const std::vector<Step> steps = this->steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      show(steps[i]);
      if (i + 1 < steps.size() && !wait()) return;
    }
    streams_.out << style_.bold("Now your own cluster") << "\n"
                 << "  kubectl get namespaces,pods,deployments,networkpolicies,services -A -o json "
                    "> cluster.json\n"
                 << "  polreach shell cluster.json\n"
                 << "polreach help shows all commands.\n";
  }

 private:
  static std::vector<Step> steps() {
    const CommandSpec* const audit = find_command("audit");
    const bool audits = audit != nullptr && audit->ask != nullptr;
    return {
        {"1. Ask: can web reach api?",
         "It cannot, so the shop is down. The answer names the lines that decide: what web may "
         "send "
         "is meant for pods with a label that the pods of api do not have.",
         {"can", "shop/web", "shop/api", "--port", "http", kClusterNow}},
        {"2. Before a merge: what does a change open and close?",
         "Someone mends it. The difference shows that web now reaches api, and that something else "
         "came with it: the metrics of api are open to everyone.",
         {"diff", kClusterNow, kClusterChanged}},
        audits ? Step{"3. Audit: what is wrong with the policies?", "", {"audit", kClusterChanged}}
               : Step{"3. Audit: what is open, also to pods that do not exist yet?",
                      "Each workload with what may connect to it, and it to, as conditions that "
                      "cover every pod that anyone could create.",
                      {"exposure", kClusterChanged}},
    };
  }

  void show(const Step& step) {
    streams_.out << style_.bold(step.title) << "\n";
    if (!step.text.empty()) streams_.out << step.text << "\n";
    streams_.out << "\n" << style_.dim("$ polreach");
    for (const std::string& word : step.words) streams_.out << " " << style_.dim(word);
    streams_.out << "\n";
    ask(step.words);
    streams_.out << "\n";
  }

  void ask(const std::vector<std::string>& words) {
    const CommandSpec* command = find_command(words[0]);
    auto arguments = parse(*command, {words.begin() + 1, words.end()});
    if (!arguments) throw source::InternalError(arguments.error().message);
    arguments->values["color"] = {colour_};
    const std::string schema = "polreach." + words[0] + "/v1";
    Session session(*arguments, streams_, schema);
    const auto input = read(arguments->positional.back());
    session.use(*input);
    if (command != &kDiff) {
      command->ask(session);
      return;
    }
    Session before(*arguments, streams_, schema);
    const auto old_input = read(arguments->positional.front());
    before.use(*old_input);
    ask_diff(before, session);
  }

  [[nodiscard]] std::unique_ptr<Input> read(const std::string& folder) const {
    InputOptions options;
    options.paths = {folder};
    options.snapshot = snapshot_;
    std::istringstream nothing;
    auto input = read_input(options, nothing);
    if (!input) throw source::InternalError(input.error().message);
    return std::move(*input);
  }

  /// At a terminal, each step waits to be read. False where nobody goes on.
  [[nodiscard]] bool wait() const {
    if (!streams_.in_is_terminal || !streams_.out_is_terminal) return true;
    streams_.out << style_.dim("Enter goes on, Ctrl-D ends.") << " ";
    streams_.out.flush();
    std::string line;
    const bool more = static_cast<bool>(std::getline(streams_.in, line));
    streams_.out << "\n";
    return more;
  }

  const Streams& streams_;
  std::string colour_;
  Style style_;
  std::shared_ptr<Snapshot> snapshot_;
};

}  // namespace

int run_demo(const Arguments& arguments, const Streams& streams) {
  if (!arguments.positional.empty()) {
    streams.err << "error[usage]: the demo has a cluster of its own\n"
                   "  help: polreach shell PATH asks about yours\n";
    return kNoVerdict;
  }
  Demo(arguments, streams).run();
  return kYes;
}

constinit const CommandSpec kDemo = {
    "demo",
    "",
    "show in a minute what polreach is for",
    "Goes through the three uses of polreach (asking, checking a change, auditing) on a small "
    "cluster that is part of the program: each command with what it prints. Reads and writes no "
    "file, and needs no network.",
    kDemoOptions,
    0,
    false,
    "",
    run_demo};

}  // namespace polreach::cli
