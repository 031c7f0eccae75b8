// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/can.h"

#include "cli/commands/can_network.h"
#include "cli/compiled.h"
#include "cli/ports.h"
#include "cli/profile.h"
#include "cli/report/can_report.h"
#include "cli/session.h"
#include "cli/smtlib.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
using queries::Outcome;
using queries::Target;
using queries::Verdict;

class CanCommand {
 public:
  explicit CanCommand(Session& session) : arguments_(session.arguments()), session_(session) {}

  /// `read`: gets the input, after the question was understood.
  template <typename Read>
  int run(Read read) {
    const auto packets = parse_packets(arguments_.all("port"), arguments_.value("protocol"));
    if (!packets) return session_.refuse("bad-port", packets.error().message, "");
    if (names_port_twice()) {
      return session_.refuse("usage",
                             "the port of a Service is behind its name: --port has no place here",
                             "leave --port and --protocol out");
    }
    return read() ? ask(*packets) : kNoVerdict;
  }

 private:
  /// A Service comes with its port.
  [[nodiscard]] bool names_port_twice() const {
    const std::string& destination = arguments_.positional[1];
    const bool is_service =
        destination.starts_with("svc/") && destination.find(':') != std::string::npos;
    return is_service && (arguments_.has("port") || arguments_.has("protocol"));
  }

  int ask(const AskedPackets& packets) {
    if (!session_.input().cloud.empty()) return run_can_network(session_, packets);
    if (packets.is_for_networks()) {
      return session_.refuse("bad-port", "policies know TCP, UDP and SCTP alone",
                             "ask about one of these");
    }
    const model::Model& model = session_.input().model;
    const std::string ns = arguments_.value("namespace");
    const auto source = queries::resolve(model, arguments_.positional[0], ns);
    const auto destination = queries::resolve(model, arguments_.positional[1], ns);
    for (const auto* target : {&source, &destination}) {
      if (!*target) {
        const queries::ReferenceError& error = target->error();
        return session_.refuse(std::string(error.code), error.message, error.help);
      }
    }
    if (source->asked) {
      return session_.refuse("bad-reference",
                             "a Service opens no connections: it cannot be the SOURCE",
                             "ask for the pods behind it");
    }
    const queries::Asked& asked = destination->asked ? *destination->asked : packets.asked;
    const std::string text = destination->asked ? describe(asked) : packets.text;
    const compiler::Cluster cluster(model, profile_of(arguments_, model));
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    SmtLibFile questions(session_);
    const auto answer = queries::can(cluster, *source, *destination, asked, questions.transcript());
    if (!answer) return session_.refuse("no-verdict", answer.error().message, "");
    if (!questions.write()) return kNoVerdict;
    if (!session_.is_proven(answer->proofs, answer->unproven)) return kNoVerdict;
    session_.lap("solve");
    report({session_.input(), cluster, *source, *destination, text, *answer});
    session_.lap("report");
    return exit_status(*answer);
  }

  void report(const CanReport& report) {
    if (session_.is_json()) {
      write_json(session_.out(), report);
    } else {
      write_text(session_.out(), session_.style(), report, session_.length());
    }
  }

  [[nodiscard]] int exit_status(const queries::Answer& answer) const {
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

  static bool some_part_is_allowed(const queries::Answer& answer) {
    for (const Outcome& outcome : answer.outcomes) {
      for (const queries::Part& part : outcome.parts) {
        if (!part.allowed.empty()) return true;
      }
    }
    return false;
  }

  const Arguments& arguments_;
  Session& session_;
};

}  // namespace

int run_can(const Arguments& arguments, const Streams& streams) {
  Session session(arguments, streams, "polreach.can/v1");
  InputOptions options = session.input_options(arguments.value("namespace"));
  options.paths.assign(arguments.positional.begin() + 2, arguments.positional.end());
  const std::vector<std::string> ends(arguments.positional.begin(),
                                      arguments.positional.begin() + 2);
  return CanCommand(session).run([&] {
    auto part = read_compiled_part(options, ends, options.default_namespace);
    return part ? session.accept(std::move(part)) : session.read(options);
  });
}

int ask_can(Session& session) {
  return CanCommand(session).run([] { return true; });
}

}  // namespace polreach::cli
