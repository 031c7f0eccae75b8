// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"

/// What lies within what, as it is written: a yes is certain, and a no is "not seen".
namespace polreach::solver::audit::kubernetes {

/// Whether everything that one selector selects the other selects, too.
[[nodiscard]] bool is_within(const model::Selector& inner, const model::Selector& outer);

/// The same of two peers of NetworkPolicies in one namespace; nullptr: everyone.
[[nodiscard]] bool is_within(const compiler::Cluster& cluster, model::NamespaceId ns,
                             const model::Peer* inner, const model::Peer* outer);

/// The same of the ports of two rules; none: every port.
[[nodiscard]] bool is_within(const std::vector<model::PortMatch>& inner,
                             const std::vector<model::PortMatch>& outer);

}  // namespace polreach::solver::audit::kubernetes
