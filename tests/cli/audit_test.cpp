// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

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
  const auto folder = std::filesystem::temp_directory_path() / "polreach-audit-output";
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

}  // namespace polreach
