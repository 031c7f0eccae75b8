// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cli/session.h"
#include "compiler/resolve/cluster.h"
#include "policies/intents/intent.h"

namespace polreach::cli {

/// `polreach suggest --intents`: one change for all that certainly violates agreed rules, or for
/// what --finding chooses of it. Afterwards the rules are verified again. `windows`: as of
/// solver::suggest::Request. `options`: how the input was read, to read it again with rules of
/// security groups. Returns the exit status.
int run_suggest_intents(Session& session, const InputOptions& options,
                        const compiler::Cluster& cluster, bool windows,
                        const std::vector<intents::Intent>& intents);

}  // namespace polreach::cli
