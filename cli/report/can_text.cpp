// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/can_report.h"
#include "cli/report/diagnostics.h"
#include "cli/report/findings_common.h"
#include "cli/report/reasons.h"
#include "solver/queries/assumptions.h"

namespace polreach::cli {

namespace queries = solver::queries;

using compiler::Tri;
using model::Direction;
using model::EndpointId;
using model::Model;
using queries::Basis;
using queries::DirectionReason;
using queries::Effect;
using queries::Outcome;
using queries::Part;
using queries::RuleReason;
using queries::Target;
using queries::Variant;
using queries::Verdict;

namespace {

std::string shown(const net::AddressSet& addresses) {
  constexpr std::size_t kMostPrefixes = 8;
  const std::string whole = net::to_string(addresses);
  if (!addresses.empty() && whole.find('/') == std::string::npos &&
      whole.find(',') == std::string::npos) {
    return whole;
  }
  const std::vector<net::Prefix> prefixes = net::prefixes_of(addresses);
  if (prefixes.size() <= kMostPrefixes) return whole;
  std::string text;
  for (std::size_t i = 0; i < kMostPrefixes; ++i) text += prefixes[i].to_string() + ", ";
  return text + fmt::format("and {} more prefixes", prefixes.size() - kMostPrefixes);
}

class CanTextWriter {
 public:
  CanTextWriter(std::ostream& out, const Style& style, const CanReport& report)
      : out_(out), style_(style), report_(report), model_(report.input.model) {}

  void verdict_line() {
    out_ << coloured(style_, report_.answer.verdict) << "  "
         << style_.bold(printable(report_.source.text)) << " -> "
         << style_.bold(printable(report_.destination.text)) << ", " << report_.asked << "\n";
  }

  void answer() {
    verdict_line();
    for (const Target* target : {&report_.source, &report_.destination}) {
      for (const std::string& note : target->notes) out_ << "  (" << printable(note) << ")\n";
    }
    if (!report_.answer.without_port.empty()) {
      out_ << "  (without a port of that name, and left out: "
           << names(report_.answer.without_port, report_.destination) << ")\n";
    }
    const auto& outcomes = report_.answer.outcomes;
    if (outcomes.size() == 1) {
      parts(outcomes[0], "  ");
    } else {
      summary();
    }
  }

  void full() {
    answer();
    explained();
    out_ << "\n";
    depends_on();
    footer();
  }

  /// What follows the answer where a line for each reason is enough.
  void in_short() {
    const auto& outcomes = report_.answer.outcomes;
    if (outcomes.size() == 1) {
      for (const DirectionReason* reason : {&outcomes[0].egress, &outcomes[0].ingress}) {
        for (const std::string& line : lines_of(report_.input, *reason)) {
          out_ << "  " << line << "\n";
        }
      }
    }
    depends_on();
    if (report_.answer.unproven > 0) out_ << "  " << style_.dim(unproven()) << "\n";
  }

 private:
  /// How much detail is given before the rest is only counted.
  static constexpr std::size_t kMostExplained = 3;
  static constexpr std::size_t kMostRules = 4;
  static constexpr std::size_t kMostNames = 6;
  static constexpr std::size_t kMostPlaces = 3;

  // The packets ----------------------------------------------------------------------------------

  void parts(const Outcome& outcome, const std::string& indent) {
    if (outcome.verdict == Verdict::Allowed || outcome.verdict == Verdict::Denied) return;
    const auto line = [&](const std::string& name, const net::Traffic Part::*traffic) {
      for (const Part& part : outcome.parts) {
        if ((part.*traffic).empty()) continue;
        out_ << indent << name << "  " << net::to_string(part.*traffic);
        if (outcome.parts.size() > 1) out_ << "  " << side(outcome) << " " << shown(part.addresses);
        out_ << "\n";
      }
    };
    line(style_.green("allowed"), &Part::allowed);
    line(style_.yellow("depends"), &Part::open);
    line(style_.red("denied "), &Part::denied);
    if (outcome.without_gaps) {
      out_ << indent
           << "NetworkPolicy alone would say: " << queries::to_string(*outcome.without_gaps)
           << "\n";
    }
  }

  static std::string_view side(const Outcome& outcome) {
    return std::holds_alternative<net::AddressSet>(outcome.source) ? "from" : "to";
  }

