// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"

/// What lies within what, and what meets what, as it is written. That something lies within is
/// certain, and so is that two things do not meet; the opposites mean "not seen".
namespace polreach::solver::audit::kubernetes {

/// Whether everything that one selector selects the other selects, too.
[[nodiscard]] bool is_within(const model::Selector& inner, const model::Selector& outer);

/// The same of two peers of NetworkPolicies in one namespace; nullptr: everyone.
[[nodiscard]] bool is_within(const compiler::Cluster& cluster, model::NamespaceId ns,
                             const model::Peer* inner, const model::Peer* outer);

/// The same of the ports of two rules; none: every port.
[[nodiscard]] bool is_within(const std::vector<model::PortMatch>& inner,
                             const std::vector<model::PortMatch>& outer);

/// Whether something may be selected by both.
[[nodiscard]] bool may_meet(const model::Selector& a, const model::Selector& b);

/// Whether a packet may have an end that both peers match; nullptr: everyone.
[[nodiscard]] bool may_meet(const compiler::Cluster& cluster, model::NamespaceId ns,
                            const model::Peer* a, const model::Peer* b);

/// Whether a packet may be to a port of both; none: every port.
[[nodiscard]] bool may_meet(const std::vector<model::PortMatch>& a,
                            const std::vector<model::PortMatch>& b);

}  // namespace polreach::solver::audit::kubernetes
