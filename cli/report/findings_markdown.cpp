// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/findings_common.h"
#include "cli/report/table.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;

namespace {

/// Text in which nobody is mentioned and nothing is markup.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : markdown(text)) {
    result += c;
    // A zero-width space: "@team" would call for a team.
    if (c == '@') result += "\xE2\x80\x8B";
  }
  return result;
}

/// The same inside HTML.
std::string html(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '@':
        result += "@\xE2\x80\x8B";
        break;
      default:
        result += c;
    }
  }
  return result;
}

class FindingsMarkdownWriter {
 public:
  FindingsMarkdownWriter(std::ostream& out, const FindingsReport& report)
      : out_(out), report_(report) {}

  void all() {
    out_ << "### polreach " << report_.command << ": " << findings_text(report_) << "\n\n";
    table();
    details();
    unchecked();
    out_ << counted(report_.checks.size(), "check");
    if (const std::string beside = beside_text(report_); !beside.empty()) out_ << "; " << beside;
    out_ << "\n";
    if (!report_.overview.empty()) out_ << "\n" << plain(report_.overview) << "\n";
  }

 private:
  /// A comment on a pull request holds 65,536 characters: what is beyond these bounds is counted.
  static constexpr std::size_t kMostRows = 50;
  static constexpr std::size_t kMostDetails = 45'000;
  static constexpr std::size_t kMostAlso = 10;

  void table() {
    const auto& all = report_.findings;
    if (all.empty()) return;
    out_ << "| Severity | Finding | Where |\n|---|---|---|\n";
    for (std::size_t i = 0; i < all.size() && i < kMostRows; ++i) {
      const auto spot = spot_of(report_, place_of(all[i]));
      out_ << "| " << audit::name_of(all[i].severity) << " | " << plain(headline(all[i]));
      if (const std::size_t more = unsaid(all[i]); more > 0) {
        out_ << fmt::format(" (and {} more)", more);
      }
      out_ << " | " << (spot ? plain(fmt::format("{}:{}", spot->path, spot->line)) : "") << " |\n";
    }
    if (all.size() > kMostRows) {
      out_ << fmt::format("| | and {} more | |\n", all.size() - kMostRows);
    }
    out_ << "\n";
  }

  void details() {
    std::size_t written = 0;
    std::size_t shown = 0;
    for (const Finding& each : report_.findings) {
      const std::string text = details_of_one(each);
      if (written + text.size() > kMostDetails) break;
      out_ << text;
      written += text.size();
      ++shown;
    }
    if (shown < report_.findings.size()) {
      out_ << fmt::format("The details of {} more findings are left out here.\n\n",
                          report_.findings.size() - shown);
    }
  }

  [[nodiscard]] std::string details_of_one(const Finding& finding) const {
    std::string text = fmt::format("<details><summary><b>{}</b> {}: {}</summary>\n\n",
                                   audit::name_of(finding.severity), html(finding.check->id),
                                   html(headline(finding)));
    text += plain(finding.check->why) + "\n\n";
    const auto place = [&](const source::Span& where) {
      const auto spot = spot_of(report_, where);
      return spot ? fmt::format(" ({}:{}:{})", plain(spot->path), spot->line, spot->column)
                  : std::string();
    };
    for (const audit::Cause& cause : finding.causes) {
      text += "- because " + plain(cause.text) + place(cause.where) + "\n";
    }
    if (finding.example) {
      text += "- for example " + plain(finding.example->source) + " to " +
              plain(finding.example->destination) + ": " + plain(finding.example->packet) + "\n";
    }
    if (finding.example) text += pod(finding.example->pod);
    const std::string also = also_text(finding, kMostAlso);
    if (!also.empty()) text += "- also " + plain(also) + "\n";
    if (!finding.certain) text += "- depends on what the input leaves open\n";
    for (const auto& assumption : finding.rests_on) {
      text += "- " + plain(assumption.id) + ": " + plain(assumption.text) + "\n";
    }
    if (!text.ends_with("\n\n")) text += "\n";
    if (const std::string remedy = remedy_of(finding); !remedy.empty()) {
      text += "**What to do:** " + plain(remedy) + "\n\n";
    }
    return text + "</details>\n\n";
  }

  /// A block of code, behind an item of a list; its fence is longer than any in it.
  static std::string pod(const std::string& yaml) {
    if (yaml.empty()) return "";
    std::string fence = "```";
    while (yaml.find(fence) != std::string::npos) fence += "`";
    std::string text = "  " + fence + "yaml\n";
    for (const std::string& line : printable_lines(yaml)) text += "  " + line + "\n";
    return text + "  " + fence + "\n";
  }

  void unchecked() {
    if (report_.unchecked.empty()) return;
    out_ << "**Not checked:**\n\n";
    for (const audit::Unchecked& each : report_.unchecked) {
      out_ << "- " << plain(each.check->id) << ": " << plain(each.why) << "\n";
    }
    out_ << "\n";
  }

  std::ostream& out_;
  const FindingsReport& report_;
};

}  // namespace

void write_findings_markdown(std::ostream& out, const FindingsReport& report) {
  FindingsMarkdownWriter(out, report).all();
}

}  // namespace polreach::cli
