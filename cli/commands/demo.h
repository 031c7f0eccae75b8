// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach demo`: shows what polreach is for, on a small cluster that is part of the program.
/// Reads and writes no file. Returns the exit status: kYes.
int run_demo(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kDemo;

}  // namespace polreach::cli
