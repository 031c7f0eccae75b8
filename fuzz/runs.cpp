// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "fuzz/targets.h"
#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"
#include "tests/support/program.h"

// The targets that need the whole program.
namespace polreach::fuzz {
namespace {

/// An execution is one question about a small cluster, so that there are many of them; large ones,
/// and more of each, are what scripts/agreement.sh is for.
constexpr std::uint64_t kMostWorlds = 1000;
constexpr std::size_t kAddressesTried = 2;
/// Of a hundred questions, those that Z3 is asked, too: each costs as much as many others.
constexpr int kProvedShare = 2;
/// Of a hundred runs, those that are repeated.
constexpr int kRepeatedShare = 20;

/// A number that any change of the bytes changes.
std::uint64_t number_of(Bytes bytes) {
  std::uint64_t number = 0xCBF29CE484222325ULL;
  for (const std::uint8_t byte : bytes) number = (number ^ byte) * 0x100000001B3ULL;
  return number;
}

}  // namespace

void commands(Bytes bytes) {
  static const std::array<const char*, 16> kCommands = {
      "map -",
      "map --pods --explain --format json -",
      "can any any -",
      "can internet any --keep-going --format json -",
      "can any internet --port 443 --protocol any -",
      "exposure -",
      "exposure --format json --keep-going -",
      "relate -",
      "effective nsg web -",
      "map --engine calico --host-network pod --ipblock-matches-pods yes -",
      "audit -",
      "audit --format json --keep-going -",
      "init -",
      "map --format html --keep-going -",
      "audit --format sarif --keep-going -",
      "suggest any any --port 443 -",
  };
  if (bytes.empty()) return;
  const auto words = support::words_of(kCommands[bytes[0] % kCommands.size()]);
  const std::string input = text_of(bytes.subspan(1));
  const support::Run run = support::run(words, input);
  demand(run.status >= 0 && run.status <= 2, "an exit status is 0, 1 or 2");
  demand(run.err.find("error[internal]") == std::string::npos, "no internal error", run.err);
  demand(run.status != 2 || !run.err.empty() || !run.out.empty(), "no verdict says why");
  if (!agreement::Random(number_of(bytes)).chance(kRepeatedShare)) return;
  const support::Run again = support::run(words, input);
  demand(run.out == again.out && run.err == again.err && run.status == again.status,
         "the same input gives the same bytes", run.out + again.out);
}

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
