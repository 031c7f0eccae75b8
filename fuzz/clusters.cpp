// SPDX-License-Identifier: Apache-2.0
#include "fuzz/targets.h"
#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"

namespace polreach::fuzz {
namespace {

/// An execution is one question about a small cluster, so that there are many of them; large ones,
/// and more of each, are what scripts/agreement.sh is for.
constexpr std::uint64_t kMostWorlds = 1000;
constexpr std::size_t kAddressesTried = 2;
/// Of a hundred questions, those that Z3 is asked, too: each costs as much as many others.
constexpr int kProvedShare = 2;

}  // namespace

void clusters(Bytes bytes) {
  agreement::Options options;
  options.most_worlds = kMostWorlds;
  const agreement::Spec spec = agreement::generate(agreement::Random(bytes), options);
  agreement::Comparison comparison(spec, kAddressesTried);
  agreement::Random random(number_of(bytes));
  const agreement::Pair pair = random.pick(comparison.some_pairs(random, 2));
  const auto sets = comparison.check_sets(pair, random);
  demand(!sets, "the set engine and the replay agree with the oracle", sets.value_or(""));
  if (!random.chance(kProvedShare)) return;
  const auto z3 = comparison.check_z3(pair, random);
  demand(!z3, "Z3 agrees with the oracle", z3.value_or(""));
}

}  // namespace polreach::fuzz
