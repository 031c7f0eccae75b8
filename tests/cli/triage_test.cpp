// SPDX-License-Identifier: Apache-2.0
#include "cli/triage.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/baseline.h"
#include "tests/report/made_up.h"

namespace polreach {
namespace {

using cli::Suppression;
using cli::Triage;
using cli::Triaged;
using solver::audit::Finding;
using solver::audit::Severity;
using support::MadeUp;

Finding finding(const std::string& subject, std::vector<std::string> also = {}) {
  Finding result;
  result.check = &MadeUp::kOpenToAll;
  result.severity = Severity::High;
  result.subject = subject;
  result.message = "any pod can connect";
  result.also = std::move(also);
  result.example.emplace();
  return result;
}

cli::AuditRun run_of(std::vector<Finding> findings) {
  cli::AuditRun run;
  run.checks = {&MadeUp::kOpenToAll, &MadeUp::kDeadRule};
  run.findings = std::move(findings);
  return run;
}

Suppression suppression(const std::string& subject, const std::string& check = "open-to-all") {
  Suppression result;
  result.check = check;
  result.subject = subject;
  result.reason = "because";
  result.where = {source::FileId{0}, 0, 1};
  return result;
}

cli::Date day(const char* text) { return *cli::parse_date(text); }

}  // namespace

TEST_CASE("triage: nothing is said, nothing is changed") {
  const Triaged result = triage(run_of({finding("Deployment shop/web")}), {});
  CHECK(result.findings.size() == 1);
  CHECK(result.suppressed.empty());
  CHECK(result.found.size() == 1);
  CHECK(result.known_findings + result.gone + result.hidden == 0);
  CHECK(result.warnings.empty());
}

TEST_CASE("triage: a suppression takes the finding and says why") {
  Triage how;
  how.suppressions = {suppression("deployment shop/w*")};
  const Triaged result =
      triage(run_of({finding("Deployment shop/web"), finding("Deployment shop/db")}), how);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].subject == "Deployment shop/db");
  REQUIRE(result.suppressed.size() == 1);
  CHECK(result.suppressed[0].reason == "because");
  // Who looks for what stands now does not count it.
  CHECK(result.found.size() == 1);
  CHECK(result.warnings.empty());
}

TEST_CASE("triage: what concerns several objects stays for those that nobody spoke of") {
  const auto run =
      run_of({finding("Deployment shop/a", {"Deployment shop/b", "Deployment shop/c"})});
  Triage how;
  how.place = [](const std::string& object) {
    return object == "Deployment shop/b" ? source::Span{source::FileId{7}, 1, 2}
                                         : source::Span::none();
  };
  how.suppressions = {suppression("Deployment shop/b")};
  Triaged result = triage(run, how);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].subject == "Deployment shop/a");
  CHECK(result.findings[0].also == std::vector<std::string>{"Deployment shop/c"});
  CHECK(result.suppressed.empty());

  how.suppressions = {suppression("Deployment shop/a")};
  result = triage(run, how);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].subject == "Deployment shop/b");
  CHECK(result.findings[0].where == source::Span{source::FileId{7}, 1, 2});
  CHECK(result.findings[0].also == std::vector<std::string>{"Deployment shop/c"});
  // The packet was one to the other object.
  CHECK_FALSE(result.findings[0].example.has_value());

  how.suppressions = {suppression("Deployment shop/*")};
  result = triage(run, how);
  CHECK(result.findings.empty());
  CHECK(result.suppressed.size() == 1);
}

TEST_CASE("triage: a sentence that names the first object is not said of another") {
  Finding named = finding("Deployment shop/a", {"Deployment shop/b"});
  named.message = "any pod can connect to shop/a";
  Triage how;
  how.place = [](const std::string&) { return source::Span::none(); };
  how.suppressions = {suppression("Deployment shop/a")};
  const Triaged result = triage(run_of({named}), how);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].subject == "Deployment shop/a");
  CHECK(result.findings[0].also == std::vector<std::string>{"Deployment shop/b"});
}

