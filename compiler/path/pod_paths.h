// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/pod_stand.h"

/// Connections with a pod at an end, in each network model (AKS documentation, "Networking
/// concepts": Azure CNI Overlay, Azure CNI pod subnet, legacy Azure CNI and kubenet).
///
/// | | groups see the pod as | from outside of the cluster |
/// |---|---|---|
/// | Overlay, Kubenet | itself, towards pods; its node, towards everything else | not addressable |
/// | NodeSubnet | itself within the network, its node beyond (A-MASQ-DEFAULT) | addressable |
/// | PodSubnet | itself | addressable |
/// | Other (A-BYOCNI), no cluster (A-no-cluster) | nobody knows | nobody knows |
///
/// Policies always see the pod itself, before its address is translated. With hostNetwork it has
/// the address of its node in every model.
///
/// Several connections where the header differs between parts of the destination: the packets of
/// one are none of another's.
namespace polreach::compiler {

/// Two ways where nobody knows the nodes: on one node packets meet no group
/// (A-SAME-NODE-NO-NSG), between two nodes those of both ends.
[[nodiscard]] Connection pod_to_pod(Surroundings& around, model::EndpointId source,
                                    model::EndpointId destination);
[[nodiscard]] std::vector<Connection> pod_to_site(Surroundings& around, model::EndpointId source,
                                                  const Site& destination);
[[nodiscard]] Connection site_to_pod(Surroundings& around, const Site& source,
                                     model::EndpointId destination);

}  // namespace polreach::compiler
