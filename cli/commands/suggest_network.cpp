// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <sstream>

#include "cli/audit_run.h"
#include "cli/network_listing.h"
#include "cli/profile.h"
#include "cli/report/suggest_network_report.h"
#include "solver/queries/site_reference.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;
namespace suggest = solver::suggest;

using compiler::Surroundings;
using model::Direction;
using queries::PassageEnd;
using queries::Verdict;

using Asked = tl::expected<suggest::GroupAsked, queries::ReferenceError>;

/// What is to be closed. Places are found anew in each input.
struct Question {
  std::string text;  // "close TCP 22 from internet to subnet/shop/web"
  std::string source;
  std::string destination;
  std::vector<Direction> directions;  // whose groups may do it, the best first
  std::function<Asked(Surroundings&)> asked;
  /// What a finding says of an input that still has it; empty: it has not, or this is about none.
  std::function<std::string(const Input&)> stands;
  std::string remedy;  // where no rule does it
};

class SuggestNetworkCommand {
 public:
  SuggestNetworkCommand(Session& session, InputOptions options, const compiler::Cluster& pods,
                        const Question& question)
      : session_(session),
        options_(std::move(options)),
        pods_(pods),
        question_(question),
        arguments_(session.arguments()) {}

  int run() {
    auto around = surroundings_of(arguments_, session_.input(), pods_);
    if (!around) return refuse(around.error());
    const auto asked = question_.asked(**around);
    if (!asked) return refuse(asked.error());
    const auto today = passage(**around, *asked);
    if (!today) return session_.refuse("no-verdict", today.error().message, "");
    SuggestNetworkReport report{session_.input(),       {}, {}, {}, {}, {}, 0, 0, false,
                                arguments_.has("force")};
    report.asked = question_.text;
    if (today->verdict == Verdict::Denied) {
      report.none = "nothing of it passes today";
      return finish(report);
    }
    const int status = at_best(**around, *asked, report);
    if (report.rules.empty() && !question_.remedy.empty()) {
      report.notes.push_back("instead: " + question_.remedy);
    } else if (is_of_nodes(asked->sources)) {
      report.notes.emplace_back(
          "nodes of AKS need some addresses outside (the API server, images): allow these before");
    }
    return status == kYes ? finish(report) : status;
  }

 private:
  template <typename Error>
  int refuse(const Error& error) {
    return session_.refuse(std::string(error.code), error.message, error.help);
  }

  static bool is_of_nodes(const std::vector<compiler::Site>& sites) {
    return std::any_of(sites.begin(), sites.end(),
                       [](const compiler::Site& each) { return each.nodes.has_value(); });
  }

  [[nodiscard]] source::Result<queries::Passage> passage(Surroundings& around,
                                                         const suggest::GroupAsked& asked) const {
    PassageEnd source;
    source.text = question_.source;
    source.sites = asked.sources;
    PassageEnd destination;
    destination.text = question_.destination;
    destination.sites = asked.destinations;
    return queries::passage(around, source, destination, asked.packets);
  }

  /// At the destination, or where that cannot be, at the source. kYes: something was found, or why
  /// not.
  int at_best(Surroundings& around, const suggest::GroupAsked& what, SuggestNetworkReport& report) {
    for (const Direction direction : question_.directions) {
      auto rules = suggest::deny(around, what, direction);
      if (!rules || rules->empty()) {
        const std::string why =
            rules ? "the security groups there stop it already" : rules.error().message;
        report.none += (report.none.empty() ? "" : "; ") + why;
        continue;
      }
      report.rules = std::move(*rules);
      report.none.clear();
      return verify(around, what, report);
    }
    return kYes;
  }

  /// The input with the rules in it, asked again.
  int verify(Surroundings& before, const suggest::GroupAsked& what, SuggestNetworkReport& report) {
    report.arm = arm_of(session_.input().cloud, report.rules);
    const auto input = read_with(session_.input(), options_, report.arm);
    if (!input) return session_.refuse("no-verdict", input.error().message, "");
    const Input& after = **input;
    const compiler::Cluster pods(after.model, list_profile_of(arguments_, after.model));
    auto around = surroundings_of(arguments_, after, pods);
    if (!around) return refuse(around.error());
    const auto there = question_.asked(**around);
    if (!there) return refuse(there.error());
    const auto answer = passage(**around, *there);
    if (!answer) return session_.refuse("no-verdict", answer.error().message, "");
    report.proofs = answer->proofs;
    report.unproven = answer->unproven;
    if (answer->verdict != Verdict::Denied) {
      report.none = "a rule of these security groups does not stop all of it: " + question_.source +
                    " reaches " + question_.destination + " in ways that they do not see";
      report.rules.clear();
      return kYes;
    }
    auto effect = suggest::compare(before, **around, {what});
    if (!effect) return session_.refuse("no-verdict", effect.error().message, "");
    report.effect = std::move(*effect);
    report.compared = true;
    report.stands = question_.stands(after);
    return kYes;
  }

