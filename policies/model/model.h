// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policies/model/labels.h"
#include "policies/model/shared_vector.h"
#include "policies/net/address_set.h"
#include "policies/net/traffic.h"
#include "policies/source/source_map.h"

/// The vendor-neutral model: what exists (namespaces, workloads, endpoints), what may pass
/// (policies: ordered rules in tiers), and what is not known. Every value that was written
/// somewhere carries its place. Nothing here decides anything: meaning lives in compiler/.
namespace polreach::model {

enum class NamespaceId : std::uint32_t {};
enum class WorkloadId : std::uint32_t {};
enum class EndpointId : std::uint32_t {};
enum class PolicyId : std::uint32_t {};

struct Namespace {
  Symbol name;
  /// Always holds kubernetes.io/metadata.name. Open where no document declares the namespace.
  LabelSetId labels;
  bool declared = false;
  Span where;  // its name; none() where it is not declared
};

/// A container port that has a name. Order matters: where a name occurs twice, the first entry
/// with the right protocol counts.
struct NamedPort {
  Symbol name;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port number = 1;
  friend auto operator<=>(const NamedPort&, const NamedPort&) = default;
};

/// A port of a container that its node opens for it (hostPort).
struct HostPort {
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port on_node = 1;
  net::Port in_container = 1;
  friend auto operator<=>(const HostPort&, const HostPort&) = default;
};

/// What a workload says of itself: a Deployment, or a bare Pod, or the owner that a pod names.
struct Workload {
  NamespaceId ns{};
  Symbol kind;
  Symbol name;
  /// Its object, or that of its first pod where the owner itself is not in the input.
  Span where;
  /// False only for a single bare Pod: a controller may run any number of pods.
  bool replicated = true;
  std::vector<EndpointId> endpoints;
};

/// One pod, or the pods that a template describes where no pod of it is in the input.
struct Endpoint {
  WorkloadId workload{};
  LabelSetId labels{};
  std::vector<NamedPort> ports;
  /// Of the pod (status.podIPs); empty means not known, not none.
  std::vector<net::Address> addresses;
  /// Pods with hostNetwork use the network of their node: NetworkPolicy leaves their treatment to
  /// the plugin.
  bool host_network = false;
  std::vector<HostPort> host_ports;
  /// The labels that its node must have (nodeSelector).
  std::vector<Label> node_labels;
  /// The node it runs on, where known; the node's addresses (status.hostIPs), where known.
  std::optional<Symbol> node;
  std::vector<net::Address> node_addresses;
  /// Of a pod that someone could create: any name may stand for any number, `ports` is empty.
  bool open_ports = false;
  /// The pod's name; nothing for a template.
  std::optional<Symbol> pod;
  /// The object that the pod names as controller (the pod itself where there is none).
  Symbol owner_kind;
  Symbol owner_name;
  Span where;
};

/// A node of the cluster (Kubernetes core/v1 Node).
struct Node {
  Symbol name;
  LabelSetId labels{};
  std::vector<net::Address> addresses;  // status.addresses; empty means not known
  Span where;
};

enum class ServiceType : std::uint8_t { ClusterIp, NodePort, LoadBalancer, ExternalName };

/// One port of a Service, and where its pods listen for it: a number, or a name that each pod
/// resolves for itself.
struct ServicePort {
  std::optional<Symbol> name;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port number = 1;
  std::variant<net::Port, Symbol> target = net::Port{1};
  std::optional<net::Port> node_port;  // where the API server has given it one, or the manifest
  Span where;
};

/// How a Service of type NodePort or LoadBalancer is reached from outside of its cluster
/// (Kubernetes API, ServiceSpec; the annotations of cloud-provider-azure).
struct OutsideAccess {
  bool external_local = false;             // externalTrafficPolicy: Local
  std::optional<bool> node_ports;          // allocateLoadBalancerNodePorts
  std::vector<net::Prefix> source_ranges;  // loadBalancerSourceRanges, allowed-ip-ranges
  /// The nodes hold to the ranges too: those of the Service's spec, not those of the annotation.
  bool ranges_on_nodes = false;
  std::vector<std::string> source_tags;          // azure-allowed-service-tags
  std::vector<net::Address> balancer_addresses;  // status, loadBalancerIP
  std::vector<net::Address> external_addresses;  // externalIPs
  bool internal = false;                         // azure-load-balancer-internal
  bool floating = true;                          // unless azure-disable-load-balancer-floating-ip
  bool deny_others = false;  // azure-deny-all-except-load-balancer-source-ranges
  friend bool operator==(const OutsideAccess&, const OutsideAccess&) = default;
};

/// A Kubernetes Service.
struct Service {
  NamespaceId ns{};
  Symbol name;
  std::optional<std::vector<Label>> selector;  // nothing: no selector, endpoints by other means
  std::vector<net::Address> cluster_addresses;
  ServiceType type = ServiceType::ClusterIp;
  bool headless = false;      // clusterIP: None; clients connect to the pods themselves
  std::string external_name;  // of ServiceType::ExternalName
  std::vector<ServicePort> ports;
  OutsideAccess outside;
  Span where;
};

/// A port by number or name; nothing: every one.
using EntrancePort = std::variant<std::monostate, net::Port, Symbol>;

/// One backend of an object that leads traffic from outside to a Service: a path of an Ingress, a
/// rule of a Gateway API route, an OpenShift Route.
struct Entrance {
  Symbol kind;  // "Ingress", "HTTPRoute", "Route", ...
  NamespaceId ns{};
  Symbol name;
  /// The Service that it leads to, which need not be in the input.
  NamespaceId service_ns{};
  Symbol service;
  /// The port of the Service.
  EntrancePort port;
  /// OpenShift, RoutePort.targetPort: `port` is that of the endpoints behind the Service, where a
  /// name is the one that the Service gives them.
  bool port_is_target = false;
  /// What serves it: the ingress class, or "namespace/name" of the Gateway, of several in order and
  /// joined by commas; empty: not named.
  std::string controller;
  Span where;  // of the backend
};

enum class Direction : std::uint8_t { Ingress, Egress };

/// Pods by labels. Kubernetes API, NetworkPolicyPeer: without a namespaceSelector the pods of the
/// policy's own namespace; with one, the pods that match in the namespaces that match.
struct PodPeer {
  std::optional<Selector> namespaces;
  Selector pods;
};

/// Addresses: in `cidr` and in none of `except`.
struct BlockPeer {
  net::Prefix cidr;
  std::vector<net::Prefix> except;  // each lies strictly inside cidr
  /// Network policy API, ClusterNetworkPolicyEgressPeer.networks: "cluster-internal traffic will be
  /// checked against the rule as well". Where false, the profile says whether pods are matched.
  bool matches_pods = false;
};

/// Nodes by labels: the addresses of Node objects, and pods with hostNetwork there. Without any
/// Node object in the input nobody knows which addresses they are.
struct NodePeer {
  Selector nodes;
};

/// Addresses that domain names stand for, which no input says. Only in rules that allow.
struct DomainPeer {
  std::vector<Symbol> names;
};

struct Peer {
  std::variant<PodPeer, BlockPeer, NodePeer, DomainPeer> what;
  Span where;
};

/// The destination ports of one entry: all of them, a range, or a name that each destination pod
/// resolves for itself.
struct AllPorts {};
struct PortRange {
  net::Port first = 1;
  net::Port last = 1;
};
struct PortName {
  Symbol name;
};
struct PortMatch {
  net::Protocol protocol = net::Protocol::Tcp;
  std::variant<AllPorts, PortRange, PortName> ports;
  Span where;
};

enum class Action : std::uint8_t { Allow, Deny, Pass };

/// One rule of a policy in one direction. A connection matches when its other end is matched by a
/// peer (by any, where there are none) and its protocol and port by a port entry (likewise).
struct Rule {
  Action action = Action::Allow;
  std::vector<Peer> peers;       // none: every peer, also outside the cluster
  std::vector<PortMatch> ports;  // none: every protocol and port
  std::uint32_t number = 1;      // its position in the policy's list, from 1
  std::optional<Symbol> name;    // where the language gives rules names
  Span where;
};

/// The tiers, in the order in which they decide.
enum class Tier : std::uint8_t { Admin, Network, Baseline };

/// A policy of any language, as a list of rules for each direction that it covers.
///
/// Tier::Network (Kubernetes NetworkPolicy): an endpoint that `subject` selects in `ns` is isolated
/// in each direction that has a value here; then only what some rule of some such policy allows
/// may pass. `ingress` or `egress` without a value: the policy does not cover that direction.
///
/// Tier::Admin and Tier::Baseline (network policy API): the policies are ordered by `priority`, the
/// lowest number first, and their rules by position; the first rule that matches a connection of a
/// pod that `subject` selects, in a namespace that `namespaces` selects, decides: Allow lets it
/// pass, Deny stops it, Pass leaves it to the next tier. What no rule matches goes on to the next
/// tier, too; behind the last tier everything passes. They never isolate, and neither select nor,
/// by a PodPeer, match pods with hostNetwork.
struct Policy {
  Tier tier = Tier::Network;
  Symbol kind;
  NamespaceId ns{};  // of Tier::Network
  Symbol name;
  Selector subject;
  Selector namespaces;  // of the other tiers
  /// Of the other tiers: 0 to 1000; kLastPriority for the BaselineAdminNetworkPolicy.
  std::int32_t priority = 0;
  std::optional<std::vector<Rule>> ingress;
  std::optional<std::vector<Rule>> egress;
  Span where;  // its name

