// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach generate`: the manual page and completions. Returns the exit status.
int run_generate(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kGenerate;

}  // namespace polreach::cli
