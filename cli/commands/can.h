// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach can`: reads the input, asks, reports. Returns the exit status.
int run_can(const Arguments& arguments, const Streams& streams);

/// The same about input that the session has: SOURCE and DESTINATION are the arguments.
int ask_can(Session& session);

/// Its name, options and help.
extern const CommandSpec kCan;

}  // namespace polreach::cli
