// SPDX-License-Identifier: Apache-2.0
// Questions about sets of policies with the answers of network-config-analyzer. That tool knows no
// addresses of pods, and undeclared namespaces by their name only: so do the options here.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/environment.h"
#include "tests/support/program.h"
#include "tests/support/relate_answer.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;
using support::RelateAnswer;

struct Question {
  std::string name;
  std::string query;
  std::string expected;
};

std::vector<Question> read_questions(const fs::path& file) {
  std::vector<Question> result;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);  // the headings
  while (std::getline(in, line)) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    result.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                      line.substr(second + 1)});
  }
  return result;
}

std::string choice(const std::string& holds, const std::string& yes, const std::string& no) {
  if (holds == "yes") return yes;
  return holds == "no" ? no : holds;
}

/// Our answer in the words of the case.
std::string answer_to(const std::string& query, const RelateAnswer& answer) {
  const auto holds = [&](const char* claim) {
    const auto found = answer.claims.find(claim);
    return found == answer.claims.end() ? std::string("unasked") : found->second;
  };
  if (query == "equivalence") {
    return answer.verdict == "depends" || answer.verdict == "equivalent" ? answer.verdict
                                                                         : "not-equivalent";
  }
  if (query == "twoWayContainment") return answer.verdict;
  if (query == "containment") return choice(holds("b-within-a"), "contained", "not-contained");
  if (query == "permits") return choice(holds("a-permits-b"), "permits", "not-permits");
  if (query == "forbids") return choice(holds("a-forbids-b"), "forbids", "not-forbids");
  if (query == "interferes") {
    return choice(holds("b-does-not-interfere"), "does-not-interfere", "interferes");
  }
  if (query == "pairwiseInterferes") {
    const std::string of_b = holds("b-does-not-interfere");
    const std::string of_a = holds("a-does-not-interfere");
    if (of_a == "yes" && of_b == "yes") return "none";
    if (of_a == "no" && of_b == "no") return "both";
    return of_a == "no" ? "a-interferes-with-b" : "b-interferes-with-a";
  }
  if (query == "vacuity") return choice(answer.vacuous, "vacuous", "not-vacuous");
  if (query == "emptiness") return "empty:" + std::to_string(answer.empty);
  if (query == "redundancy") return "redundant:" + std::to_string(answer.redundant);
  if (query == "semanticDiff") {
    return answer.changes == 0 ? "same" : "changed:" + std::to_string(answer.changes);
  }
  return "no such query";
}

}  // namespace

TEST_CASE("network-config-analyzer's relations between sets of policies are ours") {
  const auto root = support::conformance_folder();
  if (!root) return;
  const fs::path folder = *root / "network-config-analyzer";
  std::size_t asked = 0;
  for (const Question& question : read_questions(folder / "cases.tsv")) {
    if (question.query == "connectivityMap") continue;  // for polreach map
    CAPTURE(question.name);
    const fs::path sets = folder / "cases" / question.name;
    std::vector<std::string> words{"relate", (sets / "manifests-a").string()};
    if (fs::exists(sets / "manifests-b")) words.push_back((sets / "manifests-b").string());
    for (const char* option : {"--ipblock-matches-pods=no", "--host-network=pod",
                               "--missing-namespaces=unlabelled", "--format=json"}) {
      words.emplace_back(option);
    }
    const RelateAnswer answer = support::read_relate_answer(support::run(words).out);
    CHECK(answer_to(question.query, answer) == question.expected);
    CHECK(answer.all_replayed);
    ++asked;
  }
  CHECK(asked == 57);
  MESSAGE(asked << " questions");
}

}  // namespace polreach::conformance
