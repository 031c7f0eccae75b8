// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach check`: what a change does to connections, to agreed rules and to the findings of the
/// audit. Returns the exit status: kYes where it brings in nothing that counts, kNo where it does.
int run_check(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kCheck;

}  // namespace polreach::cli
