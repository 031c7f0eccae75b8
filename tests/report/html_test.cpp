// SPDX-License-Identifier: Apache-2.0
// The data of a page of HTML: it ends nothing, is the same whatever the order, and says what the
// other formats say. What a browser makes of it: tests/browser.
#include <doctest/doctest.h>

#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/document.h>

#include <algorithm>
#include <sstream>

#include "cli/report/html/page.h"
#include "cli/report/html_report.h"
#include "solver/audit/check.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

namespace audit = solver::audit;
using cli::html::Page;
using cli::html::PageNode;
using cli::html::Places;

constexpr std::string_view kDataStart = "<script type=\"application/json\" id=\"data\">";
constexpr std::string_view kDataEnd = "</script>";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::string data_text(const std::string& page) {
  const std::size_t start = page.find(kDataStart) + kDataStart.size();
  return page.substr(start, page.find(kDataEnd, start) - start);
}

rapidjson::Document data_of(const std::string& page) {
  REQUIRE(has(page, kDataStart));
  rapidjson::Document document;
  document.Parse(data_text(page));
  REQUIRE_FALSE(document.HasParseError());
  return document;
}

std::string page_of(Page page) {
  std::ostringstream out;
  cli::html::write_page(out, std::move(page));
  return out.str();
}

PageNode node_called(const std::string& ns, const std::string& label) {
  PageNode node;
  node.name = ns + "/" + label;
  node.label = label;
  node.group = ns;
  node.kind = "Deployment";
  return node;
}

source::Span span_of(source::FileId file, std::string_view text, std::string_view part) {
  const auto begin = static_cast<std::uint32_t>(text.find(part));
  return {file, begin, begin + static_cast<std::uint32_t>(part.size())};
}

}  // namespace

TEST_CASE("html: nothing in the data ends its element or becomes markup") {
  using cli::html::safe_in_script;
  CHECK(safe_in_script("{\"a\":1}") == "{\"a\":1}");
  CHECK(safe_in_script("</script>") == "\\u003c/script\\u003e");
  CHECK(safe_in_script("<!--") == "\\u003c!--");
  CHECK(safe_in_script("&amp;") == "\\u0026amp;");
  CHECK(safe_in_script("a\xE2\x80\xA8"
                       "b\xE2\x80\xA9") == "a\\u2028b\\u2029");
  CHECK(safe_in_script("\xE2\x80\xA6 \xE2\x80") == "\xE2\x80\xA6 \xE2\x80");
}

TEST_CASE("html: hostile names are text of the data, and come back as they were") {
  for (const std::string name : {"</script><script>alert(1)</script>", "<!--<script>", "]]>",
                                 "\"};alert(1);//", "\\\"<", "&lt;img&gt;"}) {
    INFO(name);
    Page page;
    page.command = "map";
    page.nodes.push_back(node_called("shop", name));
    page.summary.push_back(name);
    const std::string text = page_of(std::move(page));
    // That of the data, and that of the page.
    CHECK(count(text, "<script") == 2);
    CHECK(count(text, "</script") == 2);
    CHECK_FALSE(has(text, "alert(1)</"));
    const auto data = data_of(text);
    CHECK(data["nodes"][0][1].GetString() == name);
    CHECK(data["summary"][0].GetString() == name);
  }
}

TEST_CASE("html: base64 (RFC 4648, section 10)") {
  using cli::html::base64;
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64(std::string_view("\xFF\xFE\x00", 3)) == "//4A");
}

TEST_CASE("html: connections are runs of destinations with the same") {
  Page page;
  page.command = "map";
  for (const char* label : {"a", "b", "c", "d"}) page.nodes.push_back(node_called("shop", label));
  const std::uint32_t flow = page.flows.add({"TCP 80", "", "", {}, false, {}, {}});
  const std::uint32_t why = page.whys.add({0});
  page.links = {{0, 3, flow, why}, {0, 1, flow, why}, {0, 2, flow, why}, {2, 0, flow, 0}};
  const auto data = data_of(page_of(std::move(page)));
  REQUIRE(data["rows"].Size() == 2);
  // From a: one left out (times two, and one more for a run), three of them, the flow, the reasons.
  CHECK(data["rows"][0][0].GetUint() == 0);
  CHECK(data["rows"][0][1].GetString() == cli::html::base64("\x03\x03\x01\x01"));
  CHECK(data["rows"][1][0].GetUint() == 2);
  CHECK(data["rows"][1][1].GetString() == cli::html::base64(std::string_view("\x00\x01\x00", 3)));
}

TEST_CASE("html: two things between the same ends are both there") {
  Page page;
  page.command = "diff";
  for (const char* label : {"a", "b"}) page.nodes.push_back(node_called("shop", label));
  const std::uint32_t one = page.flows.add({"TCP 80", "", "", {}, false, {}, {}});
  const std::uint32_t two = page.flows.add({"TCP 81", "", "", {}, false, {}, {}});
  page.links = {{0, 1, two, 0}, {0, 1, one, 0}};
  const auto data = data_of(page_of(std::move(page)));
  REQUIRE(data["rows"].Size() == 2);
  CHECK(data["rows"][0][0].GetUint() == 0);
  CHECK(data["rows"][1][0].GetUint() == 0);
  CHECK(data["rows"][0][1].GetString() == cli::html::base64(std::string_view("\x02\x01\x00", 3)));
  CHECK(data["rows"][1][1].GetString() == cli::html::base64(std::string_view("\x02\x02\x00", 3)));
}

