// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/options.h"
#include "cli/streams.h"

namespace polreach::cli {

extern const CommandSpec kVerify;

/// Holds agreed rules against the input. Status: 0 where all hold, 1 where one is violated, 2 where
/// none is, and one depends, matches nothing or has no answer.
int run_verify(const Arguments& arguments, const Streams& streams);

}  // namespace polreach::cli
