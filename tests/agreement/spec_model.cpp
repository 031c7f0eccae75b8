// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

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
    for (const NodeSpec& node : spec_.nodes) add(node);
    for (const PolicySpec* policy : in_order()) add(*policy);
    return std::move(model_);
  }

 private:
  /// By tier; there the policies of the tiers with priorities by these and their names.
  std::vector<const PolicySpec*> in_order() const {
    std::vector<const PolicySpec*> result;
    for (const PolicySpec& policy : spec_.policies) result.push_back(&policy);
    std::stable_sort(result.begin(), result.end(), [](const PolicySpec* a, const PolicySpec* b) {
      if (a->tier != b->tier || a->tier == model::Tier::Network) return a->tier < b->tier;
      return std::tie(a->priority, a->name) < std::tie(b->priority, b->name);
    });
    return result;
  }

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

  void add(const NodeSpec& spec) {
    model::Node node;
    node.name = symbol(spec.name);
    node.labels = model_.label_sets.intern(model::LabelSet::of(labels(spec.labels)));
    node.addresses = addresses(spec.addresses);
    model_.nodes.push_back(std::move(node));
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

  /// The network policy API says that its networks match pods, too; NetworkPolicy does not say.
  model::Peer peer(const PeerSpec& spec, model::Tier tier) {
    model::Peer result;
    if (const auto* pods = std::get_if<PodPeerSpec>(&spec)) {
      model::PodPeer pod_peer;
      if (pods->namespaces) pod_peer.namespaces = selector(*pods->namespaces);
      pod_peer.pods = selector(pods->pods);
      result.what = std::move(pod_peer);
      return result;
    }
    if (const auto* nodes = std::get_if<NodePeerSpec>(&spec)) {
      result.what = model::NodePeer{selector(nodes->nodes)};
      return result;
    }
    if (const auto* domains = std::get_if<DomainPeerSpec>(&spec)) {
      result.what = model::DomainPeer{symbols(domains->names)};
      return result;
    }
    const auto& block = std::get<BlockPeerSpec>(spec);
    model::BlockPeer block_peer;
    block_peer.matches_pods = tier != model::Tier::Network;
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

  /// A port name of the other tiers has no protocol: it is looked up with each.
  void add_ports(const PortSpec& spec, model::Tier tier, std::vector<model::PortMatch>& ports) {
    ports.push_back(port(spec));
    if (tier == model::Tier::Network || !std::holds_alternative<std::string>(spec.ports)) return;
    ports.pop_back();
    for (net::Protocol protocol : net::kProtocols) {
      ports.push_back(port({protocol, spec.ports}));
    }
  }

  std::vector<model::Rule> rules(const std::vector<RuleSpec>& specs, model::Tier tier) {
    std::vector<model::Rule> result;
    for (const RuleSpec& spec : specs) {
      model::Rule rule;
      rule.action = spec.action;
      for (const PeerSpec& one : spec.peers) rule.peers.push_back(peer(one, tier));
      for (const PortSpec& one : spec.ports) add_ports(one, tier, rule.ports);
      rule.number = static_cast<std::uint32_t>(result.size() + 1);
      result.push_back(std::move(rule));
    }
    return result;
  }

  void add(const PolicySpec& spec) {
    model::Policy policy;
    policy.tier = spec.tier;
    if (spec.tier == model::Tier::Network) {
      policy.kind = symbol("NetworkPolicy");
      policy.ns = static_cast<model::NamespaceId>(spec.ns);
    } else {
      policy.kind = symbol("ClusterNetworkPolicy");
      policy.namespaces = selector(spec.namespaces);
      policy.priority = spec.priority;
    }
    policy.name = symbol(spec.name);
    policy.subject = selector(spec.subject);
    if (spec.ingress) policy.ingress = rules(*spec.ingress, spec.tier);
    if (spec.egress) policy.egress = rules(*spec.egress, spec.tier);
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

bool has_tiers(const Spec& spec) {
  return std::any_of(spec.policies.begin(), spec.policies.end(),
                     [](const PolicySpec& policy) { return policy.tier != model::Tier::Network; });
}

model::Model to_model(const Spec& spec) { return Builder(spec).build(); }

std::string numbered(std::string stem, std::uint64_t number) {
  stem += std::to_string(number);
  return stem;
}

std::string describe_profile(const model::ClusterProfile& profile) {
  return std::string("profile: ipblock_matches_pods=") + text(profile.ipblock_matches_pods) +
         " host_network_is_pod=" + text(profile.host_network_is_pod) +
         " unknown_namespace_labels=" + (profile.unknown_namespace_labels ? "yes" : "no") +
         " blocks_match_nodes=" + (profile.blocks_match_nodes ? "yes" : "no") +
         " pods_have_ipv4=" + (profile.pods_have_ipv4 ? "yes" : "no") +
         " pods_have_ipv6=" + (profile.pods_have_ipv6 ? "yes" : "no");
}

}  // namespace polreach::agreement