  std::string names(const std::vector<Variant>& variants, const Target& target) const {
    std::string text;
    for (std::size_t i = 0; i < variants.size() && i < kMostNames; ++i) {
      text += (i == 0 ? "" : ", ") + name_of(report_, variants[i], target);
    }
    if (variants.size() > kMostNames) {
      text += fmt::format(" and {} more", variants.size() - kMostNames);
    }
    return text;
  }

  std::string heading(const Outcome& outcome) const {
    return names(outcome.sources, report_.source) + " -> " +
           names(outcome.destinations, report_.destination);
  }

  void summary() {
    for (Verdict verdict : {Verdict::Allowed, Verdict::Partly, Verdict::Depends, Verdict::Denied}) {
      for (const Outcome& outcome : report_.answer.outcomes) {
        if (outcome.verdict != verdict) continue;
        out_ << fmt::format("  {:<8}", queries::to_string(verdict)) << heading(outcome);
        if (verdict == Verdict::Allowed) out_ << ", " << net::to_string(outcome.asked);
        out_ << "\n";
        parts(outcome, "            ");
      }
    }
  }

  // The reasons ----------------------------------------------------------------------------------

  void explained() {
    std::vector<const Outcome*> order;
    for (const Outcome& outcome : report_.answer.outcomes) order.push_back(&outcome);
    // Of many, the one that decides the verdict comes first.
    std::stable_sort(order.begin(), order.end(), [&](const Outcome* a, const Outcome* b) {
      return (a->verdict == report_.answer.verdict) > (b->verdict == report_.answer.verdict);
    });
    for (std::size_t i = 0; i < order.size() && i < kMostExplained; ++i) {
      out_ << "\n";
      if (order.size() > 1) {
        out_ << "  " << style_.bold(heading(*order[i])) << ": "
             << queries::to_string(order[i]->verdict) << "\n";
      }
      direction(*order[i], order[i]->egress);
      direction(*order[i], order[i]->ingress);
      witness(*order[i]);
    }
    if (order.size() > kMostExplained) {
      out_ << fmt::format("\n  The reasons of {} more are in --format json.\n",
                          order.size() - kMostExplained);
    }
  }

  std::string effect(const DirectionReason& reason) const {
    switch (reason.effect) {
      case Effect::Passes:
        return style_.green("passes");
      case Effect::Stopped:
        return style_.red("stopped");
      case Effect::InPart:
        return style_.yellow("passes in part");
      case Effect::Depends:
        return style_.yellow("depends");
    }
    return "?";
  }

  void direction(const Outcome& outcome, const DirectionReason& reason) {
    const bool egress = reason.direction == Direction::Egress;
    const std::string name = egress ? names(outcome.sources, report_.source)
                                    : names(outcome.destinations, report_.destination);
    const std::string_view preposition = egress ? "from" : "to";
    if (reason.basis == Basis::Outside) return;
    out_ << "  " << direction_word(reason.direction) << " " << preposition << " "
         << style_.bold(name) << ": " << effect(reason) << "\n";
    switch (reason.basis) {
      case Basis::OnePod:
        out_ << "    a pod always reaches itself\n";
        break;
      case Basis::Node:
        out_ << "    it uses the network of its node (hostNetwork): policies do not apply\n";
        break;
      case Basis::NotSelected:
        out_ << "    no NetworkPolicy selects it for " << direction_word(reason.direction)
             << ": open by default\n";
        break;
      case Basis::Policies:
        policies(outcome, reason);
        break;
      case Basis::Outside:
        break;
    }
    if (reason.other_as_node) {
      out_ << "    so if a pod with hostNetwork counts as a pod; as its node, no policy selects "
              "it, it"
              " is\n    matched by its node's address only, and pods of that node let it in\n";
    }
    if (reason.own_node && reason.basis != Basis::Node) {
      out_ << "    what comes from the pod's own node always passes\n";
    }
  }

  void policies(const Outcome& outcome, const DirectionReason& reason) {
    rules("denied by", reason.denying, outcome.asked);
    rules("left to the next tier by", reason.passing, outcome.asked);
    for (model::PolicyId id : reason.selecting) policy("isolated by", id);
    for (model::PolicyId id : reason.may_select) policy("perhaps isolated by", id);
    rules("allowed by", reason.allowing, outcome.asked);
    const bool isolated = !reason.selecting.empty() || !reason.may_select.empty();
    if (isolated && reason.allowing.empty() && reason.effect != Effect::Passes) no_rule(reason);
    if (reason.selecting.empty() && !reason.by_default.empty()) {
      out_ << "    the rest is open by default, " << net::to_string(reason.by_default)
           << ": no NetworkPolicy selects it\n";
    }
  }

