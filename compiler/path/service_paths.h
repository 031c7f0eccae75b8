// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/path/pod_stand.h"
#include "compiler/path/service_facts.h"

namespace polreach::compiler {

/// Where a client meets a Service: at the frontend of its load balancer, or at a port of the nodes.
enum class Entry : std::uint8_t { Frontend, NodePort };

/// The HeaderAddress::variable of the public address that what comes from a private one has at a
/// public frontend. The other variables of these paths are nodes and pods.
inline constexpr std::uint32_t kOutboundAddress = 4;

/// From a client outside of the pods to one pod behind a port of a Service: first to a node,
/// through the groups of the client and of the nodes; then from that node to the pod.
///
/// At the nodes the groups see the frontend and the Service's port (floating IP, which AKS sets
/// unless told otherwise), or a node and the node port (kubernetes-sigs/cloud-provider-azure,
/// azure_loadbalancer.go). Under externalTrafficPolicy Cluster the packet then goes on from the
/// node's own address, to a pod on the same node or on another; under Local the pod is on the node
/// and sees the client.
///
/// At a public frontend a client with private addresses is seen with the public address of its
/// interface, or with one that nobody knows.
///
/// Azure NPM: "ingress traffic arriving via a LoadBalancer or NodePort service with
/// externalTrafficPolicy=Cluster [...] isn't subject to ingress policy enforcement".
[[nodiscard]] Connection service_connection(Surroundings& around, const Site& client,
                                            const ServiceFacts& service,
                                            const ServiceFacts::Port& port, Entry entry,
                                            model::EndpointId pod);

}  // namespace polreach::compiler
