// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/generator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "tests/agreement/shrink.h"
#include "tests/oracle/oracle.h"

// The generator must reach every feature, or agreement on what it makes means little.
namespace polreach::agreement {
namespace {

using Features = std::map<std::string, int>;

void count(const SelectorSpec& selector, Features& features) {
  features["selector of everything"] += selector.empty() ? 1 : 0;
  features["selector of several"] += selector.size() > 1 ? 1 : 0;
  for (const RequirementSpec& wanted : selector) {
    ++features["operator " + std::to_string(static_cast<int>(wanted.op))];
    features["label kubernetes.io/metadata.name"] += wanted.key == kNamespaceName ? 1 : 0;
    features["label pod-template-hash"] += wanted.key == kPodTemplateHash ? 1 : 0;
  }
}

void count(const PeerSpec& peer, Features& features) {
  if (const auto* pods = std::get_if<PodPeerSpec>(&peer)) {
    ++features[pods->namespaces ? "peer with namespaces" : "peer without namespaces"];
    count(pods->pods, features);
    if (pods->namespaces) count(*pods->namespaces, features);
    return;
  }
  if (const auto* nodes = std::get_if<NodePeerSpec>(&peer)) {
    ++features["peer of nodes"];
    count(nodes->nodes, features);
    return;
  }
  if (const auto* domains = std::get_if<DomainPeerSpec>(&peer)) {
    ++features["peer of domain names"];
    features["several domain names"] += domains->names.size() > 1 ? 1 : 0;
    return;
  }
  const auto& block = std::get<BlockPeerSpec>(peer);
  const net::Prefix cidr = net::Prefix::parse(block.cidr).value();
  ++features[cidr.address.family == net::Family::V4 ? "block IPv4" : "block IPv6"];
  features["block with host bits"] += cidr.to_string() != block.cidr ? 1 : 0;
  for (const std::string& text : block.except) {
    const net::Prefix hole = net::Prefix::parse(text).value();
    ++features["block with hole"];
    CHECK(cidr.contains(hole));
    CHECK(hole.length > cidr.length);
  }
}

void count(const std::optional<std::vector<RuleSpec>>& rules, Features& features) {
  ++features[!rules ? "direction absent" : rules->empty() ? "no rules" : "rules"];
  if (!rules) return;
  for (const RuleSpec& rule : *rules) {
    features["rule without peers"] += rule.peers.empty() ? 1 : 0;
    features["rule without ports"] += rule.ports.empty() ? 1 : 0;
    for (const PeerSpec& peer : rule.peers) count(peer, features);
    for (const PortSpec& port : rule.ports) {
      ++features["port kind " + std::to_string(port.ports.index())];
      ++features["protocol " + std::string(net::to_string(port.protocol))];
    }
  }
}

void count(const EndpointSpec& endpoint, Features& features) {
  ++features[endpoint.is_template ? "template" : "bare pod"];
  features["host network"] += endpoint.host_network ? 1 : 0;
  features["node known"] += endpoint.node ? 1 : 0;
  features["node addresses known"] += endpoint.node_addresses.empty() ? 0 : 1;
  features["dual stack"] += endpoint.addresses.size() == 2 ? 1 : 0;
  features["no address known"] += endpoint.addresses.empty() ? 1 : 0;
  for (const NamedPortSpec& port : endpoint.ports) {
    const auto same = [&](const NamedPortSpec& other) { return other.name == port.name; };
    const auto times = std::count_if(endpoint.ports.begin(), endpoint.ports.end(), same);
    features["port name twice"] += times > 1 ? 1 : 0;
  }
}

bool is_pods(const PeerSpec& peer) { return std::holds_alternative<PodPeerSpec>(peer); }

/// What manifests can say of a NetworkPolicy.
void check_network_rule(const RuleSpec& rule) {
  CHECK(rule.action == model::Action::Allow);
  for (const PeerSpec& peer : rule.peers) {
    CHECK((is_pods(peer) || std::holds_alternative<BlockPeerSpec>(peer)));
  }
}

/// What manifests can say of a rule of the other tiers.
void check_tier_rule(const RuleSpec& rule, bool egress) {
  CHECK(!rule.peers.empty());
  for (const PeerSpec& peer : rule.peers) {
    if (const auto* pods = std::get_if<PodPeerSpec>(&peer)) CHECK(pods->namespaces.has_value());
    if (const auto* block = std::get_if<BlockPeerSpec>(&peer)) CHECK(block->except.empty());
    if (std::holds_alternative<DomainPeerSpec>(peer)) CHECK(rule.action == model::Action::Allow);
    if (!egress) CHECK(is_pods(peer));
  }
  const bool pods_alone = std::all_of(rule.peers.begin(), rule.peers.end(), is_pods);
  for (const PortSpec& port : rule.ports) {
    CHECK(!std::holds_alternative<std::monostate>(port.ports));
    if (std::holds_alternative<std::string>(port.ports)) CHECK(pods_alone);
  }
}

void check_rules(const PolicySpec& policy, bool egress) {
  const auto& rules = egress ? policy.egress : policy.ingress;
  if (!rules) return;
  for (const RuleSpec& rule : *rules) {
    policy.tier == model::Tier::Network ? check_network_rule(rule) : check_tier_rule(rule, egress);
  }
}

void count_tier(const PolicySpec& policy, Features& features) {
  const bool admin = policy.tier == model::Tier::Admin;
  ++features[admin ? "admin policy" : "baseline policy"];
  CHECK(policy.priority >= 0);
  CHECK(policy.priority <= 1000);
  count(policy.namespaces, features);
  for (const auto* rules : {&policy.ingress, &policy.egress}) {
    if (!*rules) continue;
    CHECK(!(*rules)->empty());
    features["several rules"] += (*rules)->size() > 1 ? 1 : 0;
    for (const RuleSpec& rule : **rules) {
      ++features[std::string(admin ? "admin" : "baseline") + " action " +
                 std::to_string(static_cast<int>(rule.action))];
    }
  }
}

void count_nodes(const Spec& spec, Features& features) {
  features["Node objects"] += spec.nodes.empty() ? 0 : 1;
  for (const NodeSpec& node : spec.nodes) {
    features["Node without addresses"] += node.addresses.empty() ? 1 : 0;
    features["Node with labels"] += node.labels.empty() ? 0 : 1;
  }
}

Features features_of(const Spec& spec) {
  Features features;
  count_nodes(spec, features);
  features["no NetworkPolicy"] +=
      std::all_of(spec.policies.begin(), spec.policies.end(),
                  [](const PolicySpec& policy) { return policy.tier != model::Tier::Network; })
          ? 1
          : 0;
  std::set<std::tuple<model::Tier, std::int32_t>> priorities;
  for (const NamespaceSpec& ns : spec.namespaces) {
    ++features[ns.declared ? "namespace declared" : "namespace not declared"];
    features["namespace with unknown label"] += ns.unknown.empty() ? 0 : 1;
  }
  for (const EndpointSpec& endpoint : spec.endpoints) count(endpoint, features);
  for (const PolicySpec& policy : spec.policies) {
    CHECK((policy.ingress || policy.egress));
    check_rules(policy, false);
    check_rules(policy, true);
    if (policy.tier != model::Tier::Network) {
      count_tier(policy, features);
      CHECK(priorities.emplace(policy.tier, policy.priority).second);
    }
    count(policy.subject, features);
    count(policy.ingress, features);
    count(policy.egress, features);
  }
  return features;
}

}  // namespace

TEST_CASE("generator: equal seeds, equal specs") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CHECK(to_yaml(generate(seed)) == to_yaml(generate(seed)));
    CHECK(to_yaml(generate(seed)) != to_yaml(generate(seed + 1)));
  }
}