  void rules(const std::string& how, const std::vector<RuleReason>& reasons,
             const net::Traffic& asked) {
    std::vector<const RuleReason*> order;
    for (const RuleReason& reason : reasons) order.push_back(&reason);
    std::stable_sort(order.begin(), order.end(), [](const RuleReason* a, const RuleReason* b) {
      return a->matches > b->matches;
    });
    for (std::size_t i = 0; i < order.size() && i < kMostRules; ++i) {
      rule(*order[i], order[i]->matches == Tri::Yes ? how : "perhaps " + how, asked);
    }
    if (order.size() > kMostRules) {
      out_ << "    and by " << counted(order.size() - kMostRules, "more rule") << "\n";
    }
  }

  void policy(std::string_view how, model::PolicyId id) {
    out_ << "    " << how << " " << policy_name(model_, id) << "  "
         << style_.dim(printable(report_.input.sources.place(model_[id].where))) << "\n";
  }

  void rule(const RuleReason& reason, std::string_view how, const net::Traffic& asked) {
    const model::Policy& policy = model_[reason.policy];
    const bool ingress = policy.ingress && !policy.ingress->empty() &&
                         reason.rule >= policy.ingress->data() &&
                         reason.rule < policy.ingress->data() + policy.ingress->size();
    out_ << "    " << how << " " << policy_name(model_, reason.policy) << ", "
         << (ingress ? "ingress" : "egress") << " rule " << reason.rule->number;
    if (reason.rule->name) out_ << " \"" << printable(model_.text(*reason.rule->name)) << "\"";
    if (reason.traffic != asked) out_ << ", on " << net::to_string(reason.traffic);
    if (!reason.addresses.empty()) out_ << ", for " << shown(reason.addresses);
    out_ << "\n      " << printable(report_.input.sources.place(reason.rule->where)) << "\n";
    write_excerpt(out_, style_, report_.input.sources, reason.rule->where, "      ");
  }

  void no_rule(const DirectionReason& reason) {
    const bool one = reason.selecting.size() + reason.may_select.size() == 1;
    const std::string_view owner = one ? "its" : "their";
    if (reason.rules == 0) {
      out_ << "    " << (one ? "it has" : "they have") << " no " << direction_word(reason.direction)
           << " rule: nothing passes\n";
    } else if (reason.rules == 1) {
      out_ << "    " << owner << " only " << direction_word(reason.direction)
           << " rule does not match\n";
    } else {
      out_ << "    none of " << owner << " " << reason.rules << " "
           << direction_word(reason.direction) << " rules matches\n";
    }
    for (std::size_t i = 0; i < reason.misses.size() && i < kMostRules; ++i) {
      miss(reason.misses[i], direction_word(reason.direction));
    }
    for (std::size_t i = 0; i < reason.near_misses.size() && i < kMostRules; ++i) {
      const RuleReason& near = reason.near_misses[i];
      rule(near, "close:", near.traffic);
      out_ << "      it matches the other end, but "
           << (near.traffic.empty() ? "its ports match nothing there"
                                    : "only on " + net::to_string(near.traffic))
           << "\n";
    }
  }

  void miss(const queries::RuleMiss& miss, std::string_view direction) {
    constexpr std::size_t kMostReasons = 2;
    std::string text;
    for (std::size_t i = 0; i < miss.reasons.size() && i < kMostReasons; ++i) {
      text += (i == 0 ? "" : "; ") + miss.reasons[i];
    }
    if (miss.reasons.size() > kMostReasons) {
      text += fmt::format("; and {} more peers", miss.reasons.size() - kMostReasons);
    }
    out_ << "      " << policy_name(model_, miss.policy) << ", " << direction << " rule "
         << miss.rule->number << "  "
         << style_.dim(printable(report_.input.sources.place(miss.rule->where))) << "\n"
         << "        " << printable(text) << "\n";
  }

  // The rest -------------------------------------------------------------------------------------