  int finish(const SuggestNetworkReport& report) {
    session_.lap("solve");
    const std::string format = arguments_.value("format");
    const int status = exit_status(report);
    if (format == "json") {
      write_suggest_network_json(session_.out(), report);
    } else if (format == "yaml") {
      return session_.refuse("usage", "rules of security groups are not written as YAML",
                             "use --format json, whose member arm is a template to deploy");
    } else {
      write_suggest_network_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    session_.lap("report");
    return status;
  }

  Session& session_;
  InputOptions options_;
  const compiler::Cluster& pods_;
  const Question& question_;
  const Arguments& arguments_;
};

/// The end that a reference names.
tl::expected<std::vector<compiler::Site>, queries::ReferenceError> sites_of(
    Surroundings& around, const std::string& reference) {
  const std::vector<std::string> texts = reference == "any"
                                             ? std::vector<std::string>{"0.0.0.0/0", "::/0"}
                                             : std::vector<std::string>{reference};
  std::vector<compiler::Site> sites;
  for (const std::string& text : texts) {
    auto site = queries::resolve_site(around, text);
    if (!site) return tl::unexpected(site.error());
    for (compiler::Site& each : site->sites) sites.push_back(std::move(each));
  }
  return sites;
}

/// The group of another reading of the input that is that one.
std::optional<model::GroupId> same_group(const model::Cloud& cloud,
                                         const model::SecurityGroup& group) {
  for (std::size_t i = 0; i < cloud.groups.size(); ++i) {
    const model::SecurityGroup& each = cloud.groups[i];
    if (each.name == group.name && each.resource_group == group.resource_group) {
      return static_cast<model::GroupId>(i);
    }
  }
  return std::nullopt;
}

}  // namespace

source::Result<std::unique_ptr<Input>> read_with(const Input& given, InputOptions options,
                                                 const std::string& arm) {
  if (std::erase(options.paths, "-") > 0) {
    for (std::size_t i = 0; i < given.sources.size(); ++i) {
      const auto file = static_cast<source::FileId>(i);
      if (given.sources.name(file) != "<stdin>") continue;
      options.added.push_back({"<stdin>", std::string(given.sources.bytes(file))});
    }
  }
  options.added.push_back({"<suggestion>", arm});
  std::istringstream nothing;
  auto input = read_input(options, nothing);
  if (!input) return input;
  const Input& after = **input;
  if (after.diagnostics.errors() > given.diagnostics.errors()) {
    return source::failure("the suggestion does not read back: " +
                           after.diagnostics.sorted(after.sources).front().message);
  }
  return input;
}

int run_suggest_network(Session& session, const InputOptions& options,
                        const compiler::Cluster& pods, const AskedPackets& packets) {
  const Arguments& arguments = session.arguments();
  if (arguments.has("allow")) {
    return session.refuse("usage", "--allow is for pods: it suggests NetworkPolicies",
                          "name pods, or leave --allow out");
  }
  const std::string source = arguments.positional[0];
  const std::string destination = arguments.positional[1];
  Question question;
  question.text = fmt::format("close {} from {} to {}", packets.text, source, destination);
  question.source = source;
  question.destination = destination;
  const std::string at = arguments.value("at");
  if (at != "source") question.directions.push_back(Direction::Ingress);
  if (at != "destination") question.directions.push_back(Direction::Egress);
  question.asked = [&](Surroundings& around) -> Asked {
    suggest::GroupAsked asked;
    auto sources = sites_of(around, source);
    if (!sources) return tl::unexpected(sources.error());
    auto destinations = sites_of(around, destination);
    if (!destinations) return tl::unexpected(destinations.error());
    asked.sources = std::move(*sources);
    asked.destinations = std::move(*destinations);
    asked.packets = {packets.asked, packets.protocols};
    asked.from_internet = source == "internet";
    asked.to_internet = destination == "internet";
    return asked;
  };
  question.stands = [](const Input&) { return std::string(); };
  return SuggestNetworkCommand(session, options, pods, question).run();
}

int run_suggest_group(Session& session, const InputOptions& options, const compiler::Cluster& pods,
                      const solver::audit::Finding& finding) {
  const model::SecurityGroup& group = session.input().cloud[*finding.opening->group];
  Question question;
  question.text = "close: " + finding.message;
  question.source = "what it is about";
  question.destination = "its destination";
  question.directions = {finding.opening->direction};
  question.remedy = finding.remedy.empty() ? std::string(finding.check->remedy) : finding.remedy;
  question.asked = [&](Surroundings& around) -> Asked {
    solver::audit::Opening opening = *finding.opening;
    opening.group = same_group(around.cloud(), group);
    if (!opening.group) throw source::InternalError("a security group is gone on reading again");
    auto asked = suggest::asked_of(around, opening);
    if (!asked) {
      return tl::unexpected(queries::ReferenceError{"no-suggestion", asked.error().message, {}});
    }
    return std::move(*asked);
  };
  question.stands = [&](const Input& after) -> std::string {
    const auto audit = run_audit(session.arguments(), after, {finding.check});
    if (!audit) return audit.error().message;
    for (const solver::audit::Finding& each : audit->findings) {
      if (fingerprint(each) == fingerprint(finding)) return each.message;
    }
    return "";
  };
  return SuggestNetworkCommand(session, options, pods, question).run();
}

}  // namespace polreach::cli
