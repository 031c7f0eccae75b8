// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/path/pod_stand.h"

/// Ways to a pod through a port that its node opens for it (hostPort). Groups see the node and its
/// port. The node's port mapping (the portmap plugin of CNI, or Cilium's own) then makes the pod
/// and its port of it and leaves the source as it is, so that policies see the client
/// (A-HOSTPORT). A pod with hostNetwork has no such ways: it is its node.
///
/// A client chooses whether it calls the pod or the node: these ways are no others of pod_to_pod
/// and site_to_pod, but connections of their own.
namespace polreach::compiler {

/// Which end of the translation the packets asked about are of.
enum class HostPortView : std::uint8_t {
  OfPod,  // to the pod and the port of its container
  OfNode  // to the node and the port that it opens
};

/// The port of the packets that such a connection is about.
[[nodiscard]] net::Port port_of(const model::HostPort& port, HostPortView view);

/// From a place in the network. `nodes`: that pool alone; otherwise wherever the pod can run.
[[nodiscard]] Connection site_to_host_port(Surroundings& around, const Site& source,
                                           model::EndpointId pod, const model::HostPort& port,
                                           HostPortView view,
                                           const std::optional<Nodes>& nodes = {});

/// From another pod, OfPod. What policies see of a packet to its own node is not documented
/// (A-hostport-own-node).
[[nodiscard]] Connection pod_to_host_port(Surroundings& around, model::EndpointId source,
                                          model::EndpointId pod, const model::HostPort& port);

}  // namespace polreach::compiler