TEST_CASE("triage: a suppression holds through its last day, and is then reported") {
  const auto run = run_of({finding("Deployment shop/web")});
  Triage how;
  how.suppressions = {suppression("Deployment shop/web")};
  how.suppressions[0].expires = day("2026-12-31");
  how.today = day("2026-12-31");
  CHECK(triage(run, how).findings.empty());
  how.today = day("2027-01-01");
  const Triaged late = triage(run, how);
  CHECK(late.findings.size() == 1);
  CHECK(late.suppressed.empty());
  REQUIRE(late.warnings.size() == 1);
  CHECK(late.warnings[0].code == "expired-suppression");
  CHECK(late.warnings[0].where == how.suppressions[0].where);
}

TEST_CASE("triage: a suppression that nothing needs is reported, unless its check was not made") {
  Triage how;
  how.suppressions = {suppression("Deployment shop/nobody"), suppression("", "passed")};
  Triaged result = triage(run_of({finding("Deployment shop/web")}), how);
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].code == "unused-suppression");

  auto run = run_of({});
  run.unchecked.push_back({&MadeUp::kOpenToAll, "too large"});
  CHECK(triage(run, how).warnings.empty());
}

TEST_CASE("triage: what stands beside an object holds for it and its parts") {
  Triage how;
  how.suppressions = {suppression("Deployment shop/Web"), suppression("Deployment shop/we")};
  for (Suppression& each : how.suppressions) each.whole_object = true;
  const Triaged result =
      triage(run_of({finding("Deployment shop/web"), finding("Deployment shop/web container a"),
                     finding("Deployment shop/web/a"), finding("Deployment shop/web-2"),
                     finding("StatefulSet shop/web")}),
             how);
  CHECK(result.suppressed.size() == 3);
  REQUIRE(result.findings.size() == 2);
  CHECK(result.findings[0].subject == "Deployment shop/web-2");
  CHECK(result.findings[1].subject == "StatefulSet shop/web");
  CHECK(result.warnings.size() == 1);  // shop/we
}

TEST_CASE("triage: ten thousand of each are no matter") {
  std::vector<Finding> findings;
  Triage how;
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = "Deployment shop/web-" + std::to_string(i);
    findings.push_back(finding(name));
    how.suppressions.push_back(suppression(name));
    how.suppressions.back().whole_object = true;
  }
  const Triaged result = triage(run_of(std::move(findings)), how);
  CHECK(result.findings.empty());
  CHECK(result.suppressed.size() == 10'000);
  CHECK(result.warnings.empty());
}

TEST_CASE("triage: severities, and what is not severe enough") {
  Triage how;
  how.severities = {{"open-to-all", Severity::Low}};
  how.shown = Severity::Medium;
  Triaged result = triage(run_of({finding("Deployment shop/web")}), how);
  CHECK(result.findings.empty());
  CHECK(result.hidden == 1);
  CHECK(result.found.size() == 1);
  how.shown = Severity::Low;
  result = triage(run_of({finding("Deployment shop/web")}), how);
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].severity == Severity::Low);
}

TEST_CASE("triage: a baseline knows objects one by one") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("polreach-baseline-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "base.json").string();
  const auto keep = [&](const std::string& text) { std::ofstream(file) << text; };

  const Triaged before = triage(
      run_of({finding("Deployment shop/b", {"Deployment shop/c"}), finding("Service x/y")}), {});
  keep(cli::baseline_text(before.found));
  Triage how;
  auto known = cli::read_baseline(file);
  REQUIRE(known);
  CHECK(known->size() == 3);
  how.baseline = *known;

  // The same again, though another object is now the first: it alone is new.
  const auto grown =
      run_of({finding("Deployment shop/a", {"Deployment shop/b", "Deployment shop/c"})});
  const Triaged after = triage(grown, how);
  REQUIRE(after.findings.size() == 1);
  CHECK(after.findings[0].subject == "Deployment shop/a");
  CHECK(after.findings[0].also.empty());
  CHECK(after.known.size() == 2);
  CHECK(after.known_findings == 0);
  CHECK(after.gone == 1);  // Service x/y

  const Triaged same = triage(run_of({finding("Deployment shop/c")}), how);
  CHECK(same.findings.empty());
  CHECK(same.known_findings == 1);
  CHECK(same.gone == 2);

  // What a run wrote as JSON is a baseline too, with what it knew before.
  MadeUp made_up;
  made_up.findings = {finding("Deployment shop/new", {"Deployment shop/newer"})};
  cli::FindingsReport report = made_up.report();
  report.known_entries = before.found;
  std::ofstream out(file);
  REQUIRE(cli::write_findings(out, "json", cli::Style(false), report, false));
  out.close();
  known = cli::read_baseline(file);
  REQUIRE(known);
  CHECK(known->size() == 5);

  for (const char* wrong :
       {"", "{}", "[]", "{\"schema\": \"polreach.findings/v1\", \"verdict\": null}",
        "{\"schema\": 1",
        "{\"schema\": \"polreach.baseline/v1\", \"findings\": [{\"check\": \"a\"}]}",
        "{\"schema\": \"polreach.baseline/v1\", \"findings\": [7]}",
        "{\"schema\": \"polreach.baseline/v1\", \"findings\": {}}"}) {
    CAPTURE(wrong);
    keep(wrong);
    CHECK_FALSE(cli::read_baseline(file));
  }
  std::filesystem::remove_all(folder);
  CHECK_FALSE(cli::read_baseline(file));
}

