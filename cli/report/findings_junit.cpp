// SPDX-License-Identifier: Apache-2.0
// The JUnit XML that Jenkins, GitLab and Azure Pipelines read: a test case for each check.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/report/findings_common.h"

namespace polreach::cli {

namespace audit = solver::audit;

using audit::Finding;

namespace {

/// The length of the character at the start, decoded into `code`; 0 where it is none.
std::size_t decode(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    code = first;
    return 1;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || length > text.size()) return 0;
  code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  static constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return code < kLeast[length] ? 0 : length;
}

/// Char of XML 1.0.
bool is_xml(std::uint32_t code) {
  return code == 0x9 || code == 0xA || (code >= 0x20 && code <= 0xD7FF) ||
         (code >= 0xE000 && code <= 0xFFFD) || (code >= 0x10000 && code <= 0x10FFFF);
}

/// Text for content and for attributes in double quotes. What XML has no character for is shown as
/// U+FFFD.
std::string xml(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t length = decode(text, code);
    if (length == 0 || !is_xml(code)) {
      result += "\xEF\xBF\xBD";
    } else if (code == '&') {
      result += "&amp;";
    } else if (code == '<') {
      result += "&lt;";
    } else if (code == '>') {
      result += "&gt;";
    } else if (code == '"') {
      result += "&quot;";
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

class JunitWriter {
 public:
  JunitWriter(std::ostream& out, const FindingsReport& report) : out_(out), report_(report) {
    for (const Finding& each : report.findings) found_[each.check].push_back(&each);
    for (const audit::Unchecked& each : report.unchecked) {
      std::string& why = unchecked_[each.check];
      why += (why.empty() ? "not checked: " : "; ") + printable(each.why);
    }
  }

  void all() {
    const auto& checks = report_.checks;
    const auto failures = std::count_if(checks.begin(), checks.end(),
                                        [&](const audit::Check* each) { return fails(each); });
    const auto errors = std::count_if(checks.begin(), checks.end(), [&](const audit::Check* each) {
      return !fails(each) && unchecked_.contains(each);
    });
    const std::string numbers = fmt::format(
        "name=\"polreach {}\" tests=\"{}\" failures=\"{}\" "
        "errors=\"{}\"",
        xml(report_.command), checks.size(), failures, errors);
    out_ << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " << numbers
         << ">\n  <testsuite " << numbers << " skipped=\"0\">\n";
    for (const audit::Check* const each : checks) test_case(each);
    out_ << "  </testsuite>\n</testsuites>\n";
  }

 private:
  [[nodiscard]] bool fails(const audit::Check* check) const {
    const auto found = found_.find(check);
    return found != found_.end() && report_.fail_on &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const Finding* each) { return each->severity <= *report_.fail_on; });
  }

  void test_case(const audit::Check* check) {
    out_ << fmt::format("    <testcase classname=\"polreach.{}\" name=\"{}\"", xml(report_.command),
                        xml(std::string(check->id) + ": " + printable(check->title)));
    const auto found = found_.find(check);
    const auto unchecked = unchecked_.find(check);
    if (found == found_.end() && unchecked == unchecked_.end()) {
      out_ << "/>\n";
      return;
    }
    out_ << ">\n";
    if (fails(check)) {
      const auto& all = found->second;
      const std::string message =
          all.size() == 1 ? headline(*all[0]) : counted(all.size(), "finding");
      out_ << fmt::format("      <failure message=\"{}\" type=\"{}\">", xml(message),
                          audit::name_of(all[0]->severity));
      for (const Finding* const each : all) out_ << xml(text_of(*each));
      out_ << "</failure>\n";
    } else if (unchecked != unchecked_.end()) {
      const std::string why = xml(unchecked->second);
      out_ << "      <error message=\"" << why << "\" type=\"unchecked\">" << why << "</error>\n";
    }
    if (found != found_.end() && !fails(check)) {
      out_ << "      <system-out>";
      for (const Finding* const each : found->second) out_ << xml(text_of(*each));
      out_ << "</system-out>\n";
    }
    out_ << "    </testcase>\n";
  }

  [[nodiscard]] std::string text_of(const Finding& finding) const {
    const source::Span where = place_of(finding);
    std::string text = where.exists() ? printable(report_.sources.place(where)) + ": " : "";
    text += std::string(audit::name_of(finding.severity)) + ": " + headline(finding) + "\n";
    for (const std::string& line : details_of(report_, finding)) text += "  " + line + "\n";
    return text;
  }

  std::ostream& out_;
  const FindingsReport& report_;
  std::map<const audit::Check*, std::vector<const Finding*>> found_;
  std::map<const audit::Check*, std::string> unchecked_;  // why
};

}  // namespace

void write_findings_junit(std::ostream& out, const FindingsReport& report) {
  JunitWriter(out, report).all();
}

}  // namespace polreach::cli
