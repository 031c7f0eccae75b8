// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/model/model.h"

/// Kubernetes objects, as far as they matter, just as they were written: nothing is resolved.
/// Strings are interned in the model's symbol table.
namespace polreach::kubernetes {

using source::Span;
using source::Symbol;

/// Beside an object: findings about it that somebody decided to live with (docs/audit.md).
inline constexpr std::string_view kIgnoreAnnotation = "polreach.dev/ignore";

struct OwnerReference {
  Symbol kind{};
  Symbol name{};
};

struct Metadata {
  Symbol ns{};  // the default namespace where none is given
  Symbol name{};
  bool generated = false;  // the API server will append to the name (generateName)
  std::vector<model::Label> labels;
  std::optional<OwnerReference> controller;  // the owner reference with controller: true
  Span where;                                // of the name
};

/// A pod or a pod template.
struct PodFacts {
  std::vector<model::NamedPort> ports;  // of containers, then of sidecars
  bool host_network = false;
  std::vector<model::HostPort> host_ports;
  std::vector<model::Label> node_labels;  // nodeSelector
  std::optional<Symbol> node;
  std::vector<net::Address> addresses;
  std::vector<net::Address> node_addresses;
  /// serviceAccountName, and automountServiceAccountToken.
  std::optional<Symbol> account;
  bool mounts_token = true;
  bool ended = false;  // phase Succeeded or Failed: the pod no longer has its address
};

struct NodeObject {
  Metadata metadata;
  std::vector<net::Address> addresses;
};

struct NamespaceObject {
  Metadata metadata;
};

struct PodObject {
  Metadata metadata;
  PodFacts facts;
};

struct WorkloadObject {
  Symbol kind{};
  Metadata metadata;
  std::vector<model::Label> pod_labels;
  PodFacts facts;
  std::optional<std::int64_t> replicas;
};

struct ServiceObject {
  Metadata metadata;
  std::optional<std::vector<model::Label>> selector;
  std::vector<net::Address> cluster_addresses;
  model::ServiceType type = model::ServiceType::ClusterIp;
  bool headless = false;
  std::string external_name;
  std::vector<model::ServicePort> ports;
  model::OutsideAccess outside;
};

/// A Service that an entrance leads to.
struct BackendReference {
  std::optional<Symbol> ns;  // only where it was written
  Symbol service{};
  model::EntrancePort port;
  Span where;
};

/// An Ingress, a route of the Gateway API, an OpenShift Route.
struct EntranceObject {
  Symbol kind{};
  Metadata metadata;
  std::string controller;
  bool port_is_target = false;
  std::vector<BackendReference> backends;
};

/// A ReferenceGrant, as far as it lets routes refer to Services in its namespace.
struct GrantObject {
  struct From {
    Symbol kind{};
    Symbol ns{};
  };
  Metadata metadata;
  std::vector<From> from;                 // kinds of the Gateway API
  std::vector<std::optional<Symbol>> to;  // a Service; nothing: every one
};

/// A policy of any language. Of a cluster-wide one the namespace of the metadata is empty.
struct PolicyObject {
  Metadata metadata;
  Symbol kind{};
  model::Tier tier = model::Tier::Network;
  std::int32_t priority = 0;
  model::Selector namespaces;  // of the other tiers
  model::Selector subject;
  std::optional<std::vector<model::Rule>> ingress;  // a value: the policy covers the direction
  std::optional<std::vector<model::Rule>> egress;
};

/// A policy of a language that is not supported, or a document that could not be read.
struct GapObject {
  model::Gap::Why why = model::Gap::Why::UnsupportedKind;
  model::Gap::Effect effect = model::Gap::Effect::AllowOrDeny;
  std::string what;
  std::optional<Symbol> ns;
  Span where;
};

/// What an object says of findings about it: the value of its annotation kIgnoreAnnotation. It is
/// not for the model: nothing in it is about connections.
struct IgnoreNote {
  std::string object;  // "Deployment shop/web", "Namespace shop"
  std::string ns;      // of a Namespace, its name: it speaks for all that is in it; else empty
  std::string text;
  Span where;
  bool is_text = true;  // false: the annotation is no string
};

struct Objects {
  std::vector<NamespaceObject> namespaces;
  std::vector<PodObject> pods;
  std::vector<WorkloadObject> workloads;
  std::vector<ServiceObject> services;
  std::vector<EntranceObject> entrances;
  /// Admission webhooks and API services, which the API server calls: its own port, if none is
  /// written, is 443.
  std::vector<EntranceObject> callbacks;
  std::vector<GrantObject> grants;
  std::vector<PolicyObject> policies;
  std::vector<NodeObject> nodes;
  std::vector<GapObject> gaps;
  std::vector<IgnoreNote> ignored;
};

/// Every object of the input, by what became of it. INVARIANT: the parts add up to read().
struct Ledger {
  std::size_t used = 0;
  std::size_t irrelevant = 0;   // kinds that say nothing about connections
  std::size_t unsupported = 0;  // policies of other languages
  std::size_t rejected = 0;     // of kinds that matter, but could not be read; or no YAML or JSON
  [[nodiscard]] std::size_t read() const { return used + irrelevant + unsupported + rejected; }
};

}  // namespace polreach::kubernetes
