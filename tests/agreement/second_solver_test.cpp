// SPDX-License-Identifier: Apache-2.0
#include "tests/support/second_solver.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"

// Another solver is asked what Z3 was asked: cvc5 (Debian), which shares no code with it.
namespace polreach::agreement {
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
  const std::vector<std::string> expected = support::statuses_of(script.str());
  REQUIRE(expected.size() == transcript.size());
  // The answers that a verdict rests on, and those to questions about wrong answers.
  CHECK(std::count(expected.begin(), expected.end(), "unsat") > 50);
  CHECK(std::count(expected.begin(), expected.end(), "sat") > 50);
  CHECK(support::answers_of_cvc5(script.str()) == expected);
  MESSAGE(expected.size() << " questions");
}

}  // namespace polreach::agreement
