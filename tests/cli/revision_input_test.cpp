// SPDX-License-Identifier: Apache-2.0
// A revision as the input of a run: places, and the problems that only a revision has.
#include <doctest/doctest.h>

#include <sstream>

#include "cli/input.h"
#include "tests/support/git_scratch.h"

namespace polreach {
namespace {

using support::GitScratch;
using Read = source::Result<std::unique_ptr<cli::Input>>;

constexpr const char* kPod =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
    "spec: {containers: [{name: c, image: i}]}\n";

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

cli::InputOptions options_for(const GitScratch& scratch, std::vector<std::string> paths = {}) {
  cli::InputOptions options;
  options.revision = cli::RevisionInput{"origin/main", scratch.path().string(), false};
  options.paths = std::move(paths);
  return options;
}

Read read(const cli::InputOptions& options) {
  std::istringstream in;
  return cli::read_input(options, in);
}

void commit(GitScratch& scratch, const std::map<std::string, std::string>& files) {
  scratch.reference("refs/remotes/origin/main", scratch.commit({files, {}, {}, {}}));
}

const source::Diagnostic& only(const cli::Input& input) {
  REQUIRE(input.diagnostics.all().size() == 1);
  return input.diagnostics.all().front();
}

std::string failure_of(const Read& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().message;
}

}  // namespace

TEST_CASE("places are REVISION:PATH:LINE:COLUMN, with the path from the root") {
  GitScratch scratch;
  commit(scratch, {{"k8s/web.yaml", std::string(kPod) + "---\n{kind: NetworkPolicy, apiVersion: "
                                                        "networking.k8s.io/v1, metadata: {name: p},"
                                                        " spec: {podSelectors: {}}}\n"}});
  scratch.write("k8s/here.txt", "");
  auto options = options_for(scratch, {"web.yaml"});
  options.revision->folder = (scratch.path() / "k8s").string();
  const Read input = read(options);
  REQUIRE(input.has_value());
  CHECK((*input)->model.workloads.size() == 1);
  REQUIRE((*input)->diagnostics.errors() >= 1);
  const auto problem = (*input)->diagnostics.sorted((*input)->sources).front();
  CHECK(has((*input)->sources.place(problem.where), "origin/main:k8s/web.yaml:6:"));
}

TEST_CASE("a kustomization of a revision that changes meaning says to check it out") {
  GitScratch scratch;
  commit(scratch, {{"k8s/web.yaml", kPod},
                   {"k8s/kustomization.yaml", "namespace: other\nresources: [web.yaml]\n"}});
  const Read input = read(options_for(scratch));
  REQUIRE(input.has_value());
  const auto& problem = only(**input);
  CHECK(problem.code == "unrendered-kustomization");
  CHECK(problem.severity == source::Severity::Error);
  CHECK(problem.help ==
        "check the revision out (git worktree add DIR REVISION), and render it: --kustomize DIR");
  CHECK(has((*input)->sources.place(problem.where), "origin/main:k8s/kustomization.yaml:1:"));
}

TEST_CASE("a chart of a revision says to check it out") {
  GitScratch scratch;
  commit(scratch,
         {{"web.yaml", kPod}, {"c/Chart.yaml", "name: c\nversion: '1'\napiVersion: v2\n"}});
  auto options = options_for(scratch);
  const Read input = read(options);
  REQUIRE(input.has_value());
  CHECK(only(**input).code == "helm-template");
  CHECK(has(only(**input).help, "git worktree add"));
  options.keep_going = true;
  const Read going = read(options);
  REQUIRE(going.has_value());
  CHECK((*going)->diagnostics.errors() == 0);
  CHECK((*going)->model.gaps.size() == 1);
}

TEST_CASE("what is skipped is said") {
  GitScratch scratch;
  const std::string commit_id = scratch.commit(
      {{{"web.yaml", kPod}}, {{"link.yaml", "/etc/x"}}, {{"lib", std::string(40, '1')}}, {}});
  scratch.reference("refs/remotes/origin/main", commit_id);
  const Read input = read(options_for(scratch));
  REQUIRE(input.has_value());
  CHECK(only(**input).code == "skipped-entry");
  CHECK(only(**input).message ==
        "hidden entries, links and submodules of origin/main are not read: lib (submodule), "
        "link.yaml");
}

TEST_CASE("an absent path is a failure, or no files where that is allowed") {
  GitScratch scratch;
  commit(scratch, {{"k8s/web.yaml", kPod}});
  auto options = options_for(scratch, {"k8", "k8s"});
  CHECK(failure_of(read(options)) == "k8: is not in origin/main; did you mean k8s?");
  options.revision->absent_paths = true;
  Read input = read(options);
  REQUIRE(input.has_value());
  CHECK((*input)->absent_paths == std::vector<std::string>{"k8"});
  CHECK((*input)->model.workloads.size() == 1);
  options.paths = {"k8"};
  input = read(options);
  REQUIRE(input.has_value());
  CHECK((*input)->diagnostics.errors() == 0);
  CHECK((*input)->model.workloads.empty());
}

TEST_CASE("failures of a revision") {
  GitScratch scratch;
  commit(scratch, {{"docs/readme.md", "x"}});
  auto options = options_for(scratch);
  CHECK(failure_of(read(options)) == "origin/main: holds no .yaml, .yml or .json file");
  options.paths = {"docs"};
  CHECK(has(failure_of(read(options)), "in these paths"));
  options.kustomize = {"k8s"};
  CHECK(has(failure_of(read(options)), "check the revision out"));
  options.kustomize.clear();
  options.revision->revision = "origin/mian";
  CHECK(has(failure_of(read(options)), "did you mean origin/main?"));
  options.revision->folder = "/proc";
  CHECK(has(failure_of(read(options)), "not in a git repository"));
}

}  // namespace polreach
