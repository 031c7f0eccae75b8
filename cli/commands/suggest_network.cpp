// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/suggest_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

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

class Command {
 public:
  Command(Session& session, InputOptions options, const compiler::Cluster& pods,
          const AskedPackets& packets)
      : session_(session),
        options_(std::move(options)),
        pods_(pods),
        packets_(packets),
        arguments_(session.arguments()) {}

  int run() {
    if (arguments_.has("allow")) {
      return session_.refuse("usage", "--allow is for pods: it suggests NetworkPolicies",
                             "name pods, or leave --allow out");
    }
    auto around = surroundings_of(arguments_, session_.input(), pods_);
    if (!around) return refuse(around.error());
    const auto ends = resolve(**around);
    if (!ends) return refuse(ends.error());
    const queries::PassageAsked asked{packets_.asked, packets_.protocols};
    const auto today = queries::passage(**around, ends->first, ends->second, asked);
    if (!today) return session_.refuse("no-verdict", today.error().message, "");
    SuggestNetworkReport report{session_.input(),       {}, {}, {}, {}, {}, 0, 0, false,
                                arguments_.has("force")};
    report.asked = fmt::format("close {} from {} to {}", packets_.text, arguments_.positional[0],
                               arguments_.positional[1]);
    if (today->verdict == Verdict::Denied) {
      report.none = "nothing of it passes today";
      return finish(report);
    }
    suggest::GroupAsked what;
    what.sources = ends->first.sites;
    what.destinations = ends->second.sites;
    what.packets = asked;
    what.from_internet = arguments_.positional[0] == "internet";
    what.to_internet = arguments_.positional[1] == "internet";
    const int status = at_best(**around, what, *ends, report);
    return status == kYes ? finish(report) : status;
  }

 private:
  using Ends = std::pair<PassageEnd, PassageEnd>;

  template <typename Error>
  int refuse(const Error& error) {
    return session_.refuse(std::string(error.code), error.message, error.help);
  }

  [[nodiscard]] tl::expected<Ends, queries::ReferenceError> resolve(Surroundings& around) const {
    Ends ends;
    for (const bool first : {true, false}) {
      PassageEnd& end = first ? ends.first : ends.second;
      end.text = arguments_.positional[first ? 0 : 1];
      const std::vector<std::string> texts = end.text == "any"
                                                 ? std::vector<std::string>{"0.0.0.0/0", "::/0"}
                                                 : std::vector<std::string>{end.text};
      for (const std::string& text : texts) {
        auto site = queries::resolve_site(around, text);
        if (!site) return tl::unexpected(site.error());
        for (compiler::Site& each : site->sites) end.sites.push_back(std::move(each));
      }
    }
    return ends;
  }

  /// At the destination, or where that cannot be, at the source. kYes: something was found, or why
  /// not.
  int at_best(Surroundings& around, const suggest::GroupAsked& what, const Ends& ends,
              SuggestNetworkReport& report) {
    const std::string at = arguments_.value("at");
    std::vector<Direction> directions;
    if (at != "source") directions.push_back(Direction::Ingress);
    if (at != "destination") directions.push_back(Direction::Egress);
    for (const Direction direction : directions) {
      auto rules = suggest::deny(around, what, direction);
      if (!rules || rules->empty()) {
        const std::string why =
            rules ? "the security groups there stop it already" : rules.error().message;
        report.none += (report.none.empty() ? "" : "; ") + why;
        continue;
      }
      report.rules = std::move(*rules);
      report.none.clear();
      return verify(around, what, ends, report);
    }
    return kYes;
  }

  /// The input with the rules in it, asked again.
  int verify(Surroundings& before, const suggest::GroupAsked& what, const Ends& ends,
             SuggestNetworkReport& report) {
    report.arm = arm_of(session_.input().cloud, report.rules);
    InputOptions options = options_;
    const Input& given = session_.input();
    if (std::erase(options.paths, "-") > 0) {
      for (std::size_t i = 0; i < given.sources.size(); ++i) {
        const auto file = static_cast<source::FileId>(i);
        if (given.sources.name(file) != "<stdin>") continue;
        options.added.push_back({"<stdin>", std::string(given.sources.bytes(file))});
      }
    }
    options.added.push_back({"<suggestion>", report.arm});
    std::istringstream nothing;
    const auto input = read_input(options, nothing);
    if (!input) return session_.refuse("no-verdict", input.error().message, "");
    const Input& after = **input;
    if (after.diagnostics.errors() > given.diagnostics.errors()) {
      return session_.refuse("no-verdict",
                             "the suggestion does not read back: " +
                                 after.diagnostics.sorted(after.sources).front().message,
                             "");
    }
    const compiler::Cluster pods(after.model, list_profile_of(arguments_, after.model));
    auto around = surroundings_of(arguments_, after, pods);
    if (!around) return refuse(around.error());
    const auto there = resolve(**around);
    if (!there) return refuse(there.error());
    const auto answer = queries::passage(**around, there->first, there->second, what.packets);
    if (!answer) return session_.refuse("no-verdict", answer.error().message, "");
    report.proofs = answer->proofs;
    report.unproven = answer->unproven;
    if (answer->verdict != Verdict::Denied) {
      report.none = "a rule of these security groups does not stop all of it: " + ends.first.text +
                    " reaches " + ends.second.text + " in ways that they do not see";
      report.rules.clear();
      return kYes;
    }
    auto effect = suggest::compare(before, **around, what);
    if (!effect) return session_.refuse("no-verdict", effect.error().message, "");
    report.effect = std::move(*effect);
    report.compared = true;
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
  const AskedPackets& packets_;
  const Arguments& arguments_;
};

}  // namespace

int run_suggest_network(Session& session, const InputOptions& options,
                        const compiler::Cluster& pods, const AskedPackets& packets) {
  return Command(session, options, pods, packets).run();
}

}  // namespace polreach::cli
