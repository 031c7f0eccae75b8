// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "cli/report/diagnostics.h"
#include "cli/report/lists.h"
#include "cli/report/map_report.h"
#include "cli/report/verify_report.h"

namespace polreach::cli {

namespace judged = solver::intents;

using judged::Judgement;
using solver::audit::Cause;
using solver::audit::Finding;

namespace {

/// The worst first.
constexpr std::array<judged::Verdict, 5> kOrder = {
    judged::Verdict::Violated, judged::Verdict::Depends, judged::Verdict::Unasked,
    judged::Verdict::Empty, judged::Verdict::Holds};

std::string_view verdict_word(judged::Verdict verdict) {
  switch (verdict) {
    case judged::Verdict::Holds:
      return "holds";
    case judged::Verdict::Violated:
      return "VIOLATED";
    case judged::Verdict::Depends:
      return "DEPENDS";
    case judged::Verdict::Empty:
      return "EMPTY";
    case judged::Verdict::Unasked:
      return "NO ANSWER";
  }
  return "?";
}

class VerifyTextWriter {
 public:
  VerifyTextWriter(std::ostream& out, const Style& style, const VerifyReport& report)
      : out_(out), style_(style), report_(report) {
    for (const Judgement& each : report.verification.judgements) {
      widest_ = std::max(widest_, verdict_word(each.verdict).size());
    }
  }

  void judgements(bool brief) {
    for (judged::Verdict verdict : kOrder) {
      for (const Judgement& each : report_.verification.judgements) {
        if (each.verdict == verdict) judgement(each, brief);
      }
    }
  }

  void footer() {
    out_ << "\n" << summary_of(report_.verification) << "\n";
    for (const auto& assumption : standing_assumptions(report_.cluster)) {
      out_ << "  "
           << style_.dim(fmt::format("assumes {}: {}", assumption.id, printable(assumption.text)))
           << "\n";
    }
    std::string closing = describe(report_.input.ledger);
    const std::size_t unproven = report_.verification.unproven;
    const std::size_t all = report_.verification.proofs + unproven;
    if (unproven > 0) {
      closing += fmt::format("; {} of {} pairs too large for Z3, answered by the set engine alone",
                             unproven, all);
    } else if (all > 0) {
      closing += "; proven";
    }
    out_ << "  " << style_.dim(closing) << "\n";
  }

 private:
  static constexpr std::size_t kMostFindings = 10;
  static constexpr std::size_t kMostAlso = 8;
  static constexpr std::size_t kMostPlaces = 4;

  [[nodiscard]] std::string coloured(judged::Verdict verdict) const {
    const std::string padded = fmt::format("{:<{}}", verdict_word(verdict), widest_);
    switch (verdict) {
      case judged::Verdict::Holds:
        return style_.green(padded);
      case judged::Verdict::Violated:
        return style_.red(padded);
      default:
        return style_.yellow(padded);
    }
  }

  [[nodiscard]] std::string place(const source::Span& where) const {
    return style_.dim(printable(report_.input.sources.place(where)));
  }

  void judgement(const Judgement& each, bool brief) {
    const bool holds = each.verdict == judged::Verdict::Holds;
    if (!brief && !holds && written_ > 0) out_ << "\n";
    if (!brief && holds && written_ > 0 && !after_holding_) out_ << "\n";
    after_holding_ = holds;
    ++written_;
    const std::string name = printable(each.intent->name);
    out_ << coloured(each.verdict) << "  " << style_.bold(name);
    const std::string sentence = printable(solver::intents::sentence(*each.intent));
    if (name != sentence) out_ << ": " << sentence;
    if (!holds) out_ << "  " << place(each.intent->where);
    out_ << "\n";
    if (brief) return;
    if (!each.why.empty()) out_ << "  " << printable(each.why) << "\n";
    for (const std::string& note : each.notes) out_ << "  note: " << printable(note) << "\n";
    findings(each);
    for (const auto& one : each.rests_on) {
      out_ << "  depends on " << style_.bold(one.id) << ": " << printable(one.text) << "\n";
      for (std::size_t i = 0; i < one.where.size() && i < kMostPlaces; ++i) {
        out_ << "    " << place(one.where[i]) << "\n";
      }
      if (!one.settle.empty()) out_ << "    settled by " << printable(one.settle) << "\n";
    }
  }

  void findings(const Judgement& each) {
    std::size_t shown = 0;
    std::size_t certain = 0;
    for (const Finding& finding : each.findings) certain += finding.certain ? 1U : 0U;
    // Beside what is certain, what may be is not worth a line.
    const std::size_t all = certain > 0 ? certain : each.findings.size();
    for (const Finding& one : each.findings) {
      if (certain > 0 && !one.certain) continue;
      if (shown++ < kMostFindings) finding(one);
    }
    if (all > kMostFindings) out_ << fmt::format("  and {} more\n", all - kMostFindings);
  }

  void finding(const Finding& one) {
    out_ << "  " << printable(one.message) << "\n";
    if (!one.also.empty()) {
      out_ << "    likewise " << printable(joined(one.also, kMostAlso)) << "\n";
    }
    for (const Cause& cause : one.causes) {
      out_ << "    " << printable(cause.text);
      if (cause.where.exists()) out_ << "  " << place(cause.where);
      out_ << "\n";
    }
    if (!one.example) return;
    out_ << "    packet: " << printable(one.example->packet) << ", from "
         << printable(one.example->source) << " to " << printable(one.example->destination)
         << ", replayed\n";
    if (one.example->pod.empty()) return;
    out_ << "    for example with this pod:\n";
    std::istringstream lines(one.example->pod);
    for (std::string line; std::getline(lines, line);) out_ << "      " << printable(line) << "\n";
  }

  std::ostream& out_;
  const Style& style_;
  const VerifyReport& report_;
  std::size_t widest_ = 0;
  std::size_t written_ = 0;
  bool after_holding_ = false;
};

}  // namespace

std::string summary_of(const solver::intents::Verification& verification) {
  std::array<std::size_t, kOrder.size()> counts{};
  for (const Judgement& each : verification.judgements) {
    ++counts[static_cast<std::size_t>(each.verdict)];
  }
  const std::size_t all = verification.judgements.size();
  std::string text = fmt::format("{} {}", all, all == 1 ? "intent" : "intents");
  std::string parts;
  for (judged::Verdict verdict : kOrder) {
    const std::size_t count = counts[static_cast<std::size_t>(verdict)];
    if (count == 0) continue;
    parts += parts.empty() ? ": " : ", ";
    switch (verdict) {
      case judged::Verdict::Holds:
        parts += fmt::format("{} {}", count, count == 1 ? "holds" : "hold");
        break;
      case judged::Verdict::Violated:
        parts += fmt::format("{} violated", count);
        break;
      case judged::Verdict::Depends:
        parts += fmt::format("{} {}", count, count == 1 ? "depends" : "depend");
        break;
      case judged::Verdict::Empty:
        parts += fmt::format("{} {} nothing", count, count == 1 ? "matches" : "match");
        break;
      case judged::Verdict::Unasked:
        parts += fmt::format("{} without an answer", count);
        break;
    }
  }
  return text + parts;
}

void write_text(std::ostream& out, const Style& style, const VerifyReport& report, bool brief) {
  VerifyTextWriter writer(out, style, report);
  writer.judgements(brief);
  if (!brief) writer.footer();
}

}  // namespace polreach::cli
