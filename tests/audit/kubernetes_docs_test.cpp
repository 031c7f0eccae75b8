// SPDX-License-Identifier: Apache-2.0
// Holds docs/checks-kubernetes.md against the table of checks: a section for each, in its order,
// with its words.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "solver/audit/kubernetes/kubernetes.h"
#include "solver/audit/kubernetes/sensitive.h"
#include "tests/support/auditing.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

/// The text of each section of the second level, and their order.
std::vector<std::pair<std::string, std::string>> sections() {
  std::vector<std::pair<std::string, std::string>> result;
  std::ifstream file(support::source_folder() / "docs" / "checks-kubernetes.md");
  bool in_example = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) in_example = !in_example;
    if (!in_example && line.starts_with("## ")) {
      result.emplace_back(line.substr(3), "");
    } else if (!result.empty()) {
      result.back().second += line + "\n";
    }
  }
  return result;
}

}  // namespace

TEST_CASE("docs/checks-kubernetes.md describes every check in the words of the table") {
  const auto checks = solver::audit::kubernetes_area().checks;
  std::vector<std::pair<std::string, std::string>> described;
  for (const auto& each : sections()) {
    if (solver::audit::find_check(each.first) != nullptr) described.push_back(each);
  }
  REQUIRE(described.size() == checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const solver::audit::Check& check = checks[i];
    const auto& [id, text] = described[i];
    CHECK(id == check.id);
    const auto has = [&](const std::string& words) {
      CHECK_MESSAGE(text.find(words) != std::string::npos, id << " lacks: " << words);
    };
    has(std::string(check.why));
    has(fmt::format("**{}**", check.title));
    has(fmt::format("Severity: {}", solver::audit::name_of(check.severity)));
    has(fmt::format("What to do: {}.", check.remedy));
    for (const auto& elsewhere : check.elsewhere) {
      has(fmt::format("{} {}", elsewhere.tool, elsewhere.id));
    }
  }
}

TEST_CASE("the examples of docs/checks-kubernetes.md are what the fixture has") {
  const auto folder = support::source_folder() / "fixtures" / "audit-shop";
  const auto audited = support::Audited::of_paths({folder.string()});
  std::map<std::string, std::string> texts;
  for (const auto& [id, text] : sections()) texts[id] = text;
  std::map<std::string, bool> shown;
  for (const auto& finding : audited->audit().findings) {
    const std::string id(finding.check->id);
    shown[id] = shown[id] || texts[id].find("*" + finding.message + "*") != std::string::npos;
  }
  CHECK(shown.size() > 15);
  const auto callers = support::source_folder() / "fixtures" / "audit-callers";
  const auto others = support::Audited::of_paths({callers.string()});
  for (const char* id : {"egress-to-api-server", "node-port"}) {
    for (const auto* finding : others->of(id)) {
      CHECK_MESSAGE(texts[id].find("*" + finding->message + "*") != std::string::npos, id);
    }
  }
  for (const auto& [id, is_shown] : shown) CHECK_MESSAGE(is_shown, id);
}

TEST_CASE("docs/checks-kubernetes.md lists the ports for administration and data") {
  std::string rows;
  for (const auto& port : solver::audit::kubernetes::sensitive_ports()) {
    rows += fmt::format("| {} {} | {} |\n", net::to_string(port.protocol), port.port, port.what);
  }
  std::string text;
  for (const auto& each : sections()) {
    if (each.first == "Ports") text = each.second;
  }
  CHECK(text.find(rows) != std::string::npos);
}

TEST_CASE("checks have an id of lower case and hyphens, and words without a final full stop") {
  const std::regex form("[a-z]+(-[a-z]+)*");
  std::set<std::string_view> ids;
  for (const solver::audit::Check& check : solver::audit::kubernetes_area().checks) {
    CHECK_MESSAGE(std::regex_match(std::string(check.id), form), check.id);
    CHECK_MESSAGE(ids.insert(check.id).second, check.id);
    CHECK_MESSAGE(!check.title.ends_with("."), check.id);
    CHECK_MESSAGE(check.why.ends_with("."), check.id);
    CHECK_MESSAGE(!check.remedy.ends_with("."), check.id);
  }
}

}  // namespace polreach