  static constexpr std::int32_t kLastPriority = 1001;

  [[nodiscard]] const std::optional<std::vector<Rule>>& rules(Direction direction) const {
    return direction == Direction::Ingress ? ingress : egress;
  }
};

/// Something in the input that can change verdicts and was not understood: a policy of a language
/// that is not supported, or a document that could not be read and was passed over by request.
struct Gap {
  enum class Why : std::uint8_t { UnsupportedKind, Unreadable };
  enum class Effect : std::uint8_t {
    AllowOrDeny,  // it may open what is closed, or close what is open
    DenyOnly,     // it acts behind the policies of this model: it can only close
    RequestsOnly  // it acts on requests inside connections, which are not modelled at all
  };
  Why why = Why::UnsupportedKind;
  Effect effect = Effect::AllowOrDeny;
  std::string what;               // "CiliumNetworkPolicy shop/web", "document"
  std::optional<NamespaceId> ns;  // where it acts; nothing: everywhere
  Span where;
};

/// What enforces policies. Unstated: a plugin that conforms to the standard, and nothing is known
/// of it beyond that.
enum class Engine : std::uint8_t { Unstated, None, AzureNpm, Calico, Cilium };

/// A policy that the input holds and that the cluster's engine does not act on.
struct Unenforced {
  std::string what;  // "NetworkPolicy shop/web"
  Span where;
};

/// Everything that was read, in an order that does not depend on the order of files: namespaces by
/// name, workloads by namespace, name and kind, nodes by name, Services and entrances by namespace
/// and name, policies in the order in which they decide: the admin tier by priority and name, then
/// the network tier by namespace and name, then the baseline tier as the admin tier.
struct Model {
  std::shared_ptr<source::SymbolTable> symbols = std::make_shared<source::SymbolTable>();
  LabelSets label_sets;
  std::vector<Namespace> namespaces;
  std::vector<Workload> workloads;
  SharedVector<Endpoint> endpoints;
  std::vector<Node> nodes;
  std::vector<Service> services;
  std::vector<Entrance> entrances;
  std::vector<Policy> policies;
  std::vector<Gap> gaps;
  /// What enforces the policies, where the input or an option says so.
  Engine engine = Engine::Unstated;
  /// In model order. They are not among `policies`.
  std::vector<Unenforced> unenforced;

