// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "cli/commands/audit.h"
#include "cli/commands/can.h"
#include "cli/commands/check.h"
#include "cli/commands/compile.h"
#include "cli/commands/demo.h"
#include "cli/commands/diff.h"
#include "cli/commands/effective.h"
#include "cli/commands/exposure.h"
#include "cli/commands/generate.h"
#include "cli/commands/init.h"
#include "cli/commands/map.h"
#include "cli/commands/relate.h"
#include "cli/commands/shell.h"
#include "cli/commands/suggest.h"
#include "cli/commands/verify.h"
#include "cli/options.h"

namespace polreach::cli {
namespace {

constexpr std::array kCommands = {
    &kCan,   &kMap,  &kDiff,    &kExposure, &kRelate,  &kEffective, &kAudit,    &kVerify,
    &kCheck, &kInit, &kSuggest, &kShell,    &kCompile, &kDemo,      &kGenerate,
};

}  // namespace

std::span<const CommandSpec* const> commands() { return kCommands; }

const CommandSpec* find_command(std::string_view name) {
  const auto found = std::find_if(kCommands.begin(), kCommands.end(),
                                  [&](const CommandSpec* c) { return c->name == name; });
  return found == kCommands.end() ? nullptr : *found;
}

}  // namespace polreach::cli
