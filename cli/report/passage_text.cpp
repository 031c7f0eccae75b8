// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "cli/report/can_report.h"
#include "cli/report/diagnostics.h"
#include "cli/report/passage_report.h"
#include "cli/report/reasons.h"
#include "compiler/path/attach.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

using queries::Effect;
using queries::HopReason;
using queries::PassageOutcome;
using queries::RuleDecision;
using queries::Verdict;
using queries::WayReason;

class PassageTextWriter {
 public:
  PassageTextWriter(std::ostream& out, const Style& style, const PassageReport& report)
      : out_(out), style_(style), report_(report) {}

  void verdict_line() {
    out_ << coloured(style_, report_.answer.verdict) << "  "
         << style_.bold(printable(report_.source.text)) << " -> "
         << style_.bold(printable(report_.destination.text)) << ", " << report_.asked << "\n";
  }

  /// `full`: with a witness, and what is assumed.
  void all(bool full) {
    full_ = full;
    verdict_line();
    std::set<std::string> notes(report_.source.notes.begin(), report_.source.notes.end());
    notes.insert(report_.destination.notes.begin(), report_.destination.notes.end());
    for (const auto& outcome : report_.answer.outcomes) {
      notes.insert(outcome.connection.notes.begin(), outcome.connection.notes.end());
    }
    // Who asks about the internet means the addresses that the other end can meet.
    const bool everyone = is_everyone(report_.source.text) || is_everyone(report_.destination.text);
    if (everyone)
      notes.erase("addresses of a family that the other end does not have are left out");
    for (const std::string& note : notes) out_ << "  (" << printable(note) << ")\n";
    const auto& outcomes = report_.answer.outcomes;
    if (outcomes.size() > 1) summary();
    for (std::size_t i = 0; i < outcomes.size() && i < kMostExplained; ++i) {
      explain(outcomes[i], outcomes.size() > 1);
    }
    if (outcomes.size() > kMostExplained) {
      out_ << fmt::format("\n  {} more are explained in --format json\n",
                          outcomes.size() - kMostExplained);
    }
    footer();
  }

 private:
  static constexpr std::size_t kMostPlaces = 5;
  static constexpr std::size_t kMostRules = 6;
  static constexpr std::size_t kMostBoxes = 6;
  static constexpr std::size_t kMostExplained = 3;
  static constexpr std::size_t kMostSummed = 40;

  [[nodiscard]] std::string place(const source::Span& where) const {
    return style_.dim(printable(report_.input.sources.place(where)));
  }

  static bool is_everyone(std::string_view text) { return text == "internet" || text == "any"; }

  static std::string ends_of(const PassageOutcome& outcome) {
    return printable(outcome.connection.source) + " -> " +
           printable(outcome.connection.destination);
  }

  void summary() {
    const auto& outcomes = report_.answer.outcomes;
    out_ << "\n";
    for (std::size_t i = 0; i < outcomes.size() && i < kMostSummed; ++i) {
      out_ << fmt::format("  {:<8} {}\n", queries::to_string(outcomes[i].verdict),
                          ends_of(outcomes[i]));
    }
    if (outcomes.size() > kMostSummed) {
      out_ << fmt::format("  and {} more\n", outcomes.size() - kMostSummed);
    }
  }

  // One outcome ----------------------------------------------------------------------------------

  void explain(const PassageOutcome& outcome, bool one_of_several) {
    out_ << "\n";
    if (one_of_several) {
      out_ << "  " << style_.bold(ends_of(outcome)) << ": " << queries::to_string(outcome.verdict)
           << "\n";
    }
    boxes(outcome);
    for (const WayReason& way : outcome.ways) ways(way, outcome);
    routed(outcome);
    if (outcome.witness && full_) {
      out_ << "  witness: " << net::to_string(outcome.witness->flow)
           << ", replayed packet by packet\n";
    }
  }

  void boxes(const PassageOutcome& outcome) {
    const Verdict permitted = outcome.permitted;
    if (permitted == Verdict::Allowed || permitted == Verdict::Denied) return;
    part(style_.green("allowed"), outcome.allowed, outcome);
    part(style_.yellow("depends"), outcome.open, outcome);
    part(style_.red("denied "), outcome.denied, outcome);
  }

  void part(const std::string& name, const solver::sets::FlowBoxes& boxes,
            const PassageOutcome& outcome) {
    for (std::size_t i = 0; i < boxes.boxes.size() && i < kMostBoxes; ++i) {
      out_ << "  " << name << "  " << text_of(boxes.boxes[i], outcome.connection) << "\n";
    }
    if (boxes.boxes.size() > kMostBoxes || !boxes.complete) {
      out_ << "  " << name << "  and more: see --format json\n";
    }
  }

  void ways(const WayReason& way, const PassageOutcome& outcome) {
    if (!way.path->label.empty()) {
      out_ << "  " << printable(way.path->label) << ": " << word(way.effect) << "\n";
    }
    if (way.hops.empty()) out_ << "    no enforcement point: open by default\n";
    for (const HopReason& hop : way.hops) explain(hop, way, outcome);
  }

  static std::string_view word(Effect effect) {
    switch (effect) {
      case Effect::Passes:
        return "passes";
      case Effect::Stopped:
        return "stopped";
      case Effect::InPart:
        return "passes in part";
      case Effect::Depends:
        return "depends";
    }
    return "?";
  }

