// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "solver/intents/evidence.h"
#include "solver/queries/passage.h"

namespace polreach::solver::intents {
namespace {

using queries::HopReason;
using queries::PassageEnd;
using queries::PassageOutcome;
using queries::RuleDecision;

constexpr std::size_t kMostDecisions = 3;

std::string rule_name(const HopReason& reason, const compiler::Path& path,
                      const RuleDecision& decision) {
  const compiler::Hop& hop = *reason.hop;
  const compiler::Filter& filter = path.filters[decision.is_admin ? *hop.admin : hop.filter];
  const std::string group = filter.group == nullptr ? "" : filter.group->name + " ";
  if (decision.rule == nullptr) return group + "(no rule matches)";
  const model::SecurityRule& rule = *decision.rule->rule;
  if (rule.priority == 0) return group + rule.name;
  return fmt::format("{}{} {}{}", group, rule.priority, rule.name,
                     rule.is_default ? " (default rule)" : "");
}

bool allows(const RuleDecision& decision) { return decision.access != model::Access::Deny; }

/// "TCP 443"; addresses are those of the ends.
std::string text_of_box(const sets::FlowBox& box) {
  const bool all_ports = box.destination_ports.contains(net::all_ports());
  if (box.protocols == net::ProtocolSet::all() && all_ports) return "all traffic";
  std::string text = net::to_string(box.protocols);
  if (!all_ports) text += " " + net::to_string(box.destination_ports);
  return text;
}

EndName plain(const std::string& name) { return {name, name, {}}; }

class NetworkEvaluation {
 public:
  NetworkEvaluation(const Setting& setting, const Question& question)
      : setting_(setting), model_(setting.model()), question_(question) {}

  Asking run() {
    queries::PassageAsked asked;
    asked.ports = question_.asked;
    const std::vector<PassageEnd> sources = parts_of(question_.from);
    const std::vector<PassageEnd> destinations = parts_of(question_.to);
    std::string nothing = "there is nothing at one of the ends";
    for (const PassageEnd& source : sources) {
      for (const PassageEnd& destination : destinations) {
        if (is_one_pod(source, destination)) continue;
        const auto answer = queries::passage(*setting_.around, source, destination, asked);
        if (answer) {
          take(*answer);
          continue;
        }
        nothing = answer.error().message;
        const bool vacuous = nothing.starts_with("neither end") ||
                             nothing.starts_with("there is nothing") ||
                             nothing.starts_with("no destination");
        if (!vacuous) return tl::unexpected(NoEvidence{false, nothing});
      }
    }
    if (evidence_.pairs == 0) {
      if (evidence_.families_differ) nothing = kFamiliesDiffer;
      return tl::unexpected(NoEvidence{true, nothing});
    }
    return std::move(evidence_);
  }

 private:
  /// A pod always reaches itself: that is no pair.
  [[nodiscard]] bool is_one_pod(const PassageEnd& source, const PassageEnd& destination) const {
    return source.sites.empty() && destination.sites.empty() && source.pods.size() == 1 &&
           source.pods == destination.pods &&
           setting_.cluster.is_one_pod(source.pods.front(), source.pods.front());
  }

  /// Parts of an end, few enough for one question.
  static std::vector<PassageEnd> parts_of(const EndSet& set) {
    constexpr std::size_t kMost = 30;
    std::vector<PassageEnd> parts(1);
    const auto next = [&]() -> PassageEnd& {
      PassageEnd& last = parts.back();
      if (last.pods.size() + last.sites.size() < kMost) return last;
      return parts.emplace_back();
    };
    for (model::EndpointId id : set.sure) next().pods.push_back(id);
    for (const compiler::Site& site : set.sites) next().sites.push_back(site);
    for (PassageEnd& part : parts) part.text = set.text;
    return parts;
  }

  void take(const queries::Passage& answer) {
    evidence_.proofs += answer.proofs;
    evidence_.unproven += answer.unproven;
    for (const PassageOutcome& outcome : answer.outcomes) look_at(outcome);
  }

  static bool has_no_packets(const PassageOutcome& outcome) {
    const auto& ways = outcome.connection.ways;
    return !ways.empty() && std::all_of(ways.begin(), ways.end(), [](const compiler::Path& way) {
      return way.has_no_packets;
    });
  }

