// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/diagnostics.h"
#include "cli/report/findings_common.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;
using audit::Severity;

namespace {

/// JSON has all of them.
constexpr std::size_t kMostAlso = 5;
constexpr std::size_t kMostCauses = 8;

class Writer {
 public:
  Writer(std::ostream& out, const Style& style, const FindingsReport& report)
      : out_(out), style_(style), report_(report) {}

  void findings() {
    const auto& all = report_.findings;
    for (std::size_t i = 0; i < all.size(); ++i) {
      finding(all[i]);
      // What to do about findings of one check that follow each other is said once.
      const bool same_follows = i + 1 < all.size() && all[i + 1].check == all[i].check &&
                                all[i + 1].severity == all[i].severity &&
                                remedy_of(all[i + 1]) == remedy_of(all[i]);
      const std::string remedy = remedy_of(all[i]);
      if (!same_follows && !remedy.empty()) out_ << "  help: " << remedy << "\n";
      out_ << "\n";
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
  Writer writer(out, style, report);
  if (quiet) {
    writer.brief();
    return;
  }
  writer.findings();
  writer.footer();
}

}  // namespace polreach::cli