  [[nodiscard]] const Namespace& operator[](NamespaceId id) const {
    return namespaces[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Workload& operator[](WorkloadId id) const {
    return workloads[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Endpoint& operator[](EndpointId id) const {
    return endpoints[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] const Policy& operator[](PolicyId id) const {
    return policies[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::string_view text(Symbol symbol) const { return symbols->text(symbol); }
  [[nodiscard]] NamespaceId namespace_of(EndpointId id) const {
    return (*this)[(*this)[id].workload].ns;
  }
};

/// How a reading of the standard that plugins implement differently is settled.
enum class Reading : std::uint8_t {
  No,
  Yes,
  Both  // the verdict must hold under both, or it depends
};

/// What the manifests do not say about the cluster.
struct ClusterProfile {
  Engine engine = Engine::Unstated;
  /// Whether an ipBlock can match the address of a pod.
  Reading ipblock_matches_pods = Reading::Both;
  /// Whether policies treat a pod with hostNetwork like any other pod (Yes), or as its node (No):
  /// then no policy selects it, no podSelector matches it, ipBlocks match it by its node's
  /// address, and pods of its own node always accept it.
  Reading host_network_is_pod = Reading::Both;
  /// Whether an ipBlock can match the address of a node, and so a pod with hostNetwork that is
  /// treated as its node. Plugins that know nodes by other means than addresses say no.
  bool blocks_match_nodes = true;
  /// Whether what comes from a pod's own node always passes. Lists of all connections leave it out
  /// and say so: it would stand beside every pod.
  bool own_node_passes = true;
  /// Whether namespaces that no document declares may have labels that are not known. No: they
  /// have kubernetes.io/metadata.name alone.
  bool unknown_namespace_labels = true;
  /// Whether pods whose address is not known may have an IPv4 address, an IPv6 address.
  /// Set from the addresses that the input holds.
  bool pods_have_ipv4 = true;
  bool pods_have_ipv6 = false;
};

}  // namespace polreach::model