  void explain(const HopReason& reason, const WayReason& way, const PassageOutcome& outcome) {
    const compiler::Hop& hop = *reason.hop;
    out_ << "  " << printable(place_of(hop)) << ": " << word(reason.effect);
    const std::string header = header_of(hop);
    if (!header.empty()) out_ << style_.dim("  (sees it " + header + ")");
    out_ << "\n";
    if (hop.kind == compiler::Hop::Kind::Gate) out_ << "    " << printable(hop.why) << "\n";
    if (reason.policies) {
      for (const std::string& line : lines_of(report_.input, *reason.policies)) {
        out_ << "    " << line << "\n";
      }
    }
    for (std::size_t i = 0; i < reason.rules.size() && i < kMostRules; ++i) {
      if (!is_said_by_others(reason, i)) rule(reason, i, way, outcome);
    }
    if (reason.rules.size() > kMostRules) {
      out_ << fmt::format("    and {} rules more\n", reason.rules.size() - kMostRules);
    }
  }

  void rule(const HopReason& reason, std::size_t i, const WayReason& way,
            const PassageOutcome& outcome) {
    const RuleDecision& decision = reason.rules[i];
    out_ << "    " << (decision.is_certain ? "" : "perhaps ")
         << printable(rule_name(*reason.hop, *way.path, decision)) << " " << verb_of(decision)
         << what(reason, i, outcome);
    const bool has_place = decision.rule != nullptr && decision.rule->rule->where.exists();
    if (has_place) out_ << "  " << place(decision.rule->rule->where);
    out_ << "\n";
  }

  /// That a group may not act at all is said by the "perhaps" of its rules.
  static bool is_said_by_others(const HopReason& reason, std::size_t i) {
    const compiler::FilterRule* rule = reason.rules[i].rule;
    return reason.rules.size() > 1 && rule != nullptr && rule->rule == &compiler::no_group_rule();
  }

  /// What a rule decides, where that says more than that it is asked about.
  static std::string what(const HopReason& reason, std::size_t i, const PassageOutcome& outcome) {
    const auto& rules = reason.rules;
    // Boxes of a header that is not the packet's would be read as the packet's.
    if (rules.size() == 1 || !header_of(*reason.hop).empty()) return "";
    const auto& boxes = rules[i].packets.boxes;
    if (boxes.size() == 1) return " " + text_of(boxes.front(), outcome.connection);
    if (i + 1 == rules.size()) return " the rest";
    return fmt::format(" {} and more", text_of(boxes.front(), outcome.connection));
  }

  void routed(const PassageOutcome& outcome) {
    const compiler::Routed& routed = outcome.connection.routed;
    out_ << "  permitted: " << queries::to_string(outcome.permitted) << "; routed: "
         << (routed.answer == compiler::Routed::Answer::Yes  ? "yes"
             : routed.answer == compiler::Routed::Answer::No ? "no"
                                                             : "not known");
    if (!routed.reason.empty()) out_ << ", " << printable(routed.reason);
    if (routed.where.exists()) out_ << "  " << place(routed.where);
    out_ << "\n";
  }

  // The rest -------------------------------------------------------------------------------------

  void places(const std::vector<source::Span>& all) {
    for (std::size_t i = 0; i < all.size() && i < kMostPlaces; ++i) {
      out_ << "    " << place(all[i]) << "\n";
    }
    if (all.size() > kMostPlaces) {
      out_ << style_.dim(fmt::format("    and {} more\n", all.size() - kMostPlaces));
    }
  }

  void footer() {
    if (full_) out_ << "\n";
    std::set<std::pair<std::string, std::string>> told;
    for (const PassageOutcome& outcome : report_.answer.outcomes) {
      if (outcome.verdict == Verdict::Denied && outcome.permitted != Verdict::Denied) continue;
      for (const auto& each : outcome.rests_on) {
        if (!told.emplace(each.id, each.text).second) continue;
        out_ << "  depends on " << style_.bold(each.id) << ": " << printable(each.text) << "\n";
        places(each.where);
        if (!each.settle.empty()) out_ << "    " << printable(settling(each.settle)) << "\n";
      }
    }
    if (!full_ && report_.answer.unproven == 0) return;
    for (const auto& each : report_.answer.assumes) {
      if (!full_) break;
      out_ << "  " << style_.dim("assumes " + std::string(each.id) + ": " + printable(each.text))
           << "\n";
      places(each.where);
    }
    std::string closing = describe(report_.input.ledger);
    const std::size_t all = report_.answer.proofs + report_.answer.unproven;
    if (report_.answer.unproven > 0) {
      closing += fmt::format("; {} of {} pairs too large for Z3, answered by the set engine alone",
                             report_.answer.unproven, all);
    } else if (all > 0) {
      closing += "; proven by Z3";
    }
    out_ << "  " << style_.dim(closing) << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const PassageReport& report_;
  bool full_ = true;
};

}  // namespace

void write_text(std::ostream& out, const Style& style, const PassageReport& report, Length length) {
  PassageTextWriter writer(out, style, report);
  if (length == Length::Verdict) {
    writer.verdict_line();
  } else {
    writer.all(length == Length::Full);
  }
}

}  // namespace polreach::cli