  void look_at(const PassageOutcome& outcome) {
    if (has_no_packets(outcome)) {
      evidence_.families_differ = true;
      return;
    }
    evidence_.pairs += 1 + outcome.also.size();
    const bool no_way = outcome.verdict == queries::Verdict::Denied;
    const bool passes = !no_way && !outcome.allowed.boxes.empty();
    const bool stopped = no_way || !outcome.denied.boxes.empty();
    const bool open = !no_way && !outcome.open.boxes.empty();
    evidence_.some_passes = evidence_.some_passes || passes;
    evidence_.some_may = evidence_.some_may || passes || open;
    if (open) {
      evidence_.rests_on.insert(evidence_.rests_on.end(), outcome.rests_on.begin(),
                                outcome.rests_on.end());
    }
    const bool wrong = question_.forbids ? passes : stopped;
    if (!wrong && !open) return;
    Breach breach;
    breach.certain = wrong;
    const auto& boxes = !wrong              ? outcome.open.boxes
                        : question_.forbids ? outcome.allowed.boxes
                                            : outcome.denied.boxes;
    breach.traffic = boxes.empty() ? "all traffic" : text_of_box(boxes.front());
    if (boxes.size() > 1) breach.traffic += " and more";
    breach.sources.push_back(plain(outcome.connection.source));
    breach.destinations.push_back(plain(outcome.connection.destination));
    for (const std::string& each : outcome.also) {
      auto& others = question_.blames_source ? breach.destinations : breach.sources;
      others.push_back(plain(each));
    }
    if (!breach.certain) breach.rests_on = outcome.rests_on;
    for (const queries::WayReason& way : outcome.ways) explain(way, breach);
    explain_route(outcome, breach);
    if (breach.causes.empty() && question_.forbids) {
      breach.causes.push_back({{}, "no enforcement point is on the way: open by default"});
    }
    for (const audit::Cause& cause : breach.causes) {
      if (!breach.where.exists()) breach.where = cause.where;
    }
    if (breach.certain && question_.forbids && outcome.witness) {
      breach.example = audit::Example{outcome.connection.source,
                                      outcome.connection.destination,
                                      net::to_string(outcome.witness->flow),
                                      {}};
    }
    evidence_.breaches.push_back(std::move(breach));
  }

  void explain_route(const PassageOutcome& outcome, Breach& breach) const {
    const compiler::Routed& routed = outcome.connection.routed;
    if (question_.forbids || routed.answer != compiler::Routed::Answer::No) return;
    add({routed.where, "no way leads there: " + routed.reason}, breach);
  }

  static void add(audit::Cause cause, Breach& breach) {
    const auto same = [&](const audit::Cause& known) {
      return known.where == cause.where && known.text == cause.text;
    };
    if (std::none_of(breach.causes.begin(), breach.causes.end(), same)) {
      breach.causes.push_back(std::move(cause));
    }
  }

  void explain(const queries::WayReason& way, Breach& breach) const {
    for (const HopReason& reason : way.hops) {
      const compiler::Hop& hop = *reason.hop;
      if (reason.policies && hop.self) {
        for (audit::Cause& cause :
             causes_of(model_, *reason.policies, *hop.self, question_.forbids)) {
          add(std::move(cause), breach);
        }
      }
      if (hop.kind == compiler::Hop::Kind::Gate && !question_.forbids) add({{}, hop.why}, breach);
      std::size_t told = 0;
      for (const RuleDecision& decision : reason.rules) {
        if (allows(decision) != question_.forbids && !decision.access_is_open) continue;
        if (told++ == kMostDecisions) break;
        const bool egress = hop.direction == model::Direction::Egress;
        const source::Span where =
            decision.rule != nullptr ? decision.rule->rule->where : source::Span::none();
        add({where, fmt::format("{} {}: {} {}", egress ? "out of" : "into", hop.place,
                                rule_name(reason, *way.path, decision),
                                allows(decision) ? "allows it" : "denies it")},
            breach);
      }
    }
  }

  const Setting& setting_;
  const model::Model& model_;
  const Question& question_;
  Evidence evidence_;
};

}  // namespace

Asking ask_network(const Setting& setting, const Question& question) {
  return NetworkEvaluation(setting, question).run();
}

}  // namespace polreach::solver::intents
