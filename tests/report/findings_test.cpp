// SPDX-License-Identifier: Apache-2.0
// What each format makes of findings. The files of tests/report/findings hold one of each, read and
// approved by a person against the definition of the format; tests/docs/validate_schemas.py
// validates them. POLREACH_UPDATE_GOLDEN rewrites them.
#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/report/findings_common.h"
#include "tests/report/made_up.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using support::MadeUp;

const std::vector<std::string> kFormats = {"text",  "json",   "md",     "sarif",
                                           "junit", "github", "gitlab", "azure"};

/// Names that drive what reads the formats, as far as one of them knows how.
const std::vector<std::string> kHostile = {
    "a\n::error file=x::owned",
    "##vso[task.setvariable variable=a]b",
    "##[add-path]/tmp",
    "]]><script>alert('1')</script>\"&",
    "\x1b[31m\x07\x01\x7f",
    "broken \xff\xfe\xc3",
    "not for XML: \xEF\xBF\xBE \xED\xA0\x80",
    "@team [link](https://example.com) `code` | ``` <!--",
    "100% %0A;,:=]\r\n",
    "{0} {{x}}",
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

rapidjson::Document parsed(const std::string& text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.c_str());
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::filesystem::path golden(const std::string& format) {
  return support::source_folder() / "tests/report/findings" / ("audit." + format);
}

}  // namespace

TEST_CASE("findings: each format as it was approved") {
  MadeUp made_up;
  made_up.fill();
  for (const std::string& format : kFormats) {
    CAPTURE(format);
    const std::string text = made_up.written(format);
    if (std::getenv("POLREACH_UPDATE_GOLDEN") != nullptr) {
      std::ofstream(golden(format), std::ios::binary) << text;
    }
    CHECK(text == support::content_of(golden(format)));
  }
}

TEST_CASE("findings: a name does nothing to what reads them") {
  for (const std::string& name : kHostile) {
    CAPTURE(name);
    MadeUp made_up;
    made_up.fill_with(name);
    for (const std::string& format : kFormats) {
      CAPTURE(format);
      const std::string text = made_up.written(format);
      const bool is_json = format == "json" || format == "sarif" || format == "gitlab";
      // No control characters but line ends, whatever the format.
      CHECK(std::none_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
      }));
      if (is_json) {
        parsed(text);
        continue;
      }
      for (const std::string& line : lines_of(text)) {
        if (format != "github") CHECK_FALSE(line.starts_with("::"));
        // Azure Pipelines looks anywhere in a line.
        const std::size_t own =
            format == "azure" && line.starts_with("##vso[task.logissue ") ? 1 : 0;
        CHECK(line.find("##vso[", own) == std::string::npos);
        CHECK(line.find("##[") == std::string::npos);
      }
      if (format == "github") CHECK_FALSE(contains(text, "\n::error file=x"));
      if (format == "md") {
        const std::size_t code = text.find("```");
        const std::string prose = text.substr(0, code);
        for (std::size_t at = prose.find("<script"); at != std::string::npos;
             at = prose.find("<script", at + 1)) {
          CHECK(prose[at - 1] == '\\');
        }
        CHECK_FALSE(contains(prose, "@team"));
      }
      if (format == "junit") {
        CHECK_FALSE(contains(text, "<script"));
        CHECK_FALSE(contains(text, "\xEF\xBF\xBE"));
        CHECK_FALSE(contains(text, "\xED\xA0\x80"));
      }
    }
  }
}

TEST_CASE("findings: GitHub's escapes") {
  MadeUp made_up;
  made_up.fill_with("a,b:c%\nd");
  const std::string text = made_up.written("github");
  // printable() has made the line end visible before.
  CHECK(contains(text, "::error file=a%2Cb%3Ac%25\\x0ad,line=1,col=1,endColumn=7,title="));
  CHECK(contains(text, "::a,b:c%25\\x0ad%0A"));
}

TEST_CASE("findings: escapes of Azure Pipelines") {
  MadeUp made_up;
  made_up.fill_with("a;b]c%d");
  CHECK(contains(made_up.written("azure"),
                 "##vso[task.logissue type=error;sourcepath=a%3Bb%5Dc%AZP25d;linenumber=1;"
                 "columnnumber=1;code=open-to-all;]a;b]c%AZP25d%0A"));
}

TEST_CASE("findings: what GitHub would not show is counted") {
  MadeUp made_up;
  made_up.fill();
  made_up.unchecked.clear();
  const auto first = made_up.findings[1];
  made_up.findings.clear();
  for (int i = 0; i < 25; ++i) made_up.findings.push_back(first);
  const std::string text = made_up.written("github");
  const auto lines = lines_of(text);
  CHECK(std::count_if(lines.begin(), lines.end(),
                      [](const std::string& line) { return line.starts_with("::error"); }) == 10);
  CHECK(contains(text, "::error title=polreach audit::16 more that are not shown here\n"));
}

TEST_CASE("findings: ten of a kind are all shown") {
  MadeUp made_up;
  made_up.fill();
  made_up.unchecked.clear();
  const auto first = made_up.findings[1];
  made_up.findings.assign(10, first);
  CHECK_FALSE(contains(made_up.written("github"), "more that are not shown"));
}

TEST_CASE("findings: what the message names is not told again") {
  solver::audit::Finding finding;
  finding.subject = "Namespace shop";
  finding.message = "no policy selects shop/api and 2 more";
  finding.also = {"Deployment shop/api", "Deployment shop/api-v2", "Pod shop/web",
                  "Namespace shop"};
  CHECK(cli::also_text(finding, 5) == "Deployment shop/api-v2, Pod shop/web");
  CHECK(cli::also_text(finding, 1) == "Deployment shop/api-v2 and 1 more");
  finding.also = {"Deployment shop/api"};
  CHECK(cli::also_text(finding, 5).empty());
}

