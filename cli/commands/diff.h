// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach diff`: reads two sets of manifests, from paths or git revisions, and says what
/// changed. Returns the exit status: kYes for no change that counts, kNo for changes.
int run_diff(const Arguments& arguments, const Streams& streams);

/// The same about the inputs that two sessions with the same arguments have; OLD and NEW are what
/// they are called.
int ask_diff(Session& before, Session& after);

/// Its name, options and help.
extern const CommandSpec kDiff;

}  // namespace polreach::cli
