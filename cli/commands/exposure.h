// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach exposure`: reads the input and says what each workload is open to. Returns the exit
/// status: kYes where there is a list, whatever it holds.
int run_exposure(const Arguments& arguments, const Streams& streams);

/// The same about input that the session has.
int ask_exposure(Session& session);

/// Its name, options and help.
extern const CommandSpec kExposure;

}  // namespace polreach::cli
