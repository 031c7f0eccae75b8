// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "fuzz/targets.h"
#include "tests/agreement/compare.h"
#include "tests/agreement/generator.h"
#include "tests/support/program.h"

// The targets that need the whole program.
namespace polreach::fuzz {

void commands(Bytes bytes) {
  static const std::array<const char*, 10> kCommands = {
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
  };
  if (bytes.empty()) return;
  const auto words = support::words_of(kCommands[bytes[0] % kCommands.size()]);
  const std::string input = text_of(bytes.subspan(1));
  const support::Run run = support::run(words, input);
  demand(run.status >= 0 && run.status <= 2, "an exit status is 0, 1 or 2");
  demand(run.err.find("error[internal]") == std::string::npos, "no internal error", run.err);
  demand(run.status != 2 || !run.err.empty() || !run.out.empty(), "no verdict says why");
  const support::Run again = support::run(words, input);
  demand(run.out == again.out && run.err == again.err && run.status == again.status,
         "the same input gives the same bytes", run.out + again.out);
}

void clusters(Bytes bytes) {
  const agreement::Spec spec = agreement::generate(agreement::Random(bytes));
  agreement::Comparison comparison(spec);
  agreement::Random random(bytes.size());
  for (const agreement::Pair& pair : comparison.some_pairs(random, 2)) {
    const auto sets = comparison.check_sets(pair, random);
    demand(!sets, "the set engine and the replay agree with the oracle", sets.value_or(""));
  }
  const auto pairs = comparison.some_pairs(random, 1);
  const auto z3 = comparison.check_z3(pairs.front(), random);
  demand(!z3, "Z3 agrees with the oracle", z3.value_or(""));
}

}  // namespace polreach::fuzz