TEST_CASE("suppressions: what a text beside an object says") {
  source::Diagnostics problems;
  const source::Span where{source::FileId{0}, 3, 9};
  const auto read = [&](const std::string& text) {
    problems = {};
    return cli::read_suppressions(text, "Deployment shop/web", where, problems);
  };
  auto said = read("open-to-all: a public site: see docs");
  REQUIRE(said.size() == 1);
  CHECK(said[0].check == "open-to-all");
  CHECK(said[0].reason == "a public site: see docs");
  CHECK_FALSE(said[0].expires.has_value());

  said = read(
      "open-to-all, dead-rule: until the site moves until 2027-01-31\n\nother: x until spring");
  REQUIRE(said.size() == 3);
  CHECK(said[1].check == "dead-rule");
  CHECK(said[1].reason == "until the site moves");
  CHECK(cli::to_string(*said[1].expires) == "2027-01-31");
  CHECK(said[2].reason == "x until spring");
  CHECK_FALSE(said[2].expires.has_value());

  for (const char* wrong : {"", "open-to-all", "open-to-all:", "open-to-all:  ", ": reason",
                            "open-to-all: until 2027-01-31", "open-to-all: x until 2027-13-01"}) {
    CAPTURE(wrong);
    CHECK(read(wrong).empty());
    REQUIRE(problems.errors() == 1);
    CHECK(problems.all()[0].code == "bad-suppression");
    CHECK(problems.all()[0].where == where);
  }
}

TEST_CASE("suppressions: of which objects they hold") {
  CHECK(covers(suppression(""), "Deployment shop/web"));
  CHECK(covers(suppression("*"), "Deployment shop/web"));
  CHECK(covers(suppression("* shop/*"), "Deployment shop/web"));
  CHECK_FALSE(covers(suppression("Deployment shop/we"), "Deployment shop/web"));
  CHECK_FALSE(covers(suppression("NetworkPolicy shop/web"), "NetworkPolicy shop/web ingress 1"));

  Suppression beside = suppression("NetworkPolicy shop/web");
  beside.whole_object = true;
  CHECK(covers(beside, "NetworkPolicy shop/web ingress 1"));
  CHECK_FALSE(covers(beside, "NetworkPolicy shop/web-2"));

  Suppression in_namespace = suppression("");
  in_namespace.ns = "shop";
  CHECK(covers(in_namespace, "Namespace shop"));
  CHECK(covers(in_namespace, "Deployment shop/web"));
  CHECK_FALSE(covers(in_namespace, "Deployment shop-2/web"));
  CHECK_FALSE(covers(in_namespace, "Namespace shops"));
  CHECK_FALSE(covers(in_namespace, "ClusterNetworkPolicy shop"));

  CHECK(cli::matches_glob("a*b*c", "aXXbYYbZc"));
  CHECK_FALSE(cli::matches_glob("a*b*c", "aXXcYYb"));
  CHECK(cli::matches_glob("**", ""));
}

TEST_CASE("dates: days that there are") {
  CHECK(cli::parse_date("2028-02-29").has_value());
  for (const char* wrong :
       {"2027-02-29", "2027-1-1", "2027-13-01", "27-01-01", "2027/01/01", "", "2027-01-0x"}) {
    CHECK_FALSE(cli::parse_date(wrong).has_value());
  }
}

}  // namespace polreach
