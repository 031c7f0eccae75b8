// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "policies/model/model.h"

/// A small cluster as plain data: it can be turned into a model without any reader, written as
/// manifests that mean the same, changed, and shrunk. What a Spec holds is always something that
/// the Kubernetes API server would accept.
namespace polreach::agreement {

struct LabelSpec {
  std::string key;
  std::string value;
};

struct NamespaceSpec {
  std::string name;
  bool declared = true;              // not declared: its labels are open, `labels` is empty
  std::vector<LabelSpec> labels;     // without kubernetes.io/metadata.name, which is implied
  std::vector<std::string> unknown;  // keys; manifests cannot say this
};

struct NamedPortSpec {
  std::string name;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port number = 1;
};

/// A bare pod, or the pods of a Deployment.
struct EndpointSpec {
  std::string name;
  std::size_t ns = 0;
  bool is_template = false;
  std::vector<LabelSpec> labels;
  /// Keys. Manifests can only say kPodTemplateHash, of a Deployment.
  std::vector<std::string> unknown;
  std::vector<NamedPortSpec> ports;
  std::vector<std::string> addresses;  // at most one of a family
  bool host_network = false;
  std::optional<std::string> node;
  std::vector<std::string> node_addresses;
};

struct NodeSpec {
  std::string name;
  std::vector<LabelSpec> labels;
  std::vector<std::string> addresses;
};

struct RequirementSpec {
  std::string key;
  model::Operator op = model::Operator::In;
  std::vector<std::string> values;
};
using SelectorSpec = std::vector<RequirementSpec>;

struct PodPeerSpec {
  std::optional<SelectorSpec> namespaces;
  SelectorSpec pods;
};
struct BlockPeerSpec {
  std::string cidr;
  std::vector<std::string> except;
};
struct NodePeerSpec {
  SelectorSpec nodes;
};
struct DomainPeerSpec {
  std::vector<std::string> names;
};
using PeerSpec = std::variant<PodPeerSpec, BlockPeerSpec, NodePeerSpec, DomainPeerSpec>;

struct PortSpec {
  net::Protocol protocol = net::Protocol::Tcp;
  /// Nothing: all ports. A pair: a range. A name: with `protocol` in NetworkPolicies, with any in
  /// the other tiers.
  std::variant<std::monostate, std::pair<net::Port, net::Port>, std::string> ports;
};

struct RuleSpec {
  std::vector<PeerSpec> peers;
  std::vector<PortSpec> ports;
  model::Action action = model::Action::Allow;
};

/// A NetworkPolicy, or a ClusterNetworkPolicy of another tier.
struct PolicySpec {
  std::string name;
  std::size_t ns = 0;  // of NetworkPolicies; without meaning in the other tiers
  SelectorSpec subject;
  std::optional<std::vector<RuleSpec>> ingress;
  std::optional<std::vector<RuleSpec>> egress;
  model::Tier tier = model::Tier::Network;
  std::int32_t priority = 0;  // of the other tiers, like the rest
  SelectorSpec namespaces = {};
};

/// INVARIANT: names are unique among namespaces, among nodes, among endpoints and policies of a
/// namespace, and among policies of the other tiers; each policy covers at least one direction.
///
/// Tier::Network has rules that allow, with peers of pods (`namespaces` may be absent) and blocks.
/// The other tiers have rules of every action, with at least one peer: of pods with `namespaces`,
/// and for egress of blocks without holes, of nodes, and, in rules that allow, of domain names.
/// Their ports are ranges, and names where all peers of the rule are pods.
struct Spec {
  std::vector<NamespaceSpec> namespaces;
  std::vector<EndpointSpec> endpoints;
  std::vector<NodeSpec> nodes;
  std::vector<PolicySpec> policies;
  model::ClusterProfile profile;
  std::uint64_t style = 0;  // chooses among ways to write the same manifests
};

/// The label that every namespace has, and the one that the controller of a Deployment adds.
inline constexpr const char* kNamespaceName = "kubernetes.io/metadata.name";
inline constexpr const char* kPodTemplateHash = "pod-template-hash";

/// Whether some policy is of another tier than Tier::Network.
[[nodiscard]] bool has_tiers(const Spec& spec);

/// The model that the spec describes, with everything in the order of the spec, endpoint i of the
/// spec as EndpointId{i}; but the policies in the order in which they decide.
[[nodiscard]] model::Model to_model(const Spec& spec);

/// Manifests that mean the same, but for `unknown` keys that manifests cannot say: a stream of YAML
/// documents, and one JSON object of kind List. The two differ in style wherever the API allows
/// one thing to be written in several ways.
[[nodiscard]] std::string to_yaml(const Spec& spec);
[[nodiscard]] std::string to_json(const Spec& spec);

/// A short name: the stem and the number.
[[nodiscard]] std::string numbered(std::string stem, std::uint64_t number);

/// One line: what a reader of the manifests must know besides.
[[nodiscard]] std::string describe_profile(const model::ClusterProfile& profile);

}  // namespace polreach::agreement
