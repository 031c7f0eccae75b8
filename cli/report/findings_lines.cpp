// SPDX-License-Identifier: Apache-2.0
// Lines on standard output that pipelines take for commands: GitHub's workflow commands, and the
// logging commands of Azure Pipelines.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/report/findings_common.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;
using audit::Severity;

namespace {

using Escapes = std::vector<std::pair<char, std::string_view>>;

std::string escaped(std::string_view text, const Escapes& escapes) {
  std::string result;
  for (const char c : text) {
    const auto found = std::find_if(escapes.begin(), escapes.end(),
                                    [&](const auto& each) { return each.first == c; });
    if (found == escapes.end()) {
      result += c;
    } else {
      result += found->second;
    }
  }
  return result;
}

/// As actions/toolkit writes them (packages/core/src/command.ts).
std::string github_data(std::string_view text) {
  return escaped(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}});
}
std::string github_property(std::string_view text) {
  return escaped(text, {{'%', "%25"}, {'\r', "%0D"}, {'\n', "%0A"}, {':', "%3A"}, {',', "%2C"}});
}

/// As azure-pipelines-task-lib writes them (node/taskcommand.ts).
std::string azure_data(std::string_view text) {
  return escaped(text, {{'%', "%AZP25"}, {'\r', "%0D"}, {'\n', "%0A"}});
}
std::string azure_property(std::string_view text) {
  return escaped(text, {{'%', "%AZP25"}, {'\r', "%0D"}, {'\n', "%0A"}, {']', "%5D"}, {';', "%3B"}});
}

/// The headline and what is below it.
std::string words_of(const FindingsReport& report, const Finding& finding) {
  std::string words = headline(finding);
  for (const std::string& line : details_of(report, finding)) words += "\n" + line;
  return words;
}

/// What counts for a reader of the log; no text of the input.
std::string summary(const FindingsReport& report) {
  std::string text = "polreach " + report.command + ": " + findings_text(report);
  if (const std::string beside = beside_text(report); !beside.empty()) text += "; " + beside;
  return text + "\n";
}

enum Level : std::uint8_t { Error, Warning, Notice };

Level log_level(Severity severity) {
  if (severity <= Severity::High) return Error;
  return severity == Severity::Info ? Notice : Warning;
}

}  // namespace

void write_findings_github(std::ostream& out, const FindingsReport& report) {
  static constexpr std::array<std::string_view, 3> kNames = {"error", "warning", "notice"};
  // GitHub shows ten of each kind for a step.
  constexpr std::size_t kMost = 10;
  std::array<std::size_t, 3> all{};
  for (const Finding& each : report.findings) ++all[log_level(each.severity)];
  for (const audit::Unchecked& each : report.unchecked) {
    (void)each;
    ++all[Error];
  }
  std::array<std::size_t, 3> written{};
  // The last of those that are shown tells of those that are not.
  const auto has_room = [&](Level level) {
    ++written[level];
    return all[level] <= kMost || written[level] < kMost;
  };
  for (const audit::Unchecked& each : report.unchecked) {
    if (!has_room(Error)) continue;
    out << "::error title=" << github_property(each.check->id)
        << "::" << github_data("not checked: " + printable(each.why)) << "\n";
  }
  for (const Finding& each : report.findings) {
    const Level level = log_level(each.severity);
    if (!has_room(level)) continue;
    out << "::" << kNames[level] << " ";
    if (const auto spot = spot_of(report, place_of(each)); spot && spot->is_file) {
      out << fmt::format("file={},line={},col={},endColumn={},",
                         github_property(printable(spot->path)), spot->line, spot->column,
                         spot->end_column);
    }
    const std::string title =
        fmt::format("{}: {}", audit::name_of(each.severity), each.check->title);
    out << "title=" << github_property(printable(title))
        << "::" << github_data(words_of(report, each)) << "\n";
  }
  for (const Level level : {Error, Warning, Notice}) {
    if (all[level] <= kMost) continue;
    out << fmt::format("::{} title=polreach {}::{} more that are not shown here\n", kNames[level],
                       github_property(report.command), all[level] - (kMost - 1));
  }
  out << summary(report);
}

void write_findings_azure(std::ostream& out, const FindingsReport& report) {
  constexpr std::size_t kMost = 50;
  const auto issue = [&](std::string_view type, const std::optional<Spot>& spot,
                         std::string_view code, const std::string& words) {
    out << "##vso[task.logissue type=" << type << ";";
    if (spot && spot->is_file) {
      out << fmt::format("sourcepath={};linenumber={};columnnumber={};",
                         azure_property(printable(spot->path)), spot->line, spot->column);
    }
    out << "code=" << azure_property(code) << ";]" << azure_data(words) << "\n";
  };
  for (const audit::Unchecked& each : report.unchecked) {
    issue("error", std::nullopt, each.check->id, "not checked: " + printable(each.why));
  }
  std::size_t written = 0;
  for (const Finding& each : report.findings) {
    if (++written > kMost) break;
    issue(log_level(each.severity) == Error ? "error" : "warning", spot_of(report, place_of(each)),
          each.check->id, words_of(report, each));
  }
  if (report.findings.size() > kMost) {
    issue("warning", std::nullopt, "polreach",
          fmt::format("{} more findings that are not shown here", report.findings.size() - kMost));
  }
  out << summary(report);
}

}  // namespace polreach::cli
