// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach effective`: reads the input and lists the rules that act at a place. Returns the exit
/// status: kYes where there is a list, whatever it holds.
int run_effective(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kEffective;

}  // namespace polreach::cli
