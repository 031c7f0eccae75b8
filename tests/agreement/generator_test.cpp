// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/generator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

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

Features features_of(const Spec& spec) {
  Features features;
  for (const NamespaceSpec& ns : spec.namespaces) {
    ++features[ns.declared ? "namespace declared" : "namespace not declared"];
    features["namespace with unknown label"] += ns.unknown.empty() ? 0 : 1;
  }
  for (const EndpointSpec& endpoint : spec.endpoints) count(endpoint, features);
  for (const PolicySpec& policy : spec.policies) {
    CHECK((policy.ingress || policy.egress));
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
    for (const auto& [name, times] : features_of(generate(seed))) total[name] += times > 0 ? 1 : 0;
  }
  for (const auto& [name, specs] : total) {
    INFO(name);
    CHECK(specs >= 20);
  }
  CHECK(total.size() == 36);
}

TEST_CASE("generator: readable specs have no unknown label that manifests cannot say") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Spec spec = generate(seed, {true});
    for (const NamespaceSpec& ns : spec.namespaces) CHECK(ns.unknown.empty());
    for (const EndpointSpec& endpoint : spec.endpoints) {
      CHECK(endpoint.unknown.size() == (endpoint.is_template ? 1 : 0));
    }
  }
}

TEST_CASE("generator: the number of worlds stays small, so that the oracle can try all") {
  std::size_t most = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Spec spec = generate(seed);
    const model::Model model = to_model(spec);
    for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
      const auto from = static_cast<model::EndpointId>(i);
      const auto to = static_cast<model::EndpointId>(model.endpoints.size() - 1 - i);
      most = std::max(most, oracle::settings(model, spec.profile, from, to).size());
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

}  // namespace polreach::agreement
