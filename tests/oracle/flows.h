// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "policies/model/cloud.h"

/// Which header each enforcement point sees of the flows around an AKS cluster, as data: one row
/// for each flow that the documentation tells apart, with its statement. Tests hold the paths that
/// the program builds against it.
///
/// The documentation: AKS "Networking concepts", "Azure CNI Overlay", "Azure CNI Pod Subnet",
/// "Azure CNI Node Subnet" (legacy), "Use kubenet", "Standard load balancer", "Floating IP";
/// Kubernetes "Source IP"; Application Gateway Ingress Controller "Overview". A step that no
/// document confirms carries the name of the assumption it rests on.
namespace polreach::oracle {

enum class FlowSource : std::uint8_t { Pod, Outside, Gateway, ApiServer };
enum class FlowTarget : std::uint8_t {
  Pod,           // by its own address, or by a ClusterIP (translated on the source's node)
  VirtualNet,    // an address in the cluster's own network, not of the cluster
  PeerOrOnPrem,  // beyond it, private
  Internet,
  LoadBalancer,  // a Service's frontend
  NodePort,
  Metadata  // 169.254.169.254 and 168.63.129.16
};
/// Where the pod of the target runs: on the node that the packet is at, or on another.
enum class FlowPlacement : std::uint8_t { Any, SameNode, OtherNode };
enum class FlowPolicy : std::uint8_t { None, Cluster, Local };  // externalTrafficPolicy

enum class FlowPlace : std::uint8_t {
  PodPolicies,
  Interface,     // of the node
  NodeSubnet,    // of the node
  PodSubnet,     // podSubnetID of the node's pool
  TargetSubnet,  // of an address that is not the cluster's
  TargetInterface,
  GatewaySubnet
};
/// Whose address stands in a header.
enum class FlowAddress : std::uint8_t {
  Pod,        // of the pod that the flow starts from
  Node,       // of its node
  EntryNode,  // of the node that the load balancer or the client has chosen
  TargetPod,
  Client,
  Frontend,  // of the load balancer
  Gateway,   // an instance of the application gateway
  Target     // an address that is not the cluster's
};
enum class FlowPort : std::uint8_t { OfTarget, OfService, NodePort };

struct FlowStep {
  FlowPlace place;
  model::Direction direction;
  FlowAddress source;
  FlowAddress target;
  FlowPort port = FlowPort::OfTarget;
  std::string_view assumption = {};  // empty: documented
};

struct FlowRow {
  int number;  // of the flow in the table of flows
  FlowSource source;
  FlowTarget target;
  std::vector<model::NetworkMode> modes;
  FlowPlacement placement = FlowPlacement::Any;
  FlowPolicy policy = FlowPolicy::None;
  bool floating = true;         // of a load balancer: floating IP is on, the default of AKS
  std::vector<FlowStep> steps;  // in the order in which a packet meets them
  std::string_view why;
};

[[nodiscard]] const std::vector<FlowRow>& flow_table();

/// The row of a flow; nothing: the packet cannot be sent at all (a pod of an overlay or of kubenet
/// from outside of the cluster).
[[nodiscard]] const FlowRow* expected_flow(FlowSource source, FlowTarget target,
                                           model::NetworkMode mode, FlowPlacement placement,
                                           FlowPolicy policy = FlowPolicy::None,
                                           bool floating = true);

}  // namespace polreach::oracle
