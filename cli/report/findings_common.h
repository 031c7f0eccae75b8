// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/findings_report.h"

/// What the formats of findings have in common, so that all of them say the same.
namespace polreach::cli {

/// A place as pipelines name it: a file of the work tree, lines and columns from 1, columns in
/// characters (Unicode code points).
struct Spot {
  std::string path;     // relative to the current folder where the file is below it, with '/'
  bool is_file = true;  // false: standard input, or what a renderer wrote
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::uint32_t end_column = 1;  // behind the last character, in the same line
};

/// Nothing for a place that does not exist.
[[nodiscard]] std::optional<Spot> spot_of(const FindingsReport& report, const source::Span& where);

/// Where a finding is shown: its place, else that of its first cause that has one.
[[nodiscard]] source::Span place_of(const solver::audit::Finding& finding);

/// "Deployment shop/web: any pod can connect": one line, nothing in it that drives a terminal.
[[nodiscard]] std::string headline(const solver::audit::Finding& finding);

/// What to do: of the finding, else of its check.
[[nodiscard]] std::string remedy_of(const solver::audit::Finding& finding);

/// All that there is to say of a finding below its headline, as lines of plain text.
[[nodiscard]] std::vector<std::string> details_of(const FindingsReport& report,
                                                  const solver::audit::Finding& finding);

/// How many objects a finding is about besides those that its message names or counts.
[[nodiscard]] std::size_t unsaid(const solver::audit::Finding& finding);
/// "Deployment shop/api, Deployment shop/cart and 5 more": those that the message does not name.
/// Empty where there are none.
[[nodiscard]] std::string also_text(const solver::audit::Finding& finding, std::size_t most);

/// The lines of a text (YAML), each made printable.
[[nodiscard]] std::vector<std::string> printable_lines(const std::string& text);

/// Of each finding, in order; two that would be the same are told apart by a number.
[[nodiscard]] std::vector<std::string> fingerprints_of(
    const std::vector<solver::audit::Finding>& findings);

/// How many of each severity.
using SeverityCounts = std::array<std::size_t, 5>;
[[nodiscard]] SeverityCounts count(const std::vector<solver::audit::Finding>& findings);

/// "3 findings: 1 critical, 2 high"; "no findings".
[[nodiscard]] std::string findings_text(const FindingsReport& report);
/// "2 suppressed, 4 known, 1 of the baseline no longer stands"; may be empty.
[[nodiscard]] std::string beside_text(const FindingsReport& report);

/// "1 check", "2 checks"
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

// Each format. What it writes is complete, or nothing.
void write_findings_text(std::ostream& out, const Style& style, const FindingsReport& report,
                         bool quiet);
void write_findings_json(std::ostream& out, const FindingsReport& report);
void write_findings_markdown(std::ostream& out, const FindingsReport& report);
void write_findings_sarif(std::ostream& out, const FindingsReport& report);
void write_findings_junit(std::ostream& out, const FindingsReport& report);
void write_findings_github(std::ostream& out, const FindingsReport& report);
void write_findings_gitlab(std::ostream& out, const FindingsReport& report);
void write_findings_azure(std::ostream& out, const FindingsReport& report);

}  // namespace polreach::cli
