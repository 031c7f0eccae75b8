// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "solver/z3/transcript.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"
#include "tests/support/second_solver.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

/// What --smtlib writes for a question.
std::string script_of(const std::string& question, int status) {
  const fs::path file =
      fs::temp_directory_path() / ("polreach-question-" + std::to_string(::getpid()));
  auto words = support::words_of(question);
  words.insert(words.end(), {"--smtlib", file.string()});
  const support::Run run = support::run(words);
  CHECK_MESSAGE(run.status == status, run.err);
  const std::string script = support::content_of(file);
  fs::remove(file);
  return script;
}

}  // namespace

TEST_CASE("smtlib: another solver confirms verdicts") {
  const std::string root = support::source_folder().string() + "/fixtures/";
  const std::pair<std::string, int> questions[] = {
      {"can shop/api data/db --port 5432 " + root + "quickstart", 0},
      {"can shop/web shop/api --port 8080 " + root + "quickstart", 1},
      {"can internet any " + root + "quickstart", 1},
      {"can subnet/shop/web subnet/shop/app " + root + "network", 0},
      {"can internet subnet/shop/app " + root + "network", 1},
  };
  for (const auto& [question, status] : questions) {
    CAPTURE(question);
    const std::string script = script_of(question, status);
    const auto expected = support::statuses_of(script);
    REQUIRE_FALSE(expected.empty());
    // What the verdict rests on is that it is wrong for no packet.
    CHECK(std::count(expected.begin(), expected.end(), "unsat") > 0);
    CHECK(support::answers_of_cvc5(script) == expected);
  }
}

TEST_CASE("smtlib: a question of a name cannot leave its comment") {
  const std::string root = support::source_folder().string() + "/fixtures/";
  const support::Run run = support::run(
      {"can", "shop/api\n(exit)", "data/db", "--smtlib", "/nowhere/file", root + "quickstart"});
  CHECK(run.status == 2);
  solver::z3::Transcript transcript;
  transcript.add_constant("a\n(exit)", true);
  std::ostringstream out;
  transcript.write(out, "can x\n(exit) y");
  CHECK(out.str().find("\n(exit)") == std::string::npos);
  CHECK(support::answers_of_cvc5(out.str()) == std::vector<std::string>{"sat"});
}

TEST_CASE("smtlib: a file that cannot be written is no verdict") {
  const std::string root = support::source_folder().string() + "/fixtures/";
  const support::Run run = support::run(
      {"can", "shop/api", "data/db", "--smtlib", "/nowhere/file", root + "quickstart"});
  CHECK(run.status == 2);
  CHECK(run.err.find("/nowhere/file") != std::string::npos);
}

}  // namespace polreach::cli
