// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"

namespace polreach::agreement {

/// Adds one to three policies of the admin and baseline tiers, and sometimes Node objects for
/// `nodes` and one more; sometimes takes the NetworkPolicies away. Priorities are distinct in a
/// tier, and leave room between them.
void add_tiers(Spec& spec, const std::vector<NodeSpec>& nodes, Random& random);

}  // namespace polreach::agreement
