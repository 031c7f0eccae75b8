// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/agreement/spec.h"

namespace polreach::agreement {
namespace {

using model::Symbol;

/// Builds the parts of a model that need its symbols.
class Builder {
 public:
  explicit Builder(const Spec& spec) : spec_(spec) {}

  model::Model build() {
    for (const NamespaceSpec& ns : spec_.namespaces) add(ns);
    for (const EndpointSpec& endpoint : spec_.endpoints) add(endpoint);
    for (const PolicySpec& policy : spec_.policies) add(policy);
    return std::move(model_);
  }

 private:
  Symbol symbol(const std::string& text) { return model_.symbols->intern(text); }

  std::vector<Symbol> symbols(const std::vector<std::string>& texts) {
    std::vector<Symbol> result;
    for (const std::string& text : texts) result.push_back(symbol(text));
    return result;
  }

  std::vector<model::Label> labels(const std::vector<LabelSpec>& specs) {
    std::vector<model::Label> result;
    for (const LabelSpec& label : specs) result.push_back({symbol(label.key), symbol(label.value)});
    return result;
  }

  static std::vector<net::Address> addresses(const std::vector<std::string>& texts) {
    std::vector<net::Address> result;
    for (const std::string& text : texts) result.push_back(net::Address::parse(text).value());
    return result;
  }

  void add(const NamespaceSpec& ns) {
    std::vector<model::Label> known = labels(ns.labels);
    known.push_back({symbol(kNamespaceName), symbol(ns.name)});
    model::LabelSet set = model::LabelSet::of(std::move(known), symbols(ns.unknown), !ns.declared);
    model::Namespace result;
    result.name = symbol(ns.name);
    result.labels = model_.label_sets.intern(std::move(set));
    result.declared = ns.declared;
    model_.namespaces.push_back(result);
  }

  void add(const EndpointSpec& spec) {
    const Symbol kind = symbol(spec.is_template ? "Deployment" : "Pod");
    model::Endpoint endpoint;
    endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
    endpoint.labels =
        model_.label_sets.intern(model::LabelSet::of(labels(spec.labels), symbols(spec.unknown)));
    for (const NamedPortSpec& port : spec.ports) {
      endpoint.ports.push_back({symbol(port.name), port.protocol, port.number});
    }
    endpoint.addresses = addresses(spec.addresses);
    endpoint.host_network = spec.host_network;
    if (spec.node) endpoint.node = symbol(*spec.node);
    endpoint.node_addresses = addresses(spec.node_addresses);
    if (!spec.is_template) endpoint.pod = symbol(spec.name);
    endpoint.owner_kind = kind;
    endpoint.owner_name = symbol(spec.name);

    model::Workload workload;
    workload.ns = static_cast<model::NamespaceId>(spec.ns);
    workload.kind = kind;
    workload.name = symbol(spec.name);
    workload.replicated = spec.is_template;
    workload.endpoints = {static_cast<model::EndpointId>(model_.endpoints.size())};
    model_.workloads.push_back(std::move(workload));
    model_.endpoints.push_back(std::move(endpoint));
  }

  model::Selector selector(const SelectorSpec& spec) {
    model::Selector result;
    for (const RequirementSpec& wanted : spec) {
      model::Requirement requirement;
      requirement.key = symbol(wanted.key);
      requirement.op = wanted.op;
      requirement.values = symbols(wanted.values);
      std::vector<Symbol>& values = requirement.values;
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      result.all_of.push_back(std::move(requirement));
    }
    return result;
  }

  model::Peer peer(const PeerSpec& spec) {
    model::Peer result;
    if (const auto* pods = std::get_if<PodPeerSpec>(&spec)) {
      model::PodPeer pod_peer;
      if (pods->namespaces) pod_peer.namespaces = selector(*pods->namespaces);
      pod_peer.pods = selector(pods->pods);
      result.what = std::move(pod_peer);
      return result;
    }
    const auto& block = std::get<BlockPeerSpec>(spec);
    model::BlockPeer block_peer;
    block_peer.cidr = net::Prefix::parse(block.cidr).value();
    for (const std::string& hole : block.except) {
      block_peer.except.push_back(net::Prefix::parse(hole).value());
    }
    result.what = std::move(block_peer);
    return result;
  }

  model::PortMatch port(const PortSpec& spec) {
    model::PortMatch result;
    result.protocol = spec.protocol;
    result.ports = model::AllPorts{};
    if (const auto* range = std::get_if<std::pair<net::Port, net::Port>>(&spec.ports)) {
      result.ports = model::PortRange{range->first, range->second};
    } else if (const auto* name = std::get_if<std::string>(&spec.ports)) {
      result.ports = model::PortName{symbol(*name)};
    }
    return result;
  }

  std::vector<model::Rule> rules(const std::vector<RuleSpec>& specs) {
    std::vector<model::Rule> result;
    for (const RuleSpec& spec : specs) {
      model::Rule rule;
      for (const PeerSpec& one : spec.peers) rule.peers.push_back(peer(one));
      for (const PortSpec& one : spec.ports) rule.ports.push_back(port(one));
      rule.number = static_cast<std::uint32_t>(result.size() + 1);
      result.push_back(std::move(rule));
    }
    return result;
  }

  void add(const PolicySpec& spec) {
    model::Policy policy;
    policy.kind = symbol("NetworkPolicy");
    policy.ns = static_cast<model::NamespaceId>(spec.ns);
    policy.name = symbol(spec.name);
    policy.subject = selector(spec.subject);
    if (spec.ingress) policy.ingress = rules(*spec.ingress);
    if (spec.egress) policy.egress = rules(*spec.egress);
    model_.policies.push_back(std::move(policy));
  }

  const Spec& spec_;
  model::Model model_;
};

const char* text(model::Reading reading) {
  switch (reading) {
    case model::Reading::No:
      return "no";
    case model::Reading::Yes:
      return "yes";
    case model::Reading::Both:
      return "both";
  }
  return "?";
}

}  // namespace

model::Model to_model(const Spec& spec) { return Builder(spec).build(); }

std::string numbered(std::string stem, std::uint64_t number) {
  stem += std::to_string(number);
  return stem;
}

std::string describe_profile(const model::ClusterProfile& profile) {
  return std::string("profile: ipblock_matches_pods=") + text(profile.ipblock_matches_pods) +
         " host_network_is_pod=" + text(profile.host_network_is_pod) +
         " unknown_namespace_labels=" + (profile.unknown_namespace_labels ? "yes" : "no") +
         " pods_have_ipv4=" + (profile.pods_have_ipv4 ? "yes" : "no") +
         " pods_have_ipv6=" + (profile.pods_have_ipv6 ? "yes" : "no");
}

}  // namespace polreach::agreement
