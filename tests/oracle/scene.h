// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tests/oracle/oracle.h"

/// Small clusters for the oracle's own tests, built by hand through the model types.
namespace polreach::oracle {

inline net::Address ip(const char* text) { return net::Address::parse(text).value(); }
inline net::Prefix cidr(const char* text) { return net::Prefix::parse(text).value(); }

/// A cluster in the making: namespaces a (env=prod) and b (env=dev); by default the pods have
/// known addresses and the profile settles everything.
struct Scene {
  model::Model model;
  model::ClusterProfile profile;

  Scene() {
    profile.ipblock_matches_pods = model::Reading::Yes;
    profile.host_network_is_pod = model::Reading::Yes;
    add_namespace("a", {{"env", "prod"}});
    add_namespace("b", {{"env", "dev"}});
  }

  model::Symbol symbol(const char* text) { return model.symbols->intern(text); }

  std::vector<model::Label> labels(std::vector<std::pair<const char*, const char*>> texts) {
    std::vector<model::Label> result;
    for (const auto& [key, value] : texts) result.push_back({symbol(key), symbol(value)});
    return result;
  }

  void add_namespace(const char* name, std::vector<std::pair<const char*, const char*>> texts,
                     bool open = false) {
    texts.emplace_back("kubernetes.io/metadata.name", name);
    model::Namespace ns;
    ns.name = symbol(name);
    ns.labels = model.label_sets.intern(model::LabelSet::of(labels(texts), {}, open));
    ns.declared = !open;
    model.namespaces.push_back(ns);
  }

  model::EndpointId pod(std::uint32_t ns, const char* app, const char* address) {
    model::Workload workload;
    workload.ns = model::NamespaceId{ns};
    workload.kind = workload.name = symbol("pod");
    workload.replicated = false;
    model::Endpoint endpoint;
    endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size());
    endpoint.labels = model.label_sets.intern(model::LabelSet::of(labels({{"app", app}})));
    if (address != nullptr) endpoint.addresses = {ip(address)};
    endpoint.pod = endpoint.owner_kind = endpoint.owner_name = symbol("pod");
    model.workloads.push_back(workload);
    model.endpoints.push_back(endpoint);
    return static_cast<model::EndpointId>(model.endpoints.size() - 1);
  }

  model::EndpointId pods_of_template(std::uint32_t ns, const char* app) {
    const model::EndpointId id = pod(ns, app, nullptr);
    edit(id).pod.reset();
    model.workloads[static_cast<std::size_t>(edit(id).workload)].replicated = true;
    return id;
  }

  model::Endpoint& edit(model::EndpointId id) {
    return model.endpoints[static_cast<std::size_t>(id)];
  }

  /// The labels of a pod, with keys that are not known.
  void open_label(model::EndpointId id, const char* key) {
    model::LabelSet set = model.label_sets[edit(id).labels];
    edit(id).labels =
        model.label_sets.intern(model::LabelSet::of(set.known, {symbol(key)}, set.open));
  }

  model::Selector where(const char* key, model::Operator op, std::vector<const char*> values = {}) {
    model::Requirement requirement{symbol(key), op, {}, {}};
    for (const char* value : values) requirement.values.push_back(symbol(value));
    std::sort(requirement.values.begin(), requirement.values.end());
    return {{requirement}, {}};
  }

  model::Policy& policy(std::uint32_t ns, model::Selector subject = {}) {
    model::Policy policy;
    policy.ns = model::NamespaceId{ns};
    policy.kind = policy.name = symbol("policy");
    policy.subject = std::move(subject);
    model.policies.push_back(std::move(policy));
    return model.policies.back();
  }

  /// A policy of the other tiers; give them in the order in which they decide.
  model::Policy& tier(model::Tier tier, model::Selector namespaces = {},
                      model::Selector subject = {}) {
    model::Policy& result = policy(0, std::move(subject));
    result.tier = tier;
    result.namespaces = std::move(namespaces);
    return result;
  }

  void node(const char* name, std::vector<std::pair<const char*, const char*>> texts,
            std::vector<const char*> addresses) {
    model::Node node;
    node.name = symbol(name);
    node.labels = model.label_sets.intern(model::LabelSet::of(labels(std::move(texts))));
    for (const char* address : addresses) node.addresses.push_back(ip(address));
    model.nodes.push_back(std::move(node));
  }

  [[nodiscard]] Tri ask(const Party& from, const Party& to, net::Port port = 80,
                        net::Protocol protocol = net::Protocol::Tcp) const {
    return decide(model, profile, from, to, protocol, port);
  }
};

inline model::Rule from_pods(model::Selector pods, std::optional<model::Selector> namespaces = {}) {
  model::Rule rule;
  rule.peers.push_back({model::PodPeer{std::move(namespaces), std::move(pods)}, {}});
  return rule;
}

inline model::Rule from_block(const char* block, std::vector<const char*> except = {}) {
  model::BlockPeer peer;
  peer.cidr = cidr(block);
  for (const char* hole : except) peer.except.push_back(cidr(hole));
  model::Rule rule;
  rule.peers.push_back({peer, {}});
  return rule;
}

inline model::Rule to_ports(std::vector<model::PortMatch> ports) {
  model::Rule rule;
  rule.ports = std::move(ports);
  return rule;
}

inline model::Rule to_nodes(model::Selector nodes) {
  model::Rule rule;
  rule.peers.push_back({model::NodePeer{std::move(nodes)}, {}});
  return rule;
}

/// As the network policy API has it: pods are matched, too.
inline model::Rule to_networks(const char* block) {
  model::Rule rule = from_block(block);
  std::get<model::BlockPeer>(rule.peers.front().what).matches_pods = true;
  return rule;
}

inline model::Rule to_domain(model::Symbol name) {
  model::Rule rule;
  rule.peers.push_back({model::DomainPeer{{name}}, {}});
  return rule;
}

/// The rule with another action, and for some ports alone.
inline model::Rule with(model::Action action, model::Rule rule,
                        std::vector<model::PortMatch> ports = {}) {
  rule.action = action;
  rule.ports = std::move(ports);
  return rule;
}

/// Every pod of the cluster.
inline model::Rule all_pods() { return from_pods({}, model::Selector{}); }

using Rules = std::vector<model::Rule>;

}  // namespace polreach::oracle
