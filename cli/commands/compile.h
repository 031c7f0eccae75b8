// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach compile`: reads the input and writes it as a file that is read in its place. Returns
/// the exit status: kYes where the file was written.
int run_compile(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kCompile;

}  // namespace polreach::cli
