// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/ports.h"
#include "cli/session.h"
#include "compiler/resolve/cluster.h"

namespace polreach::cli {

/// `polreach suggest` between two places of a network: rules of security groups. `options`: how
/// the input was read, to read it again with the suggestion. Returns the exit status.
int run_suggest_network(Session& session, const InputOptions& options,
                        const compiler::Cluster& pods, const AskedPackets& packets);

}  // namespace polreach::cli
