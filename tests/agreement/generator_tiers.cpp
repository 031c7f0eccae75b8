// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/generator_tiers.h"

#include <algorithm>
#include <utility>

#include "tests/agreement/generator_parts.h"

namespace polreach::agreement {
namespace {

using model::Action;
using model::Tier;

class TierGenerator {
 public:
  TierGenerator(Spec& spec, Random& random) : spec_(spec), random_(random) {}

  void build(const std::vector<NodeSpec>& nodes) {
    if (random_.chance(30)) spec_.policies.clear();
    with_domains_ = random_.chance(30);
    const bool with_node_peers = random_.chance(35);
    if (with_node_peers) choose_node_selectors();
    if (random_.chance(with_node_peers ? 65 : 10)) add_nodes(nodes);
    std::vector<std::int32_t> priorities = {0, 10, 50, 100, 500, 900};
    random_.shuffle(priorities);
    const int policies = random_.between(1, 3);
    for (int i = 0; i < policies; ++i) {
      const auto number = static_cast<std::size_t>(i);
      add_policy(number, priorities[number]);
    }
  }

 private:
  /// Few, so that one occurs in several rules.
  void choose_node_selectors() {
    const int count = random_.between(1, 2);
    for (int i = 0; i < count; ++i) {
      node_selectors_.push_back(random_selector(node_keys(), node_keys().back(), random_));
    }
  }

  /// One of them is no pod's node; of some the addresses are not known.
  void add_nodes(const std::vector<NodeSpec>& nodes) {
    std::vector<NodeSpec> all = nodes;
    all.push_back({"node3", {}, {"203.0.113.9"}});
    for (NodeSpec& node : all) {
      for (const KeySpec& key : node_keys()) {
        if (random_.chance(70)) node.labels.push_back({key.key, random_.pick(key.values)});
      }
      if (random_.chance(12)) node.addresses.clear();
    }
    spec_.nodes = std::move(all);
  }

  void add_policy(std::size_t number, std::int32_t priority) {
    PolicySpec policy;
    policy.name = numbered("t", number);
    policy.tier = random_.chance(60) ? Tier::Admin : Tier::Baseline;
    policy.priority = priority;
    policy.namespaces = random_namespace_selector(spec_, random_);
    if (random_.chance(60)) policy.subject = random_pod_selector(random_);
    const int rules = random_.between(1, 4);
    for (int i = 0; i < rules; ++i) {
      const bool egress = random_.chance(50);
      auto& list = egress ? policy.egress : policy.ingress;
      if (!list) list.emplace();
      list->push_back(rule(egress));
    }
    spec_.policies.push_back(std::move(policy));
  }

  RuleSpec rule(bool egress) {
    static const std::vector<Action> actions = {Action::Allow, Action::Deny, Action::Deny,
                                                Action::Pass};
    RuleSpec result;
    result.action = random_.pick(actions);
    const int peers = random_.chance(70) ? 1 : 2;
    for (int i = 0; i < peers; ++i) {
      result.peers.push_back(egress ? egress_peer(result.action) : pods());
    }
    const bool pods_alone =
        std::all_of(result.peers.begin(), result.peers.end(),
                    [](const PeerSpec& peer) { return std::holds_alternative<PodPeerSpec>(peer); });
    const int ports = random_.chance(40) ? 0 : random_.between(1, 2);
    for (int i = 0; i < ports; ++i) result.ports.push_back(port(pods_alone));
    return result;
  }

  PeerSpec egress_peer(Action action) {
    if (!node_selectors_.empty() && random_.chance(40)) {
      return NodePeerSpec{random_.pick(node_selectors_)};
    }
    if (with_domains_ && action == Action::Allow && random_.chance(60)) return domains();
    if (!random_.chance(35)) return pods();
    return BlockPeerSpec{net::Prefix::parse(random_.pick(block_pool())).value().to_string(), {}};
  }

  PeerSpec pods() {
    PodPeerSpec result;
    result.namespaces = random_namespace_selector(spec_, random_);
    if (random_.chance(60)) result.pods = random_pod_selector(random_);
    return result;
  }

  PeerSpec domains() {
    static const std::vector<std::string> names = {"api.example.test", "*.example.test"};
    DomainPeerSpec result{{random_.pick(names)}};
    if (random_.chance(50)) result.names = names;
    return result;
  }

  PortSpec port(bool may_be_name) {
    static const std::vector<std::string> names = {"http", "http", "dns", "api", "nope"};
    static const std::vector<net::Port> numbers = {53, 80, 81, 443, 8080, 1, 65535};
    if (may_be_name && random_.chance(35)) return {net::Protocol::Tcp, random_.pick(names)};
    const net::Port one = random_.pick(numbers);
    const net::Port other = random_.chance(60) ? one : random_.pick(numbers);
    return {random_protocol(random_), std::pair(std::min(one, other), std::max(one, other))};
  }

  Spec& spec_;
  Random& random_;
  bool with_domains_ = false;
  std::vector<SelectorSpec> node_selectors_;
};

}  // namespace

void add_tiers(Spec& spec, const std::vector<NodeSpec>& nodes, Random& random) {
  TierGenerator(spec, random).build(nodes);
}

}  // namespace polreach::agreement
