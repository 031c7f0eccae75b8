// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

extern const CommandSpec kInit;

/// Writes a first file of intents. Status: 0 where there is one, whatever it holds; 2 where not.
int run_init(const Arguments& arguments, const Streams& streams);

}  // namespace polreach::cli
