// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "cli/report/suggest_network_report.h"
#include "cli/report/suggest_report.h"

namespace polreach::cli {

namespace suggest = solver::suggest;

using suggest::Wish;

namespace {

class SuggestTextWriter {
 public:
  SuggestTextWriter(std::ostream& out, const Style& style, const SuggestReport& report)
      : out_(out), style_(style), report_(report), found_(report.suggestion) {}

  void all(bool brief) {
    out_ << style_.bold(printable(report_.asked)) << "\n\n";
    out_ << painted(printable(headline(report_))) << "\n";
    for (const std::string& note : all_notes(report_))
      out_ << "  note: " << printable(note) << "\n";
    for (const std::string& doubt : found_.doubts) {
      out_ << "  not understood: " << printable(doubt) << "\n";
    }
    intents();
    const bool opens = report_.kind == "allow" || any(Wish::Open);
    const bool closes = !opens || any(Wish::Close);
    const SuggestNetworkReport* network = rules_of(report_);
    done("closes", Wish::Close, network);
    done("opens", Wish::Open, network);
    changes("does not close", of(found_.effect.missed, Wish::Close));
    changes("does not open", of(found_.effect.missed, Wish::Open));
    changes(closes ? "also cuts" : "cuts", found_.effect.cut);
    changes(opens ? "also opens" : "opens", found_.effect.opened);
    if (network != nullptr) {
      write_group_changes(out_, style_, "also changes", network->effect.others);
    }
    if (verdict_of(report_) == SuggestVerdict::None) return;
    for (const suggest::Object& object : found_.objects) policy(object, brief);
    if (network != nullptr) write_rules(out_, style_, *network, brief);
  }

 private:
  /// Names, and lines of one list, that are shown; JSON has all.
  static constexpr std::size_t kMostNames = 6;
  static constexpr std::size_t kMostLines = 20;

  [[nodiscard]] std::string painted(const std::string& text) const {
    switch (verdict_of(report_)) {
      case SuggestVerdict::Proven:
        return style_.green(text);
      case SuggestVerdict::None:
        return style_.red(text);
      case SuggestVerdict::WithChanges:
      case SuggestVerdict::Partial:
      case SuggestVerdict::NotProven:
        return style_.yellow(text);
    }
    return text;
  }

  /// Whether some of what was asked for is of a kind.
  [[nodiscard]] bool any(Wish wish) const {
    return !of(found_.effect.done, wish).empty() || !of(found_.effect.missed, wish).empty();
  }

  static std::vector<suggest::Change> of(const std::vector<suggest::Change>& all, Wish wish) {
    std::vector<suggest::Change> result;
    std::copy_if(all.begin(), all.end(), std::back_inserter(result),
                 [&](const suggest::Change& each) { return each.wish == wish; });
    return result;
  }

  void done(std::string_view title, Wish wish, const SuggestNetworkReport* network) {
    const std::vector<suggest::Change> by_policies = of(found_.effect.done, wish);
    changes(title, by_policies);
    if (network == nullptr) return;
    write_group_changes(out_, style_, by_policies.empty() ? title : "", done_by(*network, wish));
  }

  void intents() {
    if (report_.intents.empty()) return;
    out_ << "\n" << style_.bold("intents") << "\n";
    std::size_t widest = 0;
    for (const SuggestedIntent& each : report_.intents) {
      widest = std::max(widest, each.verdict.size());
    }
    for (const SuggestedIntent& each : report_.intents) {
      const std::string verdict = fmt::format("{:<{}}", each.verdict, widest);
      out_ << "  " << (each.solved ? style_.green(verdict) : style_.red(verdict)) << "  "
           << printable(each.name) << (each.why.empty() ? "" : ": ") << printable(each.why) << "\n";
    }
  }

  void changes(std::string_view title, const std::vector<suggest::Change>& changes) {
    if (changes.empty()) return;
    const model::Model& model = report_.input.model;
    out_ << "\n" << style_.bold(title) << "\n";
    for (std::size_t i = 0; i < changes.size() && i < kMostLines; ++i) {
      const suggest::Change& each = changes[i];
      out_ << printable(fmt::format("  {} -> {}  {}{}", name_of(model, each.source, kMostNames),
                                    name_of(model, each.destination, kMostNames),
                                    net::to_string(each.traffic),
                                    each.certain ? "" : "  (depends)"))
           << "\n";
    }
    if (changes.size() > kMostLines) {
      out_ << fmt::format("  and {} more; --format json has them\n", changes.size() - kMostLines);
    }
  }

  void policy(const suggest::Object& object, bool brief) {
    out_ << "\n"
         << style_.bold(printable(fmt::format("NetworkPolicy {}/{}", object.ns, object.name)));
    if (object.before.empty()) {
      out_ << " (new)\n";
    } else {
      out_ << " (changed)  " << style_.dim(printable(report_.input.sources.place(object.replaces)))
           << "\n";
    }
    out_ << "  " << printable(object.purpose) << "\n";
    if (brief) return;
    if (!object.before.empty()) {
      out_ << "\n";
      for (const std::string& line : line_diff(object.before, object.yaml)) {
        const std::string shown = printable(line);
        out_ << "  "
             << (line.front() == '-'   ? style_.red(shown)
                 : line.front() == '+' ? style_.green(shown)
                                       : shown)
             << "\n";
      }
      out_ << "\n  as a whole\n";
    }
    out_ << "\n";
    std::size_t at = 0;
    while (at < object.yaml.size()) {
      const std::size_t end = object.yaml.find('\n', at);
      out_ << "  " << printable(object.yaml.substr(at, end - at)) << "\n";
      at = end + 1;
    }
  }

  std::ostream& out_;
  const Style& style_;
  const SuggestReport& report_;
  const suggest::Suggestion& found_;
};

}  // namespace

void write_suggest_text(std::ostream& out, const Style& style, const SuggestReport& report,
                        bool brief) {
  SuggestTextWriter(out, style, report).all(brief);
}

void write_suggest_yaml(std::ostream& out, const SuggestReport& report) {
  if (exit_status(report) != 0) return;
  bool first = true;
  for (const suggest::Object& object : report.suggestion.objects) {
    if (!first) out << "---\n";
    first = false;
    out << object.yaml;
  }
}

}  // namespace polreach::cli