TEST_CASE("html: the order of nodes makes no difference") {
  const auto page_with = [](bool turned) {
    Page page;
    page.command = "map";
    page.nodes = {node_called("shop", "web"), node_called("data", "db")};
    PageNode outside;
    outside.name = outside.label = "0.0.0.0/0";
    outside.group_kind = cli::html::GroupKind::Outside;
    outside.group = "outside the cluster";
    page.nodes.push_back(outside);
    const std::uint32_t flow = page.flows.add({"TCP 80", "", "", {}, false, {}, {}});
    page.links = {{0, 1, flow, 0}, {2, 0, flow, 0}};
    if (turned) {
      std::reverse(page.nodes.begin(), page.nodes.end());
      page.links = {{0, 2, flow, 0}, {2, 1, flow, 0}};
    }
    return page_of(std::move(page));
  };
  CHECK(page_with(false) == page_with(true));
  CHECK(data_of(page_with(false))["nodes"][2][0].GetString() == std::string("0.0.0.0/0"));
}

TEST_CASE("html: a place is shown with what stands under it, and nothing else of the file") {
  const std::string text =
      "one\ntwo\nspec:\n  ingress:\n    - from:\n        - podSelector: {}\n      ports: []\n"
      "  egress: []\nlast\nmore\nsecret\n";
  source::SourceMap sources;
  const source::FileId file = sources.add("a.yaml", source::Text::own(text));
  Places places;
  CHECK(places.add(sources, source::Span::none()) == 0);
  const std::uint32_t at = places.add(sources, span_of(file, text, "from:"));
  REQUIRE(at != 0);
  CHECK(places.add(sources, span_of(file, text, "from:")) == at);
  const Places::Place& place = places.all()[at];
  CHECK(place.line == 5);
  CHECK(place.column == 7);
  CHECK(place.last == 5);
  REQUIRE(places.files().size() == 1);
  const auto& lines = places.files()[0].lines;
  CHECK(lines.begin()->first == 3);
  CHECK(lines.at(6) == "        - podSelector: {}");
  CHECK(lines.at(7) == "      ports: []");
  CHECK(lines.find(9) == lines.end());
  CHECK(place.shown == lines.rbegin()->first);
}

TEST_CASE("html: of a very long line the part around the place is shown") {
  const std::string text = std::string(5000, 'a') + "HERE" + std::string(5000, 'b');
  source::SourceMap sources;
  const source::FileId file = sources.add("a.json", source::Text::own(text));
  Places places;
  const std::uint32_t at = places.add(sources, span_of(file, text, "HERE"));
  CHECK(has(places.all()[at].excerpt, "aHEREb"));
  CHECK(places.all()[at].excerpt.size() < 400);
  CHECK(places.files()[0].lines.empty());
}

TEST_CASE("html: two inputs can have files of one name") {
  source::SourceMap before;
  source::SourceMap after;
  const source::FileId a = before.add("a.yaml", source::Text::own("old\n"));
  const source::FileId b = after.add("a.yaml", source::Text::own("new\n"));
  Places places;
  const std::uint32_t first = places.add(before, {a, 0, 3});
  const std::uint32_t second = places.add(after, {b, 0, 3});
  CHECK(first != second);
  REQUIRE(places.files().size() == 2);
  CHECK(places.files()[0].lines.at(1) == "old");
  CHECK(places.files()[1].lines.at(1) == "new");
}

TEST_CASE("html: a map has the connections of the list, with the lines of their rules") {
  const std::string folder = support::source_folder().string() + "/fixtures/quickstart";
  const support::Run run = support::run({"map", "--format", "html", folder});
  CHECK(run.status == 0);
  const auto data = data_of(run.out);
  REQUIRE(data["nodes"].Size() == 4);
  CHECK(data["nodes"][0][0].GetString() == std::string("data/db"));
  CHECK(data["nodes"][3][0].GetString() == std::string("0.0.0.0/0"));
  CHECK(data["rows"].Size() == 2);
  bool cites = false;
  for (const auto& reason : data["reasons"].GetArray()) {
    cites = cites || reason[1].GetString() ==
                         std::string("allowed by NetworkPolicy data/db, rule 1, TCP 5432");
  }
  CHECK(cites);
  CHECK(run.out == support::run({"map", "--format", "html", folder}).out);
  CHECK(run.out.starts_with("<!DOCTYPE html>"));
  CHECK(has(run.out, "default-src 'none'; script-src 'sha256-"));
}

