// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"

// Another solver is asked what Z3 was asked: cvc5 (Debian), which shares no code with it.
namespace polreach::agreement {
namespace {

namespace fs = std::filesystem;

/// The answers to a script, one a question.
std::vector<std::string> answers_of_cvc5(const std::string& script) {
  const fs::path file =
      fs::temp_directory_path() / ("polreach-" + std::to_string(::getpid()) + ".smt2");
  std::ofstream(file) << script;
  const std::string command = "cvc5 --incremental --lang=smt2 " + file.string() + " 2>&1";
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::vector<std::string> answers;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    answers.emplace_back(line.data());
    answers.back().pop_back();
  }
  ::pclose(pipe);
  fs::remove(file);
  return answers;
}

std::vector<std::string> statuses_of(const std::string& script) {
  const std::string mark = "(set-info :status ";
  std::vector<std::string> statuses;
  for (std::size_t at = script.find(mark); at != std::string::npos; at = script.find(mark, at)) {
    at += mark.size();
    statuses.push_back(script.substr(at, script.find(')', at) - at));
  }
  return statuses;
}

}  // namespace

TEST_CASE("agreement: cvc5 answers as Z3 does") {
  constexpr std::uint64_t kClusters = 40;
  solver::z3::Transcript transcript;
  for (std::uint64_t seed = 0; seed < kClusters; ++seed) {
    Comparison comparison(generate(seed));
    comparison.keep(transcript);
    Random random(seed);
    for (const Pair& pair : comparison.some_pairs(random, 1)) {
      REQUIRE_FALSE(comparison.check_z3(pair, random));
    }
  }
  std::ostringstream script;
  transcript.write(script, "random clusters");
  const std::vector<std::string> expected = statuses_of(script.str());
  REQUIRE(expected.size() == transcript.size());
  // The answers that a verdict rests on, and those to questions about wrong answers.
  CHECK(std::count(expected.begin(), expected.end(), "unsat") > 50);
  CHECK(std::count(expected.begin(), expected.end(), "sat") > 50);
  CHECK(answers_of_cvc5(script.str()) == expected);
  MESSAGE(expected.size() << " questions");
}

}  // namespace polreach::agreement
