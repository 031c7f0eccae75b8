// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach map`: reads the input and lists all connections. Returns the exit status: kYes where
/// there is a list, whatever it holds.
int run_map(const Arguments& arguments, const Streams& streams);

/// The same about input that the session has.
int ask_map(Session& session);

/// Its name, options and help.
extern const CommandSpec kMap;

}  // namespace polreach::cli
