// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/support/environment.h"
#include "tests/support/git_scratch.h"
#include "tests/support/program.h"

// fixtures/policy-repository in a git repository: each of its pull requests, as a pipeline would
// check it.
namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
using support::GitScratch;

std::map<std::string, std::string> files_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(folder).string()] = support::content_of(entry.path());
  }
  return files;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// The repository: HEAD walks through the pull requests, each of which starts from main.
class PolicyRepository {
 public:
  PolicyRepository() : before_(fs::current_path()) {
    const auto main = files_of(kRoot / "main");
    for (const auto& [path, text] : main) repository_.write(path, text);
    repository_.branch("main", repository_.commit({main, {}, {}, {}}));
    std::set<fs::path> folders;
    for (const auto& each : fs::directory_iterator(kRoot / "pull-requests")) {
      folders.insert(each.path());
    }
    for (const fs::path& folder : folders) {
      GitScratch::Change change{files_of(folder / "files"), {}, {}, {}};
      GitScratch::Change back{main, {}, {}, {}};
      if (fs::exists(folder / "removed")) {
        change.removed = lines_of(support::content_of(folder / "removed"));
      }
      for (const auto& [path, text] : change.files) {
        if (!main.contains(path)) back.removed.push_back(path);
      }
      const std::string name = folder.filename().string();
      repository_.branch(name, repository_.commit(change));
      repository_.commit(back);
      names.push_back(name);
    }
    fs::current_path(repository_.path());
  }
  PolicyRepository(const PolicyRepository&) = delete;
  PolicyRepository& operator=(const PolicyRepository&) = delete;
  ~PolicyRepository() { fs::current_path(before_); }

  static inline const fs::path kRoot = support::source_folder() / "fixtures/policy-repository";
  std::vector<std::string> names;

 private:
  fs::path before_;
  GitScratch repository_;
};

support::Run check(const std::string& arguments) {
  return support::run(support::words_of("check --base main " + arguments));
}

void expect(const std::string& name, const support::Run& run) {
  bool has_status = false;
  for (const std::string& line : lines_of(
           support::content_of(PolicyRepository::kRoot / "pull-requests" / name / "expected"))) {
    CAPTURE(line);
    if (line.starts_with("# ")) continue;
    if (line.starts_with("status ")) {
      has_status = true;
      CHECK(run.status == std::stoi(line.substr(7)));
      continue;
    }
    REQUIRE(line.size() > 2);
    const std::string what = line.substr(2);
    const bool on_out = run.out.find(what) != std::string::npos;
    switch (line[0]) {
      case '+':
        CHECK(on_out);
        break;
      case '-':
        CHECK_FALSE(on_out);
        break;
      case '!':
        CHECK(run.err.find(what) != std::string::npos);
        break;
      default:
        FAIL("no such line");
    }
  }
  CHECK(has_status);
}

}  // namespace

TEST_CASE("check: the pull requests of a policy repository") {
  const PolicyRepository repository;
  CHECK(repository.names.size() >= 6);
  for (const std::string& name : repository.names) {
    SUBCASE(name.c_str()) {
      const support::Run run = check("--head " + name);
      INFO(run.out);
      INFO(run.err);
      expect(name, run);
      // Neither the format nor what is shown decides.
      for (const char* format : {"json", "md", "sarif", "junit", "github", "gitlab", "azure"}) {
        CAPTURE(format);
        const support::Run other = check("--head " + name + " --format " + format);
        CHECK(other.status == run.status);
        if (run.status != 2) CHECK_FALSE((format != std::string("github") && other.out.empty()));
      }
    }
  }
}

TEST_CASE("check: what was so before the change does not count, unless it is asked for") {
  const PolicyRepository repository;
  // The database was open before, and is still.
  const support::Run later =
      support::run(support::words_of("check --base 02-open-database --head 02-open-database"));
  CHECK_MESSAGE(later.status == 0, later.out, later.err);
  const support::Run all = support::run(
      support::words_of("check --base 02-open-database --head 02-open-database --all"));
  CHECK(all.status == 1);
  CHECK(all.out.find("only-api-reaches-the-database") != std::string::npos);
  // Closing it is no failure.
  const support::Run back =
      support::run(support::words_of("check --base 02-open-database --head main"));
  CHECK_MESSAGE(back.status == 0, back.out, back.err);
  CHECK(back.out.find("removed") != std::string::npos);
}

TEST_CASE("check: the sample in the documentation is what the program prints") {
  const std::string page = support::content_of(support::source_folder() / "docs/check.md");
  const std::string prompt = "$ polreach check ";
  const std::size_t at = page.find(prompt);
  REQUIRE(at != std::string::npos);
  const std::size_t answer = page.find('\n', at) + 1;
  const PolicyRepository repository;
  const std::string words = page.substr(at + 11, answer - 1 - at - 11);
  const support::Run run = support::run(support::words_of(words));
  CHECK(run.out == page.substr(answer, page.find("```", answer) - answer));
}

TEST_CASE("check: the files as they are") {
  const PolicyRepository repository;
  const support::Run same = support::run({"check", "--base", "main"});
  CHECK_MESSAGE(same.status == 0, same.out, same.err);
  const fs::path policy = "policies/data.yaml";
  const std::string open = support::content_of(PolicyRepository::kRoot /
                                               "pull-requests/02-open-database/files" / policy);
  std::ofstream(policy) << open;
  const support::Run changed = support::run({"check", "--base", "main"});
  CHECK(changed.status == 1);
  CHECK(changed.out.find("only-api-reaches-the-database") != std::string::npos);
}

TEST_CASE("check: what cannot be compared has no verdict") {
  const PolicyRepository repository;
  CHECK(support::run({"check"}).status == 2);
  CHECK(support::run({"check", "--base", "nowhere"}).status == 2);
  const support::Run absent =
      support::run({"check", "--base", "main", "--head", "main", "--", "no-such-folder"});
  CHECK(absent.status == 2);
  CHECK(absent.err.find("no-such-folder") != std::string::npos);
  CHECK(support::run({"check", "--base", "main", "--only", "no-such-check"}).status == 2);
}

}  // namespace polreach::cli
