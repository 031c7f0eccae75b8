// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/rewrite.h"

#include <algorithm>
#include <utility>

#include "tests/agreement/generator.h"

namespace polreach::agreement {
namespace {

using PortPair = std::pair<net::Port, net::Port>;

/// Calls `visit` with every list of rules of a policy.
template <typename Visit>
void each_rules(PolicySpec& policy, const Visit& visit) {
  if (policy.ingress) visit(*policy.ingress);
  if (policy.egress) visit(*policy.egress);
}

/// Calls `visit` with every list of rules.
template <typename Visit>
void each_rules(Spec& spec, const Visit& visit) {
  for (PolicySpec& policy : spec.policies) each_rules(policy, visit);
}

bool is_tiered(const PolicySpec& policy) { return policy.tier != model::Tier::Network; }

/// Calls `pods` with every selector of pods or namespaces, `nodes` with every one of nodes.
template <typename Pods, typename Nodes>
void each_selector(Spec& spec, const Pods& pods, const Nodes& nodes) {
  for (PolicySpec& policy : spec.policies) {
    pods(policy.subject);
    pods(policy.namespaces);
  }
  each_rules(spec, [&](std::vector<RuleSpec>& rules) {
    for (RuleSpec& rule : rules) {
      for (PeerSpec& peer : rule.peers) {
        if (auto* node_peer = std::get_if<NodePeerSpec>(&peer)) nodes(node_peer->nodes);
        auto* pod_peer = std::get_if<PodPeerSpec>(&peer);
        if (pod_peer == nullptr) continue;
        pods(pod_peer->pods);
        if (pod_peer->namespaces) pods(*pod_peer->namespaces);
      }
    }
  });
}

std::vector<PortSpec> split(const std::vector<PortSpec>& ports, Random& random) {
  std::vector<PortSpec> result;
  for (const PortSpec& port : ports) {
    result.push_back(port);
    const auto* range = std::get_if<PortPair>(&port.ports);
    if (range == nullptr || range->first == range->second) continue;
    const int cut = random.between(range->first, range->second - 1);
    result.back().ports = PortPair(range->first, static_cast<net::Port>(cut));
    result.push_back(port);
    result.back().ports = PortPair(static_cast<net::Port>(cut + 1), range->second);
  }
  return result;
}

/// The half of a block with the holes that are in it; nothing where the half is a hole.
std::optional<BlockPeerSpec> half(const BlockPeerSpec& block, const net::Prefix& part) {
  BlockPeerSpec result{part.to_string(), {}};
  for (const std::string& text : block.except) {
    const net::Prefix hole = net::Prefix::parse(text).value();
    if (hole == part) return std::nullopt;
    if (part.contains(hole)) result.except.push_back(text);
  }
  return result;
}

std::vector<PeerSpec> split(const std::vector<PeerSpec>& peers) {
  std::vector<PeerSpec> result;
  for (const PeerSpec& peer : peers) {
    const auto* block = std::get_if<BlockPeerSpec>(&peer);
    const net::Prefix cidr =
        block != nullptr ? net::Prefix::parse(block->cidr).value() : net::Prefix{};
    if (block == nullptr || cidr.length == net::width(cidr.address.family)) {
      result.push_back(peer);
      continue;
    }
    for (const net::Address& end : {cidr.first(), cidr.last()}) {
      const auto part = half(*block, net::Prefix::around(end, cidr.length + 1));
      if (part) result.emplace_back(*part);
    }
  }
  return result.empty() ? peers : result;  // no peers would mean all peers
}

/// Renames so that the order of names turns round.
std::string other_name(const std::string& name) {
  std::string result = "r";
  for (char c : name) result += static_cast<char>(c >= 'a' && c <= 'z' ? 'a' + ('z' - c) : c);
  return result;
}

void rename(std::string& name) { name = other_name(name); }

void rename(std::vector<LabelSpec>& labels) {
  for (LabelSpec& label : labels) {
    rename(label.key);
    rename(label.value);
  }
}

void rename(SelectorSpec& selector) {
  for (RequirementSpec& wanted : selector) {
    if (wanted.key != kNamespaceName) rename(wanted.key);
    for (std::string& value : wanted.values) rename(value);
  }
}

void shuffle(SelectorSpec& selector, Random& random) {
  random.shuffle(selector);
  for (RequirementSpec& wanted : selector) random.shuffle(wanted.values);
}

/// The namespaces in another order, and everything in them still in them.
void shuffle_namespaces(Spec& spec, Random& random) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < spec.namespaces.size(); ++i) order.push_back(i);
  random.shuffle(order);
  std::vector<NamespaceSpec> namespaces;
  std::vector<std::size_t> moved_to(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    namespaces.push_back(spec.namespaces[order[i]]);
    moved_to[order[i]] = i;
  }
  spec.namespaces = std::move(namespaces);
  for (EndpointSpec& endpoint : spec.endpoints) endpoint.ns = moved_to[endpoint.ns];
  for (PolicySpec& policy : spec.policies) policy.ns = moved_to[policy.ns];
}

}  // namespace

