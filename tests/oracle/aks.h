// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "policies/model/cloud.h"
#include "tests/oracle/cloud.h"
#include "tests/oracle/oracle.h"

/// The naive referee of whole paths around an AKS cluster: a packet from end to end, through the
/// policies of the pods as the cluster's engine enforces them and through all groups on its way,
/// each with the header that it sees. Shares nothing with compiler/path.
///
/// Written from the rows of tests/oracle/flows.h (AKS "Networking concepts", "Azure CNI Overlay",
/// "Pod Subnet", legacy "Node Subnet", "Use kubenet", Kubernetes "Source IP"), the AKS pages on
/// policy engines, and the portmap plugin of CNI for host ports. What each takes to be open:
/// - two pods whose nodes are not known are on one node or on two;
/// - the address of a node that the model does not give is one of the nodes' subnet;
/// - at an address of the nodes' subnet that is no interface of the input stands the pod's own
///   node, another, or a machine;
/// - whether the group at the nodes' interfaces sees pods that have no address of it
///   (A-NICNSG-PODIP), and which route table a subnet has that a missing one leads from (kubenet);
/// - what becomes of protocols without ports where policies isolate a pod;
/// - a packet to a host port of the sender's own node.
/// The first pool of the first cluster is the only one. Pods have known addresses.
namespace polreach::oracle {

struct AksScene {
  const model::Cloud* cloud = nullptr;
  const model::Model* model = nullptr;
  const model::ClusterProfile* profile = nullptr;  // with its engine
};

/// A pod, or something in the network around.
struct AksEnd {
  std::optional<model::EndpointId> pod;
  CloudEnd site;
};

struct AksQuestion {
  enum class Way : std::uint8_t {
    Direct,    // to the destination's own address
    HostPort,  // to its node, at the port that is open for `port`
    NodePort   // to any node, at `on_node`; the destination is a pod behind the Service
  };
  Way way = Way::Direct;
  AksEnd source;
  AksEnd destination;
  net::IpProtocol protocol = net::IpProtocol::Tcp;
  net::Port source_port = 50000;
  net::Port port = 0;     // at the destination
  net::Port on_node = 0;  // of HostPort and NodePort
  bool local = false;     // NodePort: externalTrafficPolicy Local
};

/// In all that is open.
[[nodiscard]] Tri decide(const AksScene& scene, const AksQuestion& question);

}  // namespace polreach::oracle
