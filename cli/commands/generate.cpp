// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/generate.h"

#include <array>
#include <ostream>

#include "cli/help.h"
#include "cli/report/style.h"

namespace polreach::cli {
namespace {

constexpr std::array<OptionSpec, 1> kGenerateOptions = {{
    {"help", 'h', "", "show this help", "", ""},
}};

}  // namespace

int run_generate(const Arguments& arguments, const Streams& streams) {
  if (write_generated(streams.out, arguments.positional[0])) return kYes;
  streams.err << "error[usage]: there is nothing of that name to generate\n  help: "
              << kGenerate.missing << "\n";
  return kNoVerdict;
}

constinit const CommandSpec kGenerate = {
    "generate",
    "man|bash|zsh|fish",
    "write the manual page or a shell completion",
    "Writes the manual page or the completion script of a shell to standard output.",
    kGenerateOptions,
    1,
    true,
    "say what to write: man, bash, zsh or fish",
    run_generate,
    nullptr,
    false};

}  // namespace polreach::cli
