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
  model::BlockPeer peer{cidr(block), {}};
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

using Rules = std::vector<model::Rule>;

}  // namespace polreach::oracle
