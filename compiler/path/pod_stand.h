// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compiler/path/hops.h"

/// Where a pod can run in its cluster, and which address and groups it has there.
namespace polreach::compiler {

/// A pod in one of its node pools. Pools in the same subnets are one.
struct PodStand {
  std::string pool;  // "node pool apps"
  Nodes nodes;
  net::AddressSet addresses;       // the pod's
  net::AddressSet node_addresses;  // of nodes of the pool
  struct At {
    Guard guard;
    bool perhaps = false;  // A-NICNSG-PODIP
  };
  std::vector<At> guards;  // of its own address, from the inside out
};

/// The pools that the node of the pod can be in: that of its node where the node is known (by the
/// label kubernetes.azure.com/agentpool, or by AKS's names of nodes), all of them otherwise.
/// `around.managed()` must have a value, and its mode be known.
[[nodiscard]] std::vector<PodStand> pod_stands(Surroundings& around, model::EndpointId id);

/// The nodes of a cluster as stands of no pod, each pair of subnets once: `addresses` and `guards`
/// are the nodes'.
[[nodiscard]] std::vector<PodStand> node_stands(Surroundings& around, model::ManagedClusterId id);
/// Whether two pools of one cluster are in the same subnets.
[[nodiscard]] bool same_subnets(const model::Cloud& cloud, const Nodes& a, const Nodes& b);

/// The guards at a pod's own address.
void add_pod_guards(Surroundings& around, Path& path, const PodStand& stand,
                    model::Direction direction, const Header& header);

/// Whether pods (not of hostNetwork) have a range of their own, outside of the network.
[[nodiscard]] bool has_pod_range(model::NetworkMode mode);

}  // namespace polreach::compiler