TEST_CASE("html: the order of files makes no difference") {
  const std::string folder = support::source_folder().string() + "/fixtures/quickstart/";
  const support::Run one = support::run({"map", "--format", "html", folder + "namespaces.yaml",
                                         folder + "policies-data.yaml",
                                         folder + "policies-shop.yaml", folder + "workloads.yaml"});
  const support::Run two = support::run(
      {"map", "--format", "html", folder + "workloads.yaml", folder + "policies-shop.yaml",
       folder + "policies-data.yaml", folder + "namespaces.yaml"});
  CHECK(one.status == 0);
  CHECK(one.out == two.out);
}

TEST_CASE("html: of very many connections the ends have the reasons") {
  // 230 pods without any policy, each with each other: 52,670 connections, and some outside.
  std::string text = R"({"apiVersion":"v1","kind":"List","items":[)";
  for (int i = 0; i < 230; ++i) {
    text += (i == 0 ? "" : ",") +
            (R"({"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"pod-)" +
             std::to_string(i) + R"("},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  }
  const support::Run run = support::run({"map", "--format", "html", "-"}, text + "]}");
  CHECK(run.status == 0);
  // All pods of one row say the same of all others: runs keep it short.
  CHECK(run.out.size() < 300'000);
  const auto data = data_of(run.out);
  CHECK_FALSE(data["explained"].GetBool());
  const auto& why = data["whys"][data["nodes"][0][5].GetUint()];
  REQUIRE(why.Size() == 1);
  CHECK(data["reasons"][why[0].GetUint()][0].GetString() == std::string("egress"));
  CHECK(data["reasons"][why[0].GetUint()][1].GetString() == std::string("no policy selects it"));
}

TEST_CASE("html: findings name the nodes of the page, wherever these come to stand") {
  Page page;
  page.command = "audit";
  page.has_findings = true;
  page.nodes = {node_called("shop", "web"), node_called("data", "db")};
  cli::html::PageFinding finding;
  finding.nodes = {0};
  page.findings.push_back(finding);
  const auto data = data_of(page_of(std::move(page)));
  const auto& nodes = data["findings"][0]["nodes"];
  REQUIRE(nodes.Size() == 1);
  CHECK(data["nodes"][nodes[0].GetUint()][0].GetString() == std::string("shop/web"));
}

TEST_CASE("html: the exit status of a comparison does not depend on the format") {
  const std::string folder = support::source_folder().string() + "/fixtures/";
  CHECK(support::run({"diff", "--format", "html", folder + "quickstart", folder + "quickstart"})
            .status == 0);
  const support::Run run = support::run(
      {"diff", "--format", "html", folder + "network-diff/old", folder + "network-diff/new"});
  CHECK(run.status == 1);
  const auto data = data_of(run.out);
  CHECK(data["flows"][1]["text"].GetString() == std::string("now allowed TCP 22"));
  CHECK(data["flows"][1]["change"].GetUint() == 1);
  CHECK(data["warnings"][0]["id"].GetString() == std::string("changed security group db-nsg"));
}

TEST_CASE("html: findings, with places, examples and what was suppressed") {
  const std::string text = "kind: Service\nspec: {}\n";
  source::SourceMap sources;
  const source::FileId file = sources.add("a.yaml", source::Text::own(text));
  const audit::Check check{"open-to-all",
                           audit::Severity::High,
                           "Everybody reaches it",
                           "Nobody named everybody.",
                           "Close it.",
                           {}};
  audit::Finding finding;
  finding.check = &check;
  finding.severity = audit::Severity::High;
  finding.subject = "Deployment shop/web";
  finding.message = "every pod reaches </script> on TCP 80";
  finding.where = span_of(file, text, "spec");
  finding.causes = {{span_of(file, text, "kind"), "it is so"}};
  finding.example = audit::Example{"shop/a", "shop/web", "TCP 10.0.0.1:1 -> 10.0.0.2:80", ""};
  finding.also = {"Deployment shop/api"};
  const std::vector<audit::Finding> findings{finding};
  const std::vector<audit::Unchecked> unchecked{{&check, "it took too long"}};
  cli::FindingsReport report{sources, "audit", "1 workload", {&check}, findings, unchecked, {}, 0};
  report.suppressed.push_back({finding, "a demo", source::Span::none()});
  std::ostringstream out;
  cli::write_audit_html(out, report, nullptr);
  const auto data = data_of(out.str());
  REQUIRE(data["findings"].Size() == 2);
  const auto& first = data["findings"][0];
  CHECK(first["severity"].GetString() == std::string("high"));
  CHECK(first["message"].GetString() == finding.message);
  CHECK(first["example"].Size() == 3);
  CHECK(first["advice"].Size() == 2);
  CHECK(first["also"][0].GetString() == std::string("Deployment shop/api"));
  CHECK_FALSE(first.HasMember("suppressed"));
  CHECK(data["findings"][1]["suppressed"].GetString() == std::string("a demo"));
  CHECK(data["places"][first["place"].GetUint()][1].GetUint() == 2);
  CHECK(data["warnings"][0]["id"].GetString() == std::string("not checked: open-to-all"));
  CHECK(data["summary"][0].GetString() == std::string("1 finding"));
}

}  // namespace polreach
