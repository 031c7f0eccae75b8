// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "cli/input.h"
#include "cli/report/diagnostics.h"
#include "cli/report/findings_common.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;
using audit::Severity;

namespace {

/// The namespace of "NetworkPolicy shop/db" and "Namespace shop", if it is one of the input.
std::string_view space_of(std::string_view subject, const std::set<std::string_view>& spaces) {
  const std::size_t begin = subject.find(' ') + 1;
  const std::size_t slash = subject.find('/', begin);
  std::string_view space;
  if (slash != std::string_view::npos) {
    space = subject.substr(begin, slash - begin);
  } else if (subject.starts_with("Namespace ")) {
    space = subject.substr(begin);
  }
  return spaces.contains(space) ? space : std::string_view();
}

class FindingsTextWriter {
 public:
  FindingsTextWriter(std::ostream& out, const Style& style, const FindingsReport& report)
      : out_(out), style_(style), report_(report) {}

  void findings() {
    const auto& all = report_.findings;
    for (std::size_t begin = 0; begin < all.size();) {
      std::size_t end = begin + 1;
      while (end < all.size() && is_alike(all[begin], all[end])) ++end;
      const bool too_many = end - begin > kMostOfOne + 1;
      const std::size_t last = too_many ? begin + kMostOfOne : end;
      for (std::size_t i = begin; i < last; ++i) {
        finding(all[i]);
        // What to do about findings of one check that follow each other is said once.
        const bool same_follows = i + 1 < last && remedy_of(all[i + 1]) == remedy_of(all[i]);
        const std::string remedy = remedy_of(all[i]);
        if (!same_follows && !remedy.empty()) out_ << "  help: " << remedy << "\n";
        out_ << "\n";
      }
      if (too_many) sum_up(last, end);
      begin = end;
    }
  }

  void brief() {
    for (const Finding& each : report_.findings) {
      const source::Span where = place_of(each);
      if (where.exists()) out_ << printable(report_.sources.place(where)) << ": ";
      out_ << heading(each) << ": " << headline(each);
      if (const std::size_t more = unsaid(each); more > 0) {
        out_ << fmt::format(" (and {} more)", more);
      }
      out_ << "\n";
    }
    for (const audit::Unchecked& each : report_.unchecked) {
      out_ << style_.yellow("not checked[" + std::string(each.check->id) + "]") << ": "
           << printable(each.why) << "\n";
    }
  }

  void footer() {
    for (const audit::Unchecked& each : report_.unchecked) {
      out_ << style_.yellow("not checked[" + std::string(each.check->id) + "]") << ": "
           << printable(each.why) << "\n";
    }
    if (!report_.unchecked.empty()) out_ << "\n";
    const std::string found = findings_text(report_);
    const std::string beside = beside_text(report_);
    const bool clean = report_.findings.empty() && report_.unchecked.empty();
    out_ << (clean ? style_.green(found) : style_.bold(found));
    if (!beside.empty()) out_ << "; " << beside;
    out_ << "\n  " << style_.dim(checks_text()) << "\n";
    for (const auto& assumption : report_.assumptions) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    if (!report_.overview.empty()) {
      out_ << "  " << style_.dim(printable(report_.overview)) << "\n";
    }
  }

 private:
  /// JSON has all of them.
  static constexpr std::size_t kMostAlso = 5;
  static constexpr std::size_t kMostCauses = 8;
  /// Findings of one check and severity that are shown one by one; the others are summed up, where
  /// that is shorter.
  static constexpr std::size_t kMostOfOne = 20;
  static constexpr std::size_t kMostSummed = 12;  // namespaces, or objects that are in none

  [[nodiscard]] std::string heading(const Finding& finding) const {
    const std::string text =
        std::string(audit::name_of(finding.severity)) + "[" + std::string(finding.check->id) + "]";
    switch (finding.severity) {
      case Severity::Critical:
      case Severity::High:
        return style_.red(text);
      case Severity::Medium:
        return style_.yellow(text);
      case Severity::Low:
        return style_.blue(text);
      case Severity::Info:
        return style_.dim(text);
    }
    return text;
  }

