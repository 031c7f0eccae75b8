// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/audit.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach {
namespace {

using support::Run;

std::string fixture(const std::string& name) {
  return (support::source_folder() / "fixtures" / name).string();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("audit: an id that no check has is no answer") {
  for (const char* option : {"--only=no-such-check", "--skip=no-such-check"}) {
    const Run run = support::run({"audit", option, fixture("quickstart")});
    CHECK(run.status == 2);
    CHECK(run.out.empty());
    CHECK(contains(run.err, "error[unknown-check]: there is no check no-such-check"));
  }
}

TEST_CASE("audit: the list of checks needs no input") {
  CHECK(support::run({"audit", "--list"}).status == 0);
  CHECK(contains(support::run({"audit", "--list", "--format=json"}).out, "\"polreach.checks/v1\""));
  const Run other = support::run({"audit", "--list", "--format=sarif"});
  CHECK(other.status == 2);
  CHECK(contains(other.err, "error[usage]"));
  CHECK(support::run({"audit"}).status == 2);
}

TEST_CASE("audit: an input without anything to look at has no verdict") {
  const Run run = support::run({"audit", "--format=json", "-"},
                               "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
  CHECK(run.status == 2);
  CHECK(contains(run.err, "error[no-workloads]"));
  CHECK(contains(run.out, "\"verdict\": null"));
}

TEST_CASE("audit: the answer goes to a file, whole or not at all") {
  const auto folder = std::filesystem::temp_directory_path() /
                      ("polreach-audit-output-" + std::to_string(getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "a.sarif").string();
  const Run plain = support::run({"audit", "--format=sarif", fixture("quickstart")});
  const Run run =
      support::run({"audit", "--format=sarif", "--output=" + file, fixture("quickstart")});
  CHECK(run.status == plain.status);
  CHECK(support::content_of(file) == plain.out);
  CHECK(contains(run.out, "; see " + file + "\n"));
  // Nothing else is left in the folder.
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);

  const Run lost = support::run(
      {"audit", "--output=" + (folder / "none" / "a.txt").string(), fixture("quickstart")});
  CHECK(lost.status == 2);
  CHECK(contains(lost.err, "error[output]"));
  std::filesystem::remove_all(folder);
}

namespace {

std::string deployment(const std::string& annotations) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n"
         "  annotations:\n    example.com/other: [1]\n" +
         annotations +
         "spec:\n  template:\n    metadata: {labels: {app: web}}\n"
         "    spec: {containers: [{name: a}]}\n";
}

}  // namespace

TEST_CASE("audit: what stands beside an object is read, and mistakes in it are no verdict") {
  const auto run = [](const std::string& annotation) {
    return support::run({"audit", "--no-config", "-"},
                        deployment("    polreach.dev/ignore: " + annotation + "\n"));
  };
  const Run unknown = run("\"no-such-check: decided\"");
  CHECK(unknown.status == 2);
  CHECK(contains(unknown.err, "error[unknown-check]: Deployment shop/web: there is no check"));
  CHECK(contains(unknown.err, "<stdin>:8:26"));
  for (const char* wrong : {"\"open\"", "\"open:\"", "5", "[]", "\"\""}) {
    const Run bad = run(wrong);
    CHECK(bad.status == 2);
    CHECK(contains(bad.err, "error[bad-suppression]"));
  }
  // Other questions do not care.
  CHECK(support::run({"map", "-"}, deployment("    polreach.dev/ignore: 5\n")).status == 0);
  for (const auto* check : solver::audit::all_checks()) {
    const Run good = run("\"" + std::string(check->id) + ": decided\"");
    CHECK_FALSE(contains(good.err, "error["));
  }
}

TEST_CASE("audit: of many findings of one check the first are shown, and the others counted") {
  const auto pods_in = [](int namespaces) {
    std::string text;
    for (int i = 0; i < namespaces; ++i) {
      text += "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: ns-" +
              std::to_string(100 + i) + "}\nspec: {containers: [{name: a}]}\n";
    }
    return text;
  };
  const std::vector<std::string> words = {"audit", "--no-config", "--only=namespace-open", "-"};
  const auto shown = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("]: Namespace ns-", at)) != std::string::npos; ++at) {
      ++count;
    }
    return count;
  };
  const std::string all = support::run(words, pods_in(21)).out;
  CHECK(shown(all) == 21);
  CHECK_FALSE(contains(all, "more findings"));
  const std::string some = support::run(words, pods_in(60)).out;
  CHECK(shown(some) == 20);
  CHECK(contains(some,
                 "medium[namespace-open]: 40 more findings of this check in 40 namespaces: "
                 "ns-120, ns-121, "));
  CHECK(
      contains(some, "ns-131 and 28 more\n  -q has a line for each, --format json all of them\n"));
  CHECK(contains(some, "60 findings: 60 medium\n"));
  // What to do is said, though the last finding is not shown.
  CHECK(contains(some, "  help: "));
  CHECK(
      shown(support::run({"audit", "--no-config", "--only=namespace-open", "-q", "-"}, pods_in(60))
                .out) == 60);
}

TEST_CASE("audit: --stats says how long each kind of checks took") {
  const Run run = support::run({"audit", "--stats", fixture("quickstart")});
  for (const char* stage : {"solve", "unselected", "openings", "entrances", "egress", "dead"}) {
    CAPTURE(stage);
    CHECK(contains(run.err, std::string(stage) + " "));
  }
  CHECK_FALSE(contains(support::run({"audit", fixture("quickstart")}).err, "stats"));
}

TEST_CASE("audit: resources of Azure say it in a tag") {
  const Run run = support::run({"audit", "--no-config", "-"},
                               R"([{"name": "web", "resourceGroup": "shop",
  "id": "/subscriptions/0/resourceGroups/shop/providers/Microsoft.Network/networkSecurityGroups/web",
  "type": "Microsoft.Network/networkSecurityGroups", "securityRules": [],
  "tags": {"Polreach-Ignore": "no-such-check: decided"}}])");
  CHECK(run.status == 2);
  CHECK(contains(run.err, "error[unknown-check]"));
  CHECK(contains(run.err, "<stdin>:4:31"));
}

TEST_CASE("audit: a day that is none is no verdict") {
  setenv("POLREACH_TODAY", "tomorrow", 1);
  const Run run = support::run({"audit", "--no-config", fixture("quickstart")});
  unsetenv("POLREACH_TODAY");
  CHECK(run.status == 2);
  CHECK(contains(run.err, "POLREACH_TODAY is tomorrow"));
}

}  // namespace polreach
