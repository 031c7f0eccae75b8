// SPDX-License-Identifier: Apache-2.0
// Effective rules for people, and as tables.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/report/diagnostics.h"
#include "cli/report/effective_report.h"
#include "cli/report/lists.h"
#include "cli/report/reasons.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::EffectiveList;
using queries::EffectiveRule;
using queries::EffectiveSide;

namespace {

constexpr std::size_t kColumns = 6;  // before DECIDES
constexpr std::array<std::string_view, kColumns> kHeads = {"PRIORITY", "NAME",   "ACCESS",
                                                           "PROTOCOL", "SOURCE", "DESTINATION"};
using Cells = std::array<std::string, kColumns>;

Cells cells_of(const EffectiveRule& each, bool in_full) {
  const model::SecurityRule& rule = *each.rule;
  return {priority_text(rule),
          rule.name,
          access_text(rule),
          protocol_text(rule),
          side_text(rule.source, rule.source_ports, in_full),
          side_text(rule.destination, rule.destination_ports, in_full)};
}

/// "20.0.0.0/8; perhaps 10.0.0.0/8 if A-OVERLAY-TAG".
std::string expanded(const EffectiveReport& report, const EffectiveSide& side, End end) {
  std::string text = addresses_text(side.certain, end, true);
  if (side.perhaps.empty()) return text;
  return text + "; perhaps " + addresses_text(side.perhaps, end, true) + " if " +
         ids_text(report, side.depends_on);
}

/// What a list of rules says in place of rules.
std::string without_rules(const EffectiveReport& report, const EffectiveList& list) {
  if (list.missing) return "its rules are not known (" + ids_text(report, {*list.missing}) + ")";
  return list.rules.empty() ? "no rules" : "";
}

class EffectiveTextWriter {
 public:
  EffectiveTextWriter(std::ostream& out, const Style& style, const EffectiveReport& report)
      : out_(out), style_(style), report_(report) {}

  void all() {
    const std::string& number = report_.input.cloud.service_tags.change_number;
    out_ << style_.bold(printable(report_.effective.text));
    if (!number.empty()) out_ << "  (service tags: change number " << printable(number) << ")";
    out_ << "\n";
    for (const std::string& note : report_.effective.notes) {
      out_ << "  (" << printable(note) << ")\n";
    }
    for (const EffectiveList& each : report_.effective.lists) list(each);
  }

  void footer() {
    const queries::Effective& effective = report_.effective;
    std::size_t rules = 0;
    for (const EffectiveList& each : effective.lists) rules += each.rules.size();
    out_ << "\n" << fmt::format("{} rule{}", rules, rules == 1 ? "" : "s");
    count(EffectiveRule::Finding::NeverDecides, "never decides", "never decide");
    count(EffectiveRule::Finding::Redundant, "could be left out",
          "could be left out, each by itself");
    out_ << "\n";
    for (const auto& assumption : open_assumptions(report_)) {
      out_ << "  " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n";
      if (!assumption.settle.empty()) {
        out_ << "    " << printable(settling(assumption.settle)) << "\n";
      }
    }
    for (const auto& assumption : standing_assumptions(report_)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    std::string closing = describe(report_.input.ledger);
    if (effective.proofs > 0) {
      closing +=
          fmt::format("; {} proof{} by Z3", effective.proofs, effective.proofs == 1 ? "" : "s");
    }
    if (effective.unproven > 0) closing += fmt::format("; {} unproven", effective.unproven);
    out_ << "  " << style_.dim(closing) << "\n";
  }

 private:
  static constexpr std::size_t kWidest = 40;

  /// Of rules that somebody wrote.
  void count(EffectiveRule::Finding finding, std::string_view one, std::string_view several) {
    std::size_t count = 0;
    for (const EffectiveList& list : report_.effective.lists) {
      for (const EffectiveRule& rule : list.rules) {
        if (rule.finding == finding && !rule.rule->is_default) ++count;
      }
    }
    if (count > 0) out_ << ", " << count << " " << (count == 1 ? one : several);
  }

  void list(const EffectiveList& list) {
    out_ << "\n" << style_.bold(printable(heading(list)));
    if (list.group != nullptr && list.group->where.exists()) {
      out_ << "  " << style_.dim(printable(report_.input.sources.place(list.group->where)));
    }
    out_ << "\n";
    if (list.open) {
      out_ << "  (whether it acts there is not known: " << ids_text(report_, {*list.open}) << ")\n";
    }
    const std::string instead = without_rules(report_, list);
    if (!instead.empty()) {
      out_ << "  " << style_.yellow(instead) << "\n";
      return;
    }
    std::vector<Cells> rows;
    Cells heads;
    std::copy(kHeads.begin(), kHeads.end(), heads.begin());
    std::array<std::size_t, kColumns> widths{};
    for (std::size_t c = 0; c < kColumns; ++c) widths[c] = heads[c].size();
    for (const EffectiveRule& rule : list.rules) {
      Cells& cells = rows.emplace_back(cells_of(rule, report_.expand));
      for (std::size_t c = 0; c < kColumns; ++c) {
        cells[c] = printable(cells[c]);
        widths[c] = std::max(widths[c], std::min(cells[c].size(), kWidest));
      }
    }
    std::size_t before = 2;  // DECIDES
    for (const std::size_t width : widths) before += width + 2;
    out_ << style_.dim(line(heads, widths) + "DECIDES") << "\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out_ << line(rows[i], widths);
      rule(list, list.rules[i], std::string(before, ' '), std::string(widths[0] + 4, ' '));
    }
  }

