// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach suggest`: reads the input, finds a change, reports. Returns the exit status.
int run_suggest(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kSuggest;

}  // namespace polreach::cli