TEST_CASE("generator: every feature occurs, and often enough") {
  Features total;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Spec spec = generate(seed, {false, 0});
    CHECK_FALSE(has_tiers(spec));
    for (const auto& [name, times] : features_of(spec)) total[name] += times > 0 ? 1 : 0;
  }
  CHECK(total.erase("Node objects") == 1);
  for (const auto& [name, specs] : total) {
    INFO(name);
    CHECK(specs >= 20);
  }
  CHECK(total.size() == 37);
}

TEST_CASE("generator: every feature of the tiers occurs, and often enough") {
  Features total;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Spec spec = generate(seed, {false, 100});
    CHECK(has_tiers(spec));
    for (const auto& [name, times] : features_of(spec)) total[name] += times > 0 ? 1 : 0;
  }
  for (const auto& [name, specs] : total) {
    INFO(name);
    CHECK(specs >= 20);
  }
  CHECK(total.size() == 52);
}

TEST_CASE("generator: readable specs have no unknown label that manifests cannot say") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Spec spec = generate(seed, {true, seed % 2 == 0 ? 0 : 100});
    for (const NamespaceSpec& ns : spec.namespaces) CHECK(ns.unknown.empty());
    for (const EndpointSpec& endpoint : spec.endpoints) {
      CHECK(endpoint.unknown.size() == (endpoint.is_template ? 1 : 0));
    }
  }
}

