// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "fuzz/targets.h"
#include "tests/agreement/random.h"
#include "tests/support/program.h"

// The targets that need the whole program.
namespace polreach::fuzz {
namespace {

/// Of a hundred runs, those that are repeated.
constexpr int kRepeatedShare = 20;

/// A message starts a line. Elsewhere the same words are of the input, where fuzzers put them.
bool has_internal_error(const std::string& messages) {
  return ("\n" + messages).find("\nerror[internal]") != std::string::npos;
}

}  // namespace

int run_command(Bytes bytes) {
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
  if (bytes.empty()) return 2;
  const auto words = support::words_of(kCommands[bytes[0] % kCommands.size()]);
  const std::string input = text_of(bytes.subspan(1));
  const support::Run run = support::run(words, input);
  demand(run.status >= 0 && run.status <= 2, "an exit status is 0, 1 or 2");
  demand(!has_internal_error(run.err), "no internal error", run.err);
  demand(run.status != 2 || !run.err.empty() || !run.out.empty(), "no verdict says why");
  if (!agreement::Random(number_of(bytes)).chance(kRepeatedShare)) return run.status;
  const support::Run again = support::run(words, input);
  demand(run.out == again.out && run.err == again.err && run.status == again.status,
         "the same input gives the same bytes", run.out + again.out);
  return run.status;
}

void commands(Bytes bytes) { (void)run_command(bytes); }

}  // namespace polreach::fuzz
