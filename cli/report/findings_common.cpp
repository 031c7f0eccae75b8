// SPDX-License-Identifier: Apache-2.0
#include "cli/report/findings_common.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "policies/source/excerpt.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;

namespace {

namespace fs = std::filesystem;

/// Characters in UTF-8; of other bytes, the bytes.
std::uint32_t characters(std::string_view text) {
  if (!is_utf8(text)) return static_cast<std::uint32_t>(text.size());
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// A file is named as it was given: pipelines want it from where they run.
std::string relative_name(std::string_view name) {
  const fs::path given = fs::path(name).lexically_normal();
  if (!given.is_absolute()) return given.generic_string();
  std::error_code error;
  const fs::path folder = fs::current_path(error);
  if (error) return given.generic_string();
  const fs::path relative = given.lexically_relative(folder);
  const bool below = !relative.empty() && *relative.begin() != "..";
  return (below ? relative : given).generic_string();
}

}  // namespace

std::optional<Spot> spot_of(const FindingsReport& report, const source::Span& where) {
  if (!where.exists()) return std::nullopt;
  std::string_view name = report.sources.name(where.file);
  Spot spot;
  spot.is_file = !name.starts_with("<");
  const std::string prefix = report.revision + ":";
  if (!report.revision.empty() && name.starts_with(prefix)) {
    spot.path = name.substr(prefix.size());
  } else {
    spot.path = spot.is_file ? relative_name(name) : std::string(name);
  }
  const source::Location location = report.sources.location(where);
  spot.line = location.line;
  if (const source::Excerpt* kept = source::excerpt_of(report.sources.text(where.file))) {
    const source::KeptWidth width = kept->width_of(where).value_or(source::KeptWidth{});
    spot.column = width.before + 1;
    spot.end_column = spot.column + std::max(1U, width.inside);
    return spot;
  }
  // Columns of the sources are bytes, and their line may be cut.
  const std::string_view bytes = report.sources.bytes(where.file);
  const std::size_t begin = std::min<std::size_t>(where.begin, bytes.size());
  const std::string_view before = bytes.substr(begin - (location.column - 1), location.column - 1);
  const std::size_t line_end = std::min(bytes.find_first_of("\r\n", begin), bytes.size());
  const std::size_t end = std::clamp<std::size_t>(where.end, begin, line_end);
  spot.column = characters(before) + 1;
  spot.end_column = spot.column + std::max(1U, characters(bytes.substr(begin, end - begin)));
  return spot;
}

source::Span place_of(const Finding& finding) {
  if (finding.where.exists()) return finding.where;
  for (const audit::Cause& cause : finding.causes) {
    if (cause.where.exists()) return cause.where;
  }
  return source::Span::none();
}

std::string headline(const Finding& finding) {
  const bool says_subject =
      finding.subject.empty() || finding.message.find(finding.subject) != std::string::npos;
  return printable(says_subject ? finding.message : finding.subject + ": " + finding.message);
}

std::string remedy_of(const Finding& finding) {
  return printable(finding.remedy.empty() ? finding.check->remedy : finding.remedy);
}

std::vector<std::string> details_of(const FindingsReport& report, const Finding& finding) {
  std::vector<std::string> lines;
  if (const std::string also = also_text(finding, finding.also.size()); !also.empty()) {
    lines.push_back("Also: " + also);
  }
  for (const audit::Cause& cause : finding.causes) {
    std::string line = printable(cause.text);
    if (cause.where.exists()) line += " (" + printable(report.sources.place(cause.where)) + ")";
    lines.push_back(std::move(line));
  }
  if (finding.example) {
    lines.push_back("For example: " + printable(finding.example->source) + " to " +
                    printable(finding.example->destination) + ", " +
                    printable(finding.example->packet));
  }
  if (!finding.certain) {
    std::string line = "Not certain: it depends on what the input leaves open";
    for (const auto& assumption : finding.rests_on) {
      line += "; " + std::string(assumption.id) + ": " + printable(assumption.text);
    }
    lines.push_back(std::move(line));
  }
  if (const std::string remedy = remedy_of(finding); !remedy.empty()) {
    lines.push_back("What to do: " + remedy);
  }
  return lines;
}

namespace {

/// Whether the message speaks of an object: "Pod shop/web" is named where "shop/web" stands alone.
bool names(const std::string& message, const std::string& object) {
  const std::string name = object.substr(object.rfind(' ') + 1);
  const auto goes_on = [&](std::size_t at) {
    if (at >= message.size()) return false;
    const char c = message[at];
    return c == '-' || c == '/' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  };
  for (std::size_t at = message.find(name); at != std::string::npos;
       at = message.find(name, at + 1)) {
    if ((at == 0 || !goes_on(at - 1)) && !goes_on(at + name.size())) return true;
  }
  return false;
}

}  // namespace

std::size_t unsaid(const Finding& finding) {
  const std::string& message = finding.message;
  const auto& also = finding.also;
  const std::string count = std::to_string(also.size());
  const bool counts = message.find(count + " workload") != std::string::npos ||
                      message.find(count + " polic") != std::string::npos;
  // "shop/a, shop/b and 3 more" says how many there are.
  const bool names_one = std::any_of(also.begin(), also.end(),
                                     [&](const std::string& each) { return names(message, each); });
  return counts || names_one ? 0 : also.size();
}

std::string also_text(const Finding& finding, std::size_t most) {
  std::vector<std::string> others;
  for (const std::string& each : finding.also) {
    if (each != finding.subject && !names(finding.message, each)) others.push_back(each);
  }
  std::string text;
  const std::size_t shown = std::min(most, others.size());
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + printable(others[i]);
  if (shown < others.size()) text += fmt::format(" and {} more", others.size() - shown);
  return text;
}

std::vector<std::string> printable_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(printable(line));
  return lines;
}