std::optional<Spec> with_another_rule(Spec spec, Random& random) {
  std::vector<RuleSpec> candidates;
  for (std::uint64_t seed = random.next(); candidates.empty(); ++seed) {
    Spec other = generate(seed);
    for (PolicySpec& policy : other.policies) {
      if (is_tiered(policy)) continue;
      each_rules(policy, [&](const std::vector<RuleSpec>& rules) {
        candidates.insert(candidates.end(), rules.begin(), rules.end());
      });
    }
  }
  std::vector<std::vector<RuleSpec>*> lists;
  for (PolicySpec& policy : spec.policies) {
    if (is_tiered(policy)) continue;
    each_rules(policy, [&](std::vector<RuleSpec>& rules) { lists.push_back(&rules); });
  }
  if (lists.empty()) return std::nullopt;
  random.pick(lists)->push_back(random.pick(candidates));
  return spec;
}

Spec shuffled(const Spec& spec, Random& random) {
  Spec result = spec;
  shuffle_namespaces(result, random);
  random.shuffle(result.endpoints);
  random.shuffle(result.policies);
  random.shuffle(result.nodes);
  for (NamespaceSpec& ns : result.namespaces) random.shuffle(ns.labels);
  for (NodeSpec& node : result.nodes) {
    random.shuffle(node.labels);
    random.shuffle(node.addresses);
  }
  for (EndpointSpec& endpoint : result.endpoints) {
    random.shuffle(endpoint.labels);
    random.shuffle(endpoint.addresses);
    random.shuffle(endpoint.node_addresses);
  }
  for (PolicySpec& policy : result.policies) {
    each_rules(policy, [&](std::vector<RuleSpec>& rules) {
      if (!is_tiered(policy)) random.shuffle(rules);
      for (RuleSpec& rule : rules) {
        random.shuffle(rule.peers);
        random.shuffle(rule.ports);
      }
    });
  }
  each_selector(
      result, [&](SelectorSpec& selector) { shuffle(selector, random); },
      [&](SelectorSpec& selector) {
        for (RequirementSpec& wanted : selector) random.shuffle(wanted.values);
      });
  return result;
}

Spec split(Spec spec, Random& random) {
  each_rules(spec, [&](std::vector<RuleSpec>& rules) {
    for (RuleSpec& rule : rules) {
      rule.ports = split(rule.ports, random);
      rule.peers = split(rule.peers);
    }
  });
  return spec;
}

Spec renamed(Spec spec) {
  for (NamespaceSpec& ns : spec.namespaces) {
    rename(ns.name);
    rename(ns.labels);
    for (std::string& key : ns.unknown) rename(key);
  }
  for (EndpointSpec& endpoint : spec.endpoints) {
    rename(endpoint.labels);
    for (std::string& key : endpoint.unknown) rename(key);
  }
  for (NodeSpec& node : spec.nodes) rename(node.labels);
  const auto rename_one = [](SelectorSpec& selector) { rename(selector); };
  each_selector(spec, rename_one, rename_one);
  return spec;
}

Spec doubled(Spec spec, Random& random) {
  each_rules(spec, [&](std::vector<RuleSpec>& rules) {
    if (!rules.empty()) rules.push_back(RuleSpec(random.pick(rules)));
  });
  if (spec.policies.empty()) return spec;
  PolicySpec copy = random.pick(spec.policies);
  copy.name += "-again";
  spec.policies.push_back(std::move(copy));
  return spec;
}

}  // namespace polreach::agreement