  std::string end(const std::optional<EndpointId>& id, const net::Address& address,
                  bool another) const {
    if (!id) return address.to_string();
    if (another) return "another pod of " + queries::name_of(model_, model_[*id].workload);
    const model::Endpoint& endpoint = model_[*id];
    const std::string ns(model_.text(model_[model_.namespace_of(*id)].name));
    const std::string name = endpoint.pod
                                 ? ns + "/" + std::string(model_.text(*endpoint.pod))
                                 : "a pod of " + queries::name_of(model_, endpoint.workload);
    const bool known = !endpoint.addresses.empty();
    return known ? name + " (" + address.to_string() + ")" : name;
  }

  void witness(const Outcome& outcome) {
    if (!outcome.witness) return;
    const auto& packet = outcome.witness->packet;
    const bool certain = std::any_of(outcome.parts.begin(), outcome.parts.end(),
                                     [](const Part& part) { return !part.allowed.empty(); });
    out_ << "  " << (certain ? "witness" : "an open case") << ": "
         << net::to_string(packet.protocol) << " from "
         << end(packet.source, packet.source_address, false) << " to "
         << end(packet.destination, packet.destination_address, packet.source == packet.destination)
         << " port " << packet.port
         << (certain ? ", replayed packet by packet" : ", passes in one reading only") << "\n";
  }

  void places(const std::vector<source::Span>& all) {
    for (std::size_t i = 0; i < all.size() && i < kMostPlaces; ++i) {
      out_ << "    " << style_.dim(printable(report_.input.sources.place(all[i]))) << "\n";
    }
    if (all.size() > kMostPlaces) {
      out_ << style_.dim(fmt::format("    and {} more\n", all.size() - kMostPlaces));
    }
  }

  void depends_on() {
    const auto open = queries::open_assumptions(report_.cluster, report_.answer);
    for (const auto& assumption : open) {
      out_ << "  depends on " << style_.bold(assumption.id) << ": " << printable(assumption.text)
           << "\n";
      places(assumption.where);
      out_ << "    settled by " << assumption.settle << "\n";
    }
  }

  [[nodiscard]] std::string unproven() const {
    return fmt::format("{} of {} pairs too large for Z3, answered by the set engine alone",
                       report_.answer.unproven, report_.answer.unproven + report_.answer.proofs);
  }

  void footer() {
    for (const auto& assumption : queries::standing_assumptions(report_.cluster, report_.answer)) {
      out_ << "  "
           << style_.dim("assumes " + std::string(assumption.id) + ": " +
                         printable(assumption.text))
           << "\n";
      places(assumption.where);
    }
    std::string closing = describe(report_.input.ledger);
    if (report_.answer.unproven > 0) {
      closing += "; " + unproven();
    } else if (report_.answer.proofs > 0) {
      closing += "; proven";
    }
    out_ << "  " << style_.dim(closing) << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const CanReport& report_;
  const Model& model_;
};

}  // namespace

std::string coloured(const Style& style, Verdict verdict) {
  switch (verdict) {
    case Verdict::Allowed:
      return style.green("ALLOWED");
    case Verdict::Denied:
      return style.red("DENIED");
    case Verdict::Partly:
      return style.yellow("PARTLY");
    case Verdict::Depends:
      return style.yellow("DEPENDS");
  }
  return "?";
}

std::string name_of(const CanReport& report, const Variant& variant, const Target& target) {
  constexpr std::size_t kMostPods = 3;
  const Model& model = report.input.model;
  if (!variant.workload) {
    return target.endpoints.empty() ? target.text : shown(target.addresses);
  }
  const std::string name = queries::name_of(model, *variant.workload);
  if (variant.is_whole_workload) return name;
  std::string pods;
  std::size_t templates = 0;
  std::size_t count = 0;
  for (EndpointId id : variant.endpoints) {
    if (!model[id].pod) {
      ++templates;
    } else if (++count <= kMostPods) {
      pods += (pods.empty() ? "" : ", ") + std::string(model.text(*model[id].pod));
    }
  }
  if (count > kMostPods) pods += fmt::format(" and {} more", count - kMostPods);
  if (templates > 0) pods += pods.empty() ? "pods of its template" : " and pods of its template";
  if (pods == model.text(model[*variant.workload].name)) return name;
  return name + " (" + pods + ")";
}

void write_text(std::ostream& out, const Style& style, const CanReport& report, Length length) {
  CanTextWriter writer(out, style, report);
  switch (length) {
    case Length::Verdict:
      return writer.verdict_line();
    case Length::Answer:
      writer.answer();
      return writer.in_short();
    case Length::Full:
      return writer.full();
  }
}

}  // namespace polreach::cli
