// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/shell.h"

#include <algorithm>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <istream>
#include <memory>
#include <ostream>

#include "cli/report/wrap.h"
#include "cli/session.h"
#include "cli/shell/executor.h"
#include "cli/shell/isolate.h"
#include "cli/shell/line_editor.h"
#include "cli/shell/transcript.h"
#include "cli/terminal.h"

namespace polreach::cli {
namespace {

using shell::Executor;
using shell::State;

bool asks_nothing(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string::npos || line[first] == '#';
}

std::string overview(const Input& input) {
  const model::Model& model = input.model;
  const auto counted = [](std::size_t count, const char* noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
  };
  std::string text = counted(model.namespaces.size(), "namespace") + ", " +
                     counted(model.workloads.size(), "workload") + ", " +
                     std::to_string(model.policies.size()) +
                     (model.policies.size() == 1 ? " policy" : " policies");
  if (!input.cloud.subnets.empty()) text += ", " + counted(input.cloud.subnets.size(), "subnet");
  return text;
}

class ShellCommand {
 public:
  ShellCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        reading_(without_format(arguments)),
        session_(reading_, streams, "polreach.shell/v1") {}

  int run() {
    InputOptions options = session_.input_options(arguments_.value("namespace"));
    options.paths = arguments_.positional;
    const bool manifests_from_stdin =
        std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end();
    const bool json = arguments_.value("format") == "json";
    const bool prompt = !arguments_.has("script") && !json && streams_.out_is_terminal &&
                        (streams_.in_is_terminal || manifests_from_stdin);
    if (manifests_from_stdin && !prompt && !arguments_.has("script")) {
      return usage("standard input cannot hold both the manifests and the questions",
                   "put the questions into a file: --script FILE");
    }
    State state(std::move(options), streams_.in);
    auto input = state.read();
    if (!input) return session_.refuse("input", input.error().message, "");
    if (!session_.accept(std::move(*input))) return kNoVerdict;
    state.accept(session_.give_input());
    Executor executor(arguments_, streams_, state);
    if (prompt) return converse(executor, state, manifests_from_stdin);
    if (!arguments_.has("script")) return script(executor, state, streams_.in);
    const std::string name = arguments_.value("script");
    std::ifstream file(name);
    if (!file) return usage(name + ": cannot be opened", "");
    return script(executor, state, file);
  }

 private:
  /// What goes wrong before the first question is no answer: it is not written in the format of
  /// answers.
  static Arguments without_format(Arguments arguments) {
    arguments.values.erase("format");
    return arguments;
  }

  int usage(const std::string& message, const std::string& help) {
    return session_.refuse("usage", message, help);
  }

  int script(Executor& executor, const State& state, std::istream& questions) {
    bool all_answered = true;
    std::size_t number = 0;
    for (std::string line; std::getline(questions, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (asks_nothing(line)) continue;
      const shell::Answer answer = executor.answer(line);
      all_answered = all_answered && answer.answered;
      if (arguments_.value("format") == "json") {
        shell::write_json_line(streams_.out, ++number, line, answer, state.now()->name);
      } else {
        streams_.out << (number++ == 0 ? "" : "\n") << "> " << printable(line) << "\n"
                     << wrapped(answer.text, streams_.out_is_terminal ? streams_.width : 0);
      }
      streams_.out.flush();
      if (answer.quit || !streams_.out) break;
    }
    return all_answered ? kYes : kNoVerdict;
  }

  int converse(Executor& executor, const State& state, bool from_terminal) {
    std::setlocale(LC_CTYPE, "");  // how libedit reads what is typed
    // Ctrl-C ends a question (shell::isolated); where none is asked, and while files are read, it
    // does nothing.
    std::signal(SIGINT, [](int) {});
    struct Close {
      void operator()(std::FILE* file) const { std::fclose(file); }
    };
    // Where manifests came through standard input, the questions come from the terminal itself.
    const std::unique_ptr<std::FILE, Close> terminal(from_terminal ? std::fopen("/dev/tty", "r")
                                                                   : nullptr);
    if (from_terminal && !terminal) {
      return usage("there is no terminal to ask from",
                   "put the questions into a file: --script FILE");
    }
    executor.set_runner([&](const auto& compute) {
      auto computed = shell::isolated(compute);
      if (!computed) streams_.out << "\n";  // behind the ^C that the terminal shows
      return computed;
    });
    shell::LineEditor editor(terminal ? terminal.get() : stdin, stdout, shell::history_file(),
                             [&](const std::string& before) {
                               return shell::complete(before, *state.now()->names,
                                                      executor.cited().size());
                             });
    if (!session_.is_quiet()) {
      streams_.out << overview(*state.now()->input)
                   << ". help shows what can be asked, Ctrl-D ends.\n";
    }
    while (true) {
      streams_.out.flush();
      const auto line = editor.read(state.changes() > 0 ? "what if> " : "> ");
      if (!line) return kYes;
      if (asks_nothing(*line)) continue;
      editor.remember(*line);
      const shell::Answer answer = executor.answer(*line);
      // The window may have become another size.
      streams_.out << wrapped(answer.text, terminal_width(fileno(stdout)));
      if (answer.quit) return kYes;
    }
  }

  const Arguments& arguments_;
  const Streams& streams_;
  Arguments reading_;
  Session session_;
};

}  // namespace

int run_shell(const Arguments& arguments, const Streams& streams) {
  return ShellCommand(arguments, streams).run();
}

}  // namespace polreach::cli
