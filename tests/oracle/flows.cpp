// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/flows.h"

#include <algorithm>

namespace polreach::oracle {
namespace {

using enum FlowPlace;
using enum FlowPort;
using A = FlowAddress;
using S = FlowSource;
using T = FlowTarget;
using P = FlowPlacement;
using E = FlowPolicy;
using M = model::NetworkMode;

constexpr auto kOut = model::Direction::Egress;
constexpr auto kIn = model::Direction::Ingress;
/// Whether a group on the node's interface sees packets of pods with addresses of their own.
constexpr std::string_view kNic = "A-nicnsg-podip";

const std::vector<M> kAll = {M::Kubenet, M::NodeSubnet, M::PodSubnet, M::Overlay};

/// The filters of a node for packets of its own address.
std::vector<FlowStep> node_out(A source, A target) {
  return {{Interface, kOut, source, target}, {NodeSubnet, kOut, source, target}};
}
std::vector<FlowStep> node_in(A source, A target, FlowPort port = OfTarget) {
  return {{NodeSubnet, kIn, source, target, port}, {Interface, kIn, source, target, port}};
}
/// The same of a pod that has an address of the pod subnet, of an overlay, or of kubenet's range,
/// which is none of the interface's own.
std::vector<FlowStep> pod_out(FlowPlace subnet, A source, A target) {
  return {{Interface, kOut, source, target, OfTarget, kNic}, {subnet, kOut, source, target}};
}
std::vector<FlowStep> pod_in(FlowPlace subnet, A source, A target) {
  return {{subnet, kIn, source, target}, {Interface, kIn, source, target, OfTarget, kNic}};
}
std::vector<FlowStep> target_in(A source) {
  return {{TargetSubnet, kIn, source, A::Target}, {TargetInterface, kIn, source, A::Target}};
}
std::vector<FlowStep> policies_out(A target) { return {{PodPolicies, kOut, A::Pod, target}}; }
std::vector<FlowStep> policies_in(A source) { return {{PodPolicies, kIn, source, A::TargetPod}}; }

std::vector<FlowStep> operator+(std::vector<FlowStep> a, const std::vector<FlowStep>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// A client's own filters are the same for all of these flows, and not in the rows.
void add_pod_to_pod(std::vector<FlowRow>& rows) {
  const auto policies = [](const std::vector<FlowStep>& between) {
    return policies_out(A::TargetPod) + between + policies_in(A::Pod);
  };
  rows.push_back({1, S::Pod, T::Pod, kAll, P::SameNode, E::None, true, policies({}),
                  "never leaves the node; groups are applied at the port of the machine"});
  rows.push_back({2,
                  S::Pod,
                  T::Pod,
                  {M::Overlay},
                  P::OtherNode,
                  E::None,
                  true,
                  policies(pod_out(NodeSubnet, A::Pod, A::TargetPod) +
                           pod_in(NodeSubnet, A::Pod, A::TargetPod)),
                  "is not encapsulated, and subnet NSG rules are applied"});
  rows.push_back(
      {3,
       S::Pod,
       T::Pod,
       {M::PodSubnet},
       P::OtherNode,
       E::None,
       true,
       policies(pod_out(PodSubnet, A::Pod, A::TargetPod) + pod_in(PodSubnet, A::Pod, A::TargetPod)),
       "the pod subnet has its own NSG"});
  rows.push_back({3,
                  S::Pod,
                  T::Pod,
                  {M::NodeSubnet},
                  P::OtherNode,
                  E::None,
                  true,
                  policies(node_out(A::Pod, A::TargetPod) + node_in(A::Pod, A::TargetPod)),
                  "pods have addresses of the nodes' subnet, on the nodes' interfaces"});
  rows.push_back({4,
                  S::Pod,
                  T::Pod,
                  {M::Kubenet},
                  P::OtherNode,
                  E::None,
                  true,
                  policies(pod_out(NodeSubnet, A::Pod, A::TargetPod) +
                           pod_in(NodeSubnet, A::Pod, A::TargetPod)),
                  "routed to the other node; rules must allow traffic between node and pod CIDR"});
}

void add_pod_to_outside(std::vector<FlowRow>& rows) {
  const auto from = [](A source, T target) {
    const bool has_end = target == T::VirtualNet || target == T::PeerOrOnPrem;
    return has_end ? target_in(source) : std::vector<FlowStep>{};
  };
  for (const T target : {T::VirtualNet, T::PeerOrOnPrem, T::Internet}) {
    const int translated = target == T::Internet ? 9 : 6;
    rows.push_back({translated,
                    S::Pod,
                    target,
                    {M::Overlay, M::Kubenet},
                    P::Any,
                    E::None,
                    true,
                    policies_out(A::Target) + node_out(A::Node, A::Target) + from(A::Node, target),
                    "outside of the pod CIDR the source becomes the address of the node"});
    const bool inside = target == T::VirtualNet;
    const A source = inside ? A::Pod : A::Node;
    rows.push_back({target == T::Internet ? 9 : 7,
                    S::Pod,
                    target,
                    {M::NodeSubnet},
                    P::Any,
                    E::None,
                    true,
                    policies_out(A::Target) + node_out(source, A::Target) + from(source, target),
                    "translated to the node's address outside of the VNet only"});
    rows.push_back(
        {target == T::Internet ? 9 : 8,
         S::Pod,
         target,
         {M::PodSubnet},
         P::Any,
         E::None,
         true,
         policies_out(A::Target) + pod_out(PodSubnet, A::Pod, A::Target) + from(A::Pod, target),
         "keeps the pod's address, also to other VNets"});
  }
  rows.push_back({17, S::Pod, T::Metadata, kAll, P::Any, E::None, true, policies_out(A::Target),
                  "platform addresses are not subject to NSGs; policies apply"});
}

/// From the node that a client reached to a pod on another: a connection of the node's own.
std::vector<FlowStep> second_hop(M mode) {
  const auto out = node_out(A::EntryNode, A::TargetPod);
  if (mode == M::PodSubnet) return out + pod_in(PodSubnet, A::EntryNode, A::TargetPod);
  if (mode != M::NodeSubnet) return out + pod_in(NodeSubnet, A::EntryNode, A::TargetPod);
  return out + node_in(A::EntryNode, A::TargetPod);
}

void add_services(std::vector<FlowRow>& rows) {
  struct Entry {
    int number;
    T target;
    bool floating;
    A address;
    FlowPort port;
  };
  const std::vector<Entry> entries = {
      // Floating IP: the destination stays the frontend's address and the Service's port.
      {10, T::LoadBalancer, true, A::Frontend, OfService},
      // azure-disable-load-balancer-floating-ip: it becomes the node's address and its port.
      {10, T::LoadBalancer, false, A::EntryNode, FlowPort::NodePort},
      {13, T::NodePort, true, A::EntryNode, FlowPort::NodePort}};
  for (const Entry& entry : entries) {
    const auto first = node_in(A::Client, entry.address, entry.port);
    rows.push_back({entry.number, S::Outside, entry.target, kAll, P::SameNode, E::Cluster,
                    entry.floating, first + policies_in(A::EntryNode),
                    "Cluster: the source becomes the private address of the node"});
    for (const M mode : kAll) {
      rows.push_back({entry.number,
                      S::Outside,
                      entry.target,
                      {mode},
                      P::OtherNode,
                      E::Cluster,
                      entry.floating,
                      first + second_hop(mode) + policies_in(A::EntryNode),
                      "Cluster: sent on to any node, from the address of the first"});
    }
    rows.push_back({entry.number == 10 ? 11 : 13, S::Outside, entry.target, kAll, P::SameNode,
                    E::Local, entry.floating, first + policies_in(A::Client),
                    "Local: no second hop, only nodes with endpoints, the client's address"});
  }
}

void add_others(std::vector<FlowRow>& rows) {
  const auto gateway = [](const std::vector<FlowStep>& in) {
    const std::vector<FlowStep> out = {{GatewaySubnet, kOut, A::Gateway, A::TargetPod}};
    return out + in + policies_in(A::Gateway);
  };
  rows.push_back({14,
                  S::Gateway,
                  T::Pod,
                  {M::NodeSubnet},
                  P::Any,
                  E::None,
                  true,
                  gateway(node_in(A::Gateway, A::TargetPod)),
                  "the gateway talks to the pods' addresses; clients are in X-Forwarded-For"});
  rows.push_back({14,
                  S::Gateway,
                  T::Pod,
                  {M::PodSubnet},
                  P::Any,
                  E::None,
                  true,
                  gateway(pod_in(PodSubnet, A::Gateway, A::TargetPod)),
                  "the gateway talks to the pods' addresses; clients are in X-Forwarded-For"});
  rows.push_back({15,
                  S::Gateway,
                  T::Pod,
                  {M::Overlay},
                  P::Any,
                  E::None,
                  true,
                  gateway(pod_in(NodeSubnet, A::Gateway, A::TargetPod)),
                  "Application Gateway for Containers: the overlay extends to its subnet"});
  // Through the tunnel of konnectivity, which the cluster's own agents open: nothing comes in.
  rows.push_back({18,
                  S::ApiServer,
                  T::Pod,
                  kAll,
                  P::Any,
                  E::None,
                  true,
                  {},
                  "konnectivity tunnel: no inbound rule is needed"});
  // Pods by their own address from outside: only where their addresses are the network's.
  rows.push_back({3,
                  S::Outside,
                  T::Pod,
                  {M::NodeSubnet},
                  P::Any,
                  E::None,
                  true,
                  node_in(A::Client, A::TargetPod) + policies_in(A::Client),
                  "addressable from the VNet and what is connected to it"});
  rows.push_back({3,
                  S::Outside,
                  T::Pod,
                  {M::PodSubnet},
                  P::Any,
                  E::None,
                  true,
                  pod_in(PodSubnet, A::Client, A::TargetPod) + policies_in(A::Client),
                  "addressable from the VNet and what is connected to it"});
}

}  // namespace

const std::vector<FlowRow>& flow_table() {
  static const std::vector<FlowRow> kTable = [] {
    std::vector<FlowRow> rows;
    add_pod_to_pod(rows);
    add_pod_to_outside(rows);
    add_services(rows);
    add_others(rows);
    return rows;
  }();
  return kTable;
}

const FlowRow* expected_flow(FlowSource source, FlowTarget target, model::NetworkMode mode,
                             FlowPlacement placement, FlowPolicy policy, bool floating) {
  for (const FlowRow& row : flow_table()) {
    const bool in_mode = std::find(row.modes.begin(), row.modes.end(), mode) != row.modes.end();
    const bool placed = row.placement == FlowPlacement::Any || row.placement == placement;
    if (row.source == source && row.target == target && in_mode && placed && row.policy == policy &&
        row.floating == floating) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace polreach::oracle
