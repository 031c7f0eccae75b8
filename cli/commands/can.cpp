// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/can.h"

#include <fmt/format.h>

#include <chrono>
#include <ostream>

#include "cli/input.h"
#include "cli/ports.h"
#include "cli/profile.h"
#include "cli/report/can_report.h"
#include "cli/report/diagnostics.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
using queries::Answer;
using queries::Outcome;
using queries::Target;
using queries::Verdict;

/// Writes how long each stage took, where --stats asks for it.
class Stopwatch {
 public:
  Stopwatch(std::ostream& out, bool on) : out_(out), on_(on) {}

  void lap(std::string_view stage) {
    const auto now = Clock::now();
    const std::chrono::duration<double, std::milli> spent = now - last_;
    if (on_) out_ << fmt::format("stats: {:<10} {:9.2f} ms\n", stage, spent.count());
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& out_;
  bool on_;
  Clock::time_point last_ = Clock::now();
};

class Command {
 public:
  Command(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        json_(arguments.value("format") == "json"),
        quiet_(arguments.has("quiet")),
        watch_(streams.err, arguments.has("stats")) {}

  int run() {
    const auto packets = parse_packets(arguments_.all("port"), arguments_.value("protocol"));
    if (!packets) return refuse("bad-port", packets.error().message, "");
    if (names_port_twice()) {
      return refuse("usage", "the port of a Service is behind its name: --port has no place here",
                    "leave --port and --protocol out");
    }
    auto input = read_input(input_options(), streams_.in);
    if (!input) return refuse("input", input.error().message, "");
    input_ = std::move(*input);
    watch_.lap("read");
    const Style style(colour(streams_.err_is_terminal));
    write_diagnostics(streams_.err, style, input_->sources, input_->diagnostics, !quiet_);
    if (input_->diagnostics.errors() > 0) return no_verdict();
    return ask(*packets);
  }

 private:
  /// A Service comes with its port.
  [[nodiscard]] bool names_port_twice() const {
    const std::string& destination = arguments_.positional[1];
    const bool is_service =
        destination.starts_with("svc/") && destination.find(':') != std::string::npos;
    return is_service && (arguments_.has("port") || arguments_.has("protocol"));
  }

  [[nodiscard]] InputOptions input_options() const {
    InputOptions options;
    options.paths.assign(arguments_.positional.begin() + 2, arguments_.positional.end());
    options.kustomize = arguments_.all("kustomize");
    options.helm = arguments_.all("helm");
    options.default_namespace = arguments_.value("namespace");
    options.keep_going = arguments_.has("keep-going");
    return options;
  }

  [[nodiscard]] bool colour(bool is_terminal) const {
    return wants_colour(arguments_.value("color"), is_terminal);
  }

  int refuse(const std::string& code, const std::string& message, const std::string& help) {
    const Style style(colour(streams_.err_is_terminal));
    streams_.err << style.red("error[" + code + "]") << ": " << style.bold(printable(message))
                 << "\n";
    if (!help.empty()) streams_.err << "  help: " << printable(help) << "\n";
    const bool answers = json_ && code != "usage";
    if (answers) write_json_error(streams_.out, input_.get(), code, message, help);
    return kNoVerdict;
  }

  int no_verdict() {
    const std::size_t errors = input_->diagnostics.errors();
    streams_.err << fmt::format("no verdict: {} {} in the input", errors,
                                errors == 1 ? "error" : "errors");
    // Only what was read in part can be gone on with.
    const bool can_go_on = !arguments_.has("keep-going") && input_->ledger.read() > 0;
    if (can_go_on) {
      streams_.err << "; mend them, or use --keep-going to see what does not depend on them";
    }
    streams_.err << "\n";
    if (json_) write_json_error(streams_.out, input_.get(), "", "", "");
    return kNoVerdict;
  }

  int ask(const AskedPackets& packets) {
    const model::Model& model = input_->model;
    const std::string ns = arguments_.value("namespace");
    const auto source = queries::resolve(model, arguments_.positional[0], ns);
    const auto destination = queries::resolve(model, arguments_.positional[1], ns);
    for (const auto* target : {&source, &destination}) {
      if (!*target) {
        const queries::ReferenceError& error = target->error();
        return refuse(std::string(error.code), error.message, error.help);
      }
    }
    if (source->asked) {
      return refuse("bad-reference", "a Service opens no connections: it cannot be the SOURCE",
                    "ask for the pods behind it");
    }
    const queries::Asked& asked = destination->asked ? *destination->asked : packets.asked;
    const std::string text = destination->asked ? describe(asked) : packets.text;
    const compiler::Cluster cluster(model, profile_of(arguments_, model));
    const auto answer = queries::can(cluster, *source, *destination, asked);
    if (!answer) return refuse("no-verdict", answer.error().message, "");
    watch_.lap("solve");
    report({*input_, cluster, *source, *destination, text, *answer});
    watch_.lap("report");
    return exit_status(*answer);
  }

  void report(const CanReport& report) {
    if (json_) {
      write_json(streams_.out, report);
    } else {
      write_text(streams_.out, Style(colour(streams_.out_is_terminal)), report, quiet_);
    }
  }

  [[nodiscard]] int exit_status(const Answer& answer) const {
    if (arguments_.has("any") && some_part_is_allowed(answer)) return kYes;
    switch (answer.verdict) {
      case Verdict::Allowed:
        return kYes;
      case Verdict::Denied:
      case Verdict::Partly:
        return kNo;
      case Verdict::Depends:
        return kNoVerdict;
    }
    return kNoVerdict;
  }

  static bool some_part_is_allowed(const Answer& answer) {
    for (const Outcome& outcome : answer.outcomes) {
      for (const queries::Part& part : outcome.parts) {
        if (!part.allowed.empty()) return true;
      }
    }
    return false;
  }

  const Arguments& arguments_;
  const Streams& streams_;
  bool json_;
  bool quiet_;
  Stopwatch watch_;
  std::unique_ptr<Input> input_;
};

}  // namespace

int run_can(const Arguments& arguments, const Streams& streams) {
  return Command(arguments, streams).run();
}

}  // namespace polreach::cli