  void finding(const Finding& finding) {
    out_ << heading(finding) << ": " << style_.bold(headline(finding)) << "\n";
    place(finding.where, "  ");
    for (std::size_t i = 0; i < finding.causes.size() && i < kMostCauses; ++i) {
      out_ << "  because " << printable(finding.causes[i].text) << "\n";
      // The same line is not shown twice.
      if (finding.causes[i].where == finding.where) continue;
      place(finding.causes[i].where, "    ");
    }
    if (finding.causes.size() > kMostCauses) {
      out_ << fmt::format("  and {} more causes\n", finding.causes.size() - kMostCauses);
    }
    if (finding.example) example(*finding.example);
    const std::string also = also_text(finding, kMostAlso);
    if (!also.empty()) out_ << "  also " << also << "\n";
    if (!finding.certain) {
      out_ << "  " << style_.yellow("depends on what the input leaves open") << "\n";
    }
    for (const auto& assumption : finding.rests_on) {
      out_ << "    " << style_.bold(assumption.id) << ": " << printable(assumption.text) << "\n";
      if (!assumption.settle.empty()) {
        out_ << "      settled by " << printable(assumption.settle) << "\n";
      }
    }
  }

  [[nodiscard]] static bool is_alike(const Finding& a, const Finding& b) {
    return a.check == b.check && a.severity == b.severity;
  }

  /// Findings of one check: how many, and where. One by one they are in every other format.
  void sum_up(std::size_t begin, std::size_t end) {
    std::vector<std::pair<std::string, std::size_t>> places;  // in order, with their findings
    std::map<std::string, std::size_t> index;
    std::set<std::string_view> spaces;
    if (report_.input != nullptr) {
      const model::Model& model = report_.input->model;
      for (const model::Namespace& each : model.namespaces) spaces.insert(model.text(each.name));
    }
    bool in_namespaces = true;
    for (std::size_t i = begin; i < end; ++i) {
      const std::string& subject = report_.findings[i].subject;
      const std::string_view space = space_of(subject, spaces);
      in_namespaces = in_namespaces && !space.empty();
      std::string place = space.empty() ? subject : std::string(space);
      const auto [known, added] = index.emplace(place, places.size());
      if (added) places.emplace_back(std::move(place), 0);
      ++places[known->second].second;
    }
    const Finding& first = report_.findings[begin];
    out_ << heading(first) << ": "
         << style_.bold(fmt::format("{} more findings of this check", end - begin));
    if (in_namespaces) {
      out_ << fmt::format(" in {}", counted(places.size(), "namespace"));
    }
    out_ << ": ";
    const std::size_t shown = places.size() <= kMostSummed + 1 ? places.size() : kMostSummed;
    for (std::size_t i = 0; i < shown; ++i) {
      out_ << (i == 0 ? "" : ", ") << printable(places[i].first);
      if (places[i].second > 1) out_ << " (" << places[i].second << ")";
    }
    if (shown < places.size()) out_ << fmt::format(" and {} more", places.size() - shown);
    out_ << "\n  -q has a line for each, --format json all of them\n\n";
  }

  void place(const source::Span& where, std::string_view indent) {
    if (!where.exists()) return;
    out_ << indent << "--> " << printable(report_.sources.place(where)) << "\n";
    write_excerpt(out_, style_, report_.sources, where, indent);
  }

  void example(const audit::Example& example) {
    out_ << "  for example " << printable(example.source) << " -> "
         << printable(example.destination);
    if (!example.packet.empty()) out_ << ": " << printable(example.packet);
    out_ << "\n";
    for (const std::string& line : printable_lines(example.pod)) {
      out_ << "    " << style_.dim(line) << "\n";
    }
  }

  [[nodiscard]] std::string checks_text() const {
    std::string text = counted(report_.checks.size(), "check");
    if (!report_.unchecked.empty()) {
      text += fmt::format(", {} of them without an answer", report_.unchecked.size());
    }
    return text;
  }

  std::ostream& out_;
  const Style& style_;
  const FindingsReport& report_;
};

}  // namespace

void write_findings_text(std::ostream& out, const Style& style, const FindingsReport& report,
                         bool quiet) {
  FindingsTextWriter writer(out, style, report);
  if (quiet) {
    writer.brief();
    return;
  }
  writer.findings();
  writer.footer();
}

}  // namespace polreach::cli
