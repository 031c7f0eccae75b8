// SPDX-License-Identifier: Apache-2.0
// Replays audit-kubernetes.txt of fixtures/audit-shop and audit-callers; fixtures/README.md
// describes the format.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "solver/audit/kubernetes/kubernetes.h"
#include "tests/support/auditing.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

namespace audit = solver::audit;

std::vector<std::string> expected(const std::filesystem::path& file) {
  std::vector<std::string> result;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty() && line[0] != '#') result.push_back(line);
  }
  return result;
}

bool is_of_kubernetes(const audit::Check& check) {
  const auto checks = audit::kubernetes_area().checks;
  return std::any_of(checks.begin(), checks.end(),
                     [&](const audit::Check& each) { return each.id == check.id; });
}

std::vector<std::string> found(const support::Audited& audited) {
  std::vector<std::string> result;
  for (const audit::Finding& each : audited.audit().findings) {
    if (!is_of_kubernetes(*each.check)) continue;
    const std::string place = audited.place(each.where);
    result.push_back(fmt::format("{} {} | {} | {}{}| {}{}", audit::name_of(each.severity),
                                 each.check->id, each.subject, each.key,
                                 each.key.empty() ? "" : " ", place.substr(place.rfind('/') + 1),
                                 each.certain ? "" : " | perhaps"));
  }
  return result;
}

}  // namespace

TEST_CASE("the audit finds in the fixture what it must find, and nothing else") {
  const auto folder = support::source_folder() / "fixtures" / "audit-shop";
  const auto wanted = expected(folder / "audit-kubernetes.txt");
  REQUIRE(wanted.size() > 20);
  const auto audited = support::Audited::of_paths({folder.string()});
  const auto lines = found(*audited);
  for (const std::string& line : wanted) {
    CHECK_MESSAGE(std::count(lines.begin(), lines.end(), line) == 1, "not found: " << line);
  }
  for (const std::string& line : lines) {
    CHECK_MESSAGE(std::count(wanted.begin(), wanted.end(), line) == 1, "not expected: " << line);
  }
  CHECK(lines == wanted);
  CHECK(audited->audit().unchecked.empty());
}

TEST_CASE("the audit finds in audit-callers what it must find, and nothing else") {
  const auto folder = support::source_folder() / "fixtures" / "audit-callers";
  const auto audited = support::Audited::of_paths({folder.string()});
  CHECK(found(*audited) == expected(folder / "audit-kubernetes.txt"));
  CHECK(audited->audit().unchecked.empty());
}

TEST_CASE("every finding of the fixtures has a place, a cause, and what shows it") {
  const auto fixtures = support::source_folder() / "fixtures";
  const auto shop = support::Audited::of_paths({(fixtures / "audit-shop").string()});
  const auto callers = support::Audited::of_paths({(fixtures / "audit-callers").string()});
  std::vector<audit::Finding> all = shop->audit().findings;
  const auto& others = callers->audit().findings;
  all.insert(all.end(), others.begin(), others.end());
  for (const audit::Finding& each : all) {
    const std::string line = support::line_of(each);
    CHECK_MESSAGE(each.where.exists(), line);
    CHECK_MESSAGE(!each.causes.empty(), line);
    CHECK_MESSAGE(!each.message.empty(), line);
    CHECK_MESSAGE(!each.message.ends_with("."), line);
    CHECK_MESSAGE(std::is_sorted(each.also.begin(), each.also.end()), line);
    // What is open is shown by a packet, and can be closed.
    if (each.severity <= audit::Severity::Medium && each.opening) {
      CHECK_MESSAGE(each.example.has_value(), line);
      CHECK_MESSAGE(!each.opening->pods.empty(), line);
    }
    if (!each.certain) CHECK_MESSAGE(!each.rests_on.empty(), line);
  }
}

TEST_CASE("findings do not depend on the order of files, and their fingerprints tell them apart") {
  const auto folder = support::source_folder() / "fixtures" / "audit-shop";
  const auto file = [&](const char* name) { return (folder / name).string(); };
  const auto one = support::Audited::of_paths(
      {file("data.yaml"), file("shop.yaml"), file("tools.yaml"), file("legacy.yaml")});
  const auto other = support::Audited::of_paths(
      {file("legacy.yaml"), file("tools.yaml"), file("shop.yaml"), file("data.yaml")});
  CHECK(one->shown() == other->shown());
  std::vector<std::string> prints;
  for (const auto& each : one->audit().findings) prints.push_back(audit::fingerprint(each));
  std::sort(prints.begin(), prints.end());
  CHECK(std::adjacent_find(prints.begin(), prints.end()) == prints.end());
}

TEST_CASE("the quickstart has one mistake, and one port that is open to everyone") {
  const auto folder = support::source_folder() / "fixtures" / "quickstart";
  const auto audited = support::Audited::of_paths({folder.string()});
  // The label that the pods of api lack; and web, which customers reach from anywhere.
  const std::vector<std::string> wanted = {
      "low selector-matches-nothing | NetworkPolicy shop/web | egress pods app=api,tier=backend",
      "info open-to-every-pod | NetworkPolicy shop/web | 8080/tcp"};
  CHECK_MESSAGE(audited->lines() == wanted, audited->shown());
}

}  // namespace polreach
