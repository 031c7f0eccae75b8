// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach shell`: reads the input once, then answers one question after the other, from a prompt
/// or from a script. Returns the exit status: kYes where every line was answered, kNoVerdict where
/// one was not; from a prompt kYes.
int run_shell(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kShell;

}  // namespace polreach::cli