std::vector<std::string> fingerprints_of(const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  std::map<std::string, std::size_t> seen;
  for (const Finding& finding : findings) {
    std::string print = audit::fingerprint(finding);
    const std::size_t before = seen[print]++;
    if (before > 0) print += fmt::format("-{}", before + 1);
    result.push_back(std::move(print));
  }
  return result;
}

SeverityCounts count(const std::vector<Finding>& findings) {
  SeverityCounts counts{};
  for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.severity)];
  return counts;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string findings_text(const FindingsReport& report) {
  if (report.findings.empty()) return report.known > 0 ? "no new findings" : "no findings";
  std::string text = counted(report.findings.size(), report.known > 0 ? "new finding" : "finding");
  const SeverityCounts counts = count(report.findings);
  std::string_view separator = ": ";
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    text += fmt::format("{}{} {}", separator, counts[i],
                        audit::name_of(static_cast<audit::Severity>(i)));
    separator = ", ";
  }
  return text;
}

std::string beside_text(const FindingsReport& report) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
  };
  add(report.suppressed.size(), "suppressed");
  add(report.known, "known before");
  add(report.gone,
      report.gone == 1 ? "of the baseline no longer stands" : "of the baseline no longer stand");
  add(report.hidden, "less severe and not shown");
  return text;
}

source::Result<void> write_findings(std::ostream& out, const std::string& format,
                                    const Style& style, const FindingsReport& report, bool quiet) {
  if (format == "text") {
    write_findings_text(out, style, report, quiet);
  } else if (format == "json") {
    write_findings_json(out, report);
  } else if (format == "md") {
    write_findings_markdown(out, report);
  } else if (format == "sarif") {
    write_findings_sarif(out, report);
  } else if (format == "junit") {
    write_findings_junit(out, report);
  } else if (format == "github") {
    write_findings_github(out, report);
  } else if (format == "gitlab") {
    write_findings_gitlab(out, report);
  } else if (format == "azure") {
    write_findings_azure(out, report);
  } else {
    return source::failure("findings cannot be written as " + format);
  }
  return {};
}

}  // namespace polreach::cli