  static std::string line(const Cells& cells, const std::array<std::size_t, kColumns>& widths) {
    std::string text = "  ";
    for (std::size_t c = 0; c < kColumns; ++c) {
      text += c == 0 ? fmt::format("{:>{}}  ", cells[c], widths[c])
                     : fmt::format("{:<{}}  ", cells[c], widths[c]);
    }
    return text;
  }

  void rule(const EffectiveList& list, const EffectiveRule& rule, const std::string& under_decides,
            const std::string& under_name) {
    const std::vector<std::string> lines = decides_lines(report_, rule);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out_ << (i == 0 ? "" : under_decides) << printable(lines[i]);
      if (i == 0 && rule.rule->where.exists()) {
        out_ << "  " << style_.dim(printable(report_.input.sources.place(rule.rule->where)));
      }
      out_ << "\n";
    }
    if (rule.is_whole && !report_.expand && !rule.depends_on.empty()) {
      out_ << under_name << "what it matches depends: " << ids_text(report_, rule.depends_on)
           << "\n";
    }
    if (report_.expand) {
      out_ << under_name << style_.dim("source: " + expanded(report_, rule.source, End::Source))
           << "\n"
           << under_name
           << style_.dim("destination: " + expanded(report_, rule.destination, End::Destination))
           << "\n";
    }
    const std::string finding = printable(finding_text(list, rule));
    if (finding.empty()) return;
    out_ << under_name << (rule.rule->is_default ? style_.dim(finding) : style_.yellow(finding))
         << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const EffectiveReport& report_;
};

}  // namespace

void write_effective_text(std::ostream& out, const Style& style, const EffectiveReport& report,
                          bool brief) {
  EffectiveTextWriter writer(out, style, report);
  writer.all();
  if (!brief) writer.footer();
}

void write_effective_csv(std::ostream& out, const EffectiveReport& report) {
  out << "direction,places,resource_group,group,priority,name,default,access,protocol,source,"
         "destination,decides,finding,proven,covered_by,source_cidrs,destination_cidrs,place\n";
  for (const EffectiveList& list : report.effective.lists) {
    for (const EffectiveRule& rule : list.rules) {
      std::string covered;
      for (const std::size_t i : rule.covered_by) {
        covered += (covered.empty() ? "" : "; ") + list.rules[i].rule->name;
      }
      const bool found = rule.finding != EffectiveRule::Finding::None;
      const bool never = rule.finding == EffectiveRule::Finding::NeverDecides;
      out << word(list.direction) << "," << csv(joined(list.places, "; ")) << ","
          << csv(list.group->resource_group) << "," << csv(list.group->name);
      std::size_t column = 0;
      for (const std::string& cell : cells_of(rule, true)) {
        out << "," << csv(cell);
        if (++column == 2) out << (rule.rule->is_default ? ",yes" : ",no");
      }
      out << "," << csv(joined(decides_lines(report, rule), "; ")) << ","
          << (never   ? "never-decides"
              : found ? "redundant"
                      : "")
          << "," << (found ? (rule.is_proven ? "yes" : "no") : "") << "," << csv(covered) << ","
          << (report.expand ? csv(expanded(report, rule.source, End::Source)) : "") << ","
          << (report.expand ? csv(expanded(report, rule.destination, End::Destination)) : "") << ","
          << csv(rule.rule->where.exists() ? report.input.sources.place(rule.rule->where) : "")
          << "\n";
    }
  }
}

void write_effective_markdown(std::ostream& out, const EffectiveReport& report) {
  for (const std::string& note : report.effective.notes) out << markdown(note) << "\n\n";
  for (const EffectiveList& list : report.effective.lists) {
    out << "**" << markdown(heading(list)) << "**\n\n";
    const std::string instead = without_rules(report, list);
    if (!instead.empty()) {
      out << markdown(instead) << "\n\n";
      continue;
    }
    out << "| Priority | Name | Access | Protocol | Source | Destination | Decides |\n"
           "|---:|---|---|---|---|---|---|\n";
    for (const EffectiveRule& rule : list.rules) {
      for (const std::string& cell : cells_of(rule, report.expand)) {
        out << "| " << markdown(cell) << " ";
      }
      std::string decides;
      for (const std::string& each : decides_lines(report, rule)) {
        decides += (decides.empty() ? "" : "<br>") + markdown(each);
      }
      const std::string finding = finding_text(list, rule);
      if (!finding.empty()) decides += "<br>" + markdown(finding);
      out << "| " << decides << " |\n";
    }
    out << "\n";
  }
  for (const auto& assumption : open_assumptions(report)) {
    out << "- **" << assumption.id << "**: " << markdown(assumption.text);
    if (!assumption.settle.empty()) out << "; " << markdown(settling(assumption.settle));
    out << "\n";
  }
}

}  // namespace polreach::cli