TEST_CASE("findings: fingerprints are unique, and do not move with places") {
  MadeUp made_up;
  made_up.fill();
  MadeUp moved;
  (void)moved.sources.add("other.yaml", source::Text::own("\n\n"));
  moved.fill();
  for (auto& finding : moved.findings) finding.where.begin += 1;
  const auto print = [](const rapidjson::Document& sarif, rapidjson::SizeType i) {
    return std::string(
        sarif["runs"][0]["results"][i]["partialFingerprints"]["polreachFinding/v1"].GetString());
  };
  const auto a = parsed(made_up.written("sarif"));
  const auto b = parsed(moved.written("sarif"));
  for (rapidjson::SizeType i = 0; i < 5; ++i) CHECK(print(a, i) == print(b, i));

  made_up.findings.push_back(made_up.findings.back());
  const auto gitlab = parsed(made_up.written("gitlab"));
  std::vector<std::string> prints;
  for (const auto& issue : gitlab.GetArray()) prints.emplace_back(issue["fingerprint"].GetString());
  std::sort(prints.begin(), prints.end());
  CHECK(std::adjacent_find(prints.begin(), prints.end()) == prints.end());
}

TEST_CASE("findings: a check that several things kept from an answer is one test case") {
  MadeUp made_up;
  made_up.fill();
  made_up.unchecked.push_back({&MadeUp::kUnanswered, "and this"});
  const std::string junit = made_up.written("junit");
  CHECK(contains(junit, "errors=\"1\""));
  CHECK(contains(junit, "not checked: the budget of 10 steps ran out; and this"));
  const auto gitlab = parsed(made_up.written("gitlab"));
  CHECK(gitlab[5]["fingerprint"] == "unchecked-unanswered");
  CHECK(gitlab[6]["fingerprint"] == "unchecked-unanswered-2");
}

TEST_CASE("findings: columns of pipelines are characters") {
  MadeUp made_up;
  made_up.fill();
  const auto sarif = parsed(made_up.written("sarif"));
  const auto& region = sarif["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"];
  // metadata: {name: wéb: the name starts at character 18 and has 3 characters.
  CHECK(region["startLine"].GetInt() == 5);
  CHECK(region["startColumn"].GetInt() == 18);
  CHECK(region["endColumn"].GetInt() == 21);
}

TEST_CASE("findings: paths are URIs, relative to the work tree") {
  MadeUp made_up;
  const auto here = (std::filesystem::current_path() / "k8s" / "a b#c.yaml").string();
  made_up.fill_with("x");
  const auto file = made_up.sources.add(here, source::Text::own("a: 1\n"));
  const auto outside = made_up.sources.add("/elsewhere/a.yaml", source::Text::own("a: 1\n"));
  const auto in = made_up.sources.add("<stdin>", source::Text::own("a: 1\n"));
  const auto uri = [&](source::FileId of) -> std::string {
    made_up.findings[0].where = {of, 0, 1};
    const auto sarif = parsed(made_up.written("sarif"));
    const auto& location = sarif["runs"][0]["results"][0]["locations"][0];
    if (!location.HasMember("physicalLocation")) return "(none)";
    return location["physicalLocation"]["artifactLocation"]["uri"].GetString();
  };
  CHECK(uri(file) == "k8s/a%20b%23c.yaml");
  CHECK(uri(outside) == "file:///elsewhere/a.yaml");
  CHECK(uri(in) == "(none)");
}

TEST_CASE("findings: files of a revision are those of the work tree") {
  MadeUp made_up;
  const auto file = made_up.sources.add("main:k8s/a.yaml", source::Text::own("a: 1\n"));
  made_up.fill_with("x");
  made_up.findings[0].where = {file, 0, 1};
  cli::FindingsReport report = made_up.report();
  report.revision = "main";
  std::ostringstream out;
  REQUIRE(cli::write_findings(out, "gitlab", cli::Style(false), report, false));
  const auto issues = parsed(out.str());
  CHECK(issues[0]["location"]["path"].GetString() == std::string("k8s/a.yaml"));
}

TEST_CASE("findings: nothing found") {
  const MadeUp made_up;
  const std::string text = made_up.written("text");
  CHECK(contains(text, "no findings\n  7 checks\n"));
  CHECK(parsed(made_up.written("gitlab")).Empty());
  CHECK(parsed(made_up.written("sarif"))["runs"][0]["results"].Empty());
  CHECK(contains(made_up.written("junit"), "tests=\"7\" failures=\"0\" errors=\"0\""));
  CHECK(made_up.written("csv") == "(refused)");
}

TEST_CASE("findings: a comment on a pull request stays within its bounds") {
  MadeUp made_up;
  made_up.fill();
  const auto first = made_up.findings[1];
  for (int i = 0; i < 500; ++i) made_up.findings.push_back(first);
  const std::string text = made_up.written("md");
  CHECK(text.size() < 65'536);
  CHECK(contains(text, "| | and 455 more | |\n"));
  CHECK(contains(text, "are left out here."));
}

TEST_CASE("findings: what does not count fails no test case") {
  MadeUp made_up;
  made_up.fill();
  made_up.unchecked.clear();
  cli::FindingsReport report = made_up.report();
  const auto junit = [&] {
    std::ostringstream out;
    REQUIRE(cli::write_findings(out, "junit", cli::Style(false), report, false));
    return out.str();
  };
  CHECK(contains(junit(), "failures=\"4\""));
  report.fail_on = solver::audit::Severity::High;
  CHECK(contains(junit(), "failures=\"2\""));
  report.fail_on.reset();
  CHECK(contains(junit(), "failures=\"0\""));
}

}  // namespace polreach
