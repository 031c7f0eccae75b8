// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "policies/azure/link/work.h"

namespace polreach::azure {

/// Managed clusters (AKS) with their node pools.
///
/// What is left out has the default of the REST API: networkPolicy none (since version 2024-05-01),
/// podCidr 10.244.0.0/16, serviceCidr 10.0.0.0/16, outboundType loadBalancer. Two defaults depend
/// on the version and the client, so that the cluster is `open` there: a cluster without
/// networkPlugin is taken for kubenet, and one with Cilium's data plane but without networkPolicy
/// for one with Cilium's policies.
void add_clusters(Work& work);

/// The configuration of a network, without pools; the pools decide between pod and node subnet.
void read_network_profile(Report& report, const Item& item, model::ManagedCluster& cluster);
model::NodePool read_pool(Work& work, const Item& item);

}  // namespace polreach::azure
