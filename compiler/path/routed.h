// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/pod_stand.h"

/// Whether packets are led to their destination at all, filters apart: the longest matching route,
/// a user's before the platform's (Azure documentation, "Virtual network traffic routing"), and
/// what leads to and from the internet. Only the way of the first packet is looked at.
namespace polreach::compiler {

[[nodiscard]] Routed routed_between(Surroundings& around, const Site& source,
                                    const Site& destination);
/// From pods, by the routes of their nodes' or their own subnet.
[[nodiscard]] Routed routed_from_nodes(Surroundings& around, const std::vector<PodStand>& pods,
                                       const net::AddressSet& addresses, const Site& destination);
/// To pods with addresses of the network: their own, or with hostNetwork their nodes'.
[[nodiscard]] Routed routed_to_pods(Surroundings& around, const Site& source,
                                    const std::vector<PodStand>& pods, bool host_network);

/// Of several parts of what was asked about: the answer of all, or unknown where they differ.
[[nodiscard]] Routed both(const Routed& a, const Routed& b);

}  // namespace polreach::compiler