TEST_CASE("generator: the number of worlds stays small, so that the oracle can try all") {
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const Spec spec = generate(seed, {false, seed < 300 ? 0 : 100});
    const model::Model model = to_model(spec);
    for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
      const auto from = static_cast<model::EndpointId>(i);
      const auto to = static_cast<model::EndpointId>(model.endpoints.size() - 1 - i);
      most = std::max(most, oracle::settings(model, spec.profile, from, to).size());
      const oracle::Party outside = net::Address::parse("192.168.0.1").value();
      most = std::max(most, oracle::settings(model, spec.profile, from, outside).size());
    }
  }
  CHECK(most <= 20000);
  CHECK(most > 1000);
}

TEST_CASE("generator: shrinking keeps what fails and little else") {
  const auto has_hole = [](const Spec& spec) {
    return features_of(spec)["block with hole"] > 0 && !spec.endpoints.empty();
  };
  int shrunk = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Spec spec = generate(seed);
    if (!has_hole(spec)) continue;
    const Spec small = shrink(spec, has_hole);
    ++shrunk;
    CHECK(has_hole(small));
    CHECK(small.policies.size() == 1);
    CHECK(small.endpoints.size() == 1);
    CHECK(small.namespaces.size() <= 2);
  }
  CHECK(shrunk > 5);
}

TEST_CASE("generator: shrinking keeps what manifests can say of the tiers") {
  const auto denies_nodes = [](const Spec& spec) {
    Features features = features_of(spec);  // which checks
    return features["peer of nodes"] > 0 && features["admin action 1"] > 0;
  };
  int shrunk = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Spec spec = generate(seed, {false, 100});
    if (!denies_nodes(spec)) continue;
    Spec small = spec;
    // One step at a time: an empty list of rules is a step on the way that manifests leave out.
    const auto fails = [&](const Spec& candidate) {
      const auto filled = [](const auto& rules) { return !rules || !rules->empty(); };
      const bool whole = std::all_of(candidate.policies.begin(), candidate.policies.end(),
                                     [&](const PolicySpec& policy) {
                                       return filled(policy.ingress) && filled(policy.egress);
                                     });
      return whole && denies_nodes(candidate);
    };
    if (!fails(small)) continue;
    small = shrink(small, fails);
    ++shrunk;
    CHECK(small.endpoints.empty());
    CHECK(small.nodes.empty());
    CHECK(small.policies.size() <= 2);
  }
  CHECK(shrunk > 3);
}

}  // namespace polreach::agreement
