// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

/// `polreach relate`: holds two sets of manifests against each other, or looks at one. Returns the
/// exit status: kYes where the two are equivalent, where what --expect names holds, or where
/// nothing is wrong with the one; kNo where not; kNoVerdict where that depends.
int run_relate(const Arguments& arguments, const Streams& streams);

/// Its name, options and help.
extern const CommandSpec kRelate;

}  // namespace polreach::cli
