// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/shrink.h"

#include <utility>

namespace polreach::agreement {
namespace {

/// Collects the simpler specs. Each method takes a way to find, in a copy of the spec, the part
/// that it simplifies.
class Simpler {
 public:
  explicit Simpler(const Spec& spec) : spec_(spec) {}

  std::vector<Spec> all() {
    drop_each([](Spec & s) -> auto& { return s.policies; });
    drop_each([](Spec & s) -> auto& { return s.nodes; });
    for (std::size_t i = 0; i < spec_.endpoints.size(); ++i) drop_endpoint(i);
    for (std::size_t i = 0; i < spec_.namespaces.size(); ++i) drop_namespace(i);
    for (std::size_t i = 0; i < spec_.policies.size(); ++i) simplify_policy(i);
    for (std::size_t i = 0; i < spec_.endpoints.size(); ++i) simplify_endpoint(i);
    for (std::size_t i = 0; i < spec_.namespaces.size(); ++i) simplify_namespace(i);
    for (std::size_t i = 0; i < spec_.nodes.size(); ++i) simplify_node(i);
    simplify_profile();
    return std::move(result_);
  }

 private:
  template <typename Change>
  void add(const Change& change) {
    Spec copy = spec_;
    change(copy);
    result_.push_back(std::move(copy));
  }

  /// Without each item of a list.
  template <typename Find>
  void drop_each(const Find& find) {
    Spec probe = spec_;
    const std::size_t size = find(probe).size();
    for (std::size_t i = 0; i < size; ++i) {
      add([&](Spec& s) {
        auto& list = find(s);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
      });
    }
  }

  void drop_endpoint(std::size_t i) {
    add([&](Spec& s) { s.endpoints.erase(s.endpoints.begin() + static_cast<std::ptrdiff_t>(i)); });
  }

  /// A namespace that nothing uses.
  void drop_namespace(std::size_t i) {
    for (const EndpointSpec& endpoint : spec_.endpoints) {
      if (endpoint.ns == i) return;
    }
    for (const PolicySpec& policy : spec_.policies) {
      if (policy.tier == model::Tier::Network && policy.ns == i) return;
    }
    add([&](Spec& s) {
      s.namespaces.erase(s.namespaces.begin() + static_cast<std::ptrdiff_t>(i));
      for (EndpointSpec& endpoint : s.endpoints) endpoint.ns -= endpoint.ns > i ? 1 : 0;
      for (PolicySpec& policy : s.policies) policy.ns -= policy.ns > i ? 1 : 0;
    });
  }

  template <typename Find>
  void simplify_selector(const Find& find) {
    drop_each(find);
    Spec probe = spec_;
    const SelectorSpec& selector = find(probe);
    for (std::size_t i = 0; i < selector.size(); ++i) {
      if (selector[i].values.size() < 2) continue;  // In and NotIn need one
      drop_each([&, i ](Spec & s) -> auto& { return find(s)[i].values; });
    }
  }

  void simplify_policy(std::size_t i) {
    const PolicySpec& policy = spec_.policies[i];
    if (policy.ingress && policy.egress) {
      add([&](Spec& s) { s.policies[i].ingress.reset(); });
      add([&](Spec& s) { s.policies[i].egress.reset(); });
    }
    simplify_selector([i](Spec & s) -> auto& { return s.policies[i].subject; });
    simplify_selector([i](Spec & s) -> auto& { return s.policies[i].namespaces; });
    const bool tiered = policy.tier != model::Tier::Network;
    const auto ingress = [i](Spec & s) -> auto& { return *s.policies[i].ingress; };
    const auto egress = [i](Spec & s) -> auto& { return *s.policies[i].egress; };
    if (policy.ingress) simplify_rules(ingress, tiered);
    if (policy.egress) simplify_rules(egress, tiered);
  }

  template <typename Find>
  void simplify_rules(const Find& find, bool tiered) {
    drop_each(find);
    Spec probe = spec_;
    const std::size_t size = find(probe).size();
    for (std::size_t r = 0; r < size; ++r) {
      drop_each([&, r ](Spec & s) -> auto& { return find(s)[r].ports; });
      const std::size_t peers = find(probe)[r].peers.size();
      if (!tiered || peers > 1) {  // rules of the other tiers need one
        drop_each([&, r ](Spec & s) -> auto& { return find(s)[r].peers; });
      }
      for (std::size_t p = 0; p < peers; ++p) {
        simplify_peer(
            [&, r, p ](Spec & s) -> auto& { return find(s)[r].peers[p]; }, tiered);
      }
    }
  }

  template <typename Find>
  void simplify_peer(const Find& find, bool tiered) {
    Spec probe = spec_;
    const PeerSpec& peer = find(probe);
    if (std::holds_alternative<BlockPeerSpec>(peer)) {
      drop_each([&](Spec & s) -> auto& { return std::get<BlockPeerSpec>(find(s)).except; });
      return;
    }
    if (std::holds_alternative<NodePeerSpec>(peer)) {
      simplify_selector([&](Spec & s) -> auto& { return std::get<NodePeerSpec>(find(s)).nodes; });
      return;
    }
    if (const auto* domains = std::get_if<DomainPeerSpec>(&peer)) {
      if (domains->names.size() < 2) return;
      drop_each([&](Spec & s) -> auto& { return std::get<DomainPeerSpec>(find(s)).names; });
      return;
    }
    simplify_selector([&](Spec & s) -> auto& { return std::get<PodPeerSpec>(find(s)).pods; });
    if (!std::get<PodPeerSpec>(peer).namespaces) return;
    if (!tiered) add([&](Spec& s) { std::get<PodPeerSpec>(find(s)).namespaces.reset(); });
    simplify_selector([&](Spec & s) -> auto& {
      return *std::get<PodPeerSpec>(find(s)).namespaces;
    });
  }

  void simplify_endpoint(std::size_t i) {
    const bool needs_label = spec_.endpoints[i].is_template;  // for the selector of a Deployment
    if (!needs_label || spec_.endpoints[i].labels.size() > 1) {
      drop_each([i](Spec & s) -> auto& { return s.endpoints[i].labels; });
    }
    drop_each([i](Spec & s) -> auto& { return s.endpoints[i].unknown; });
    drop_each([i](Spec & s) -> auto& { return s.endpoints[i].ports; });
    drop_each([i](Spec & s) -> auto& { return s.endpoints[i].addresses; });
    drop_each([i](Spec & s) -> auto& { return s.endpoints[i].node_addresses; });
    if (spec_.endpoints[i].host_network) {
      add([i](Spec& s) { s.endpoints[i].host_network = false; });
    }
    if (spec_.endpoints[i].node) add([i](Spec& s) { s.endpoints[i].node.reset(); });
  }

  void simplify_namespace(std::size_t i) {
    drop_each([i](Spec & s) -> auto& { return s.namespaces[i].labels; });
    drop_each([i](Spec & s) -> auto& { return s.namespaces[i].unknown; });
    if (!spec_.namespaces[i].declared) add([i](Spec& s) { s.namespaces[i].declared = true; });
  }

  void simplify_node(std::size_t i) {
    drop_each([i](Spec & s) -> auto& { return s.nodes[i].labels; });
    drop_each([i](Spec & s) -> auto& { return s.nodes[i].addresses; });
  }

  void settle(model::Reading model::ClusterProfile::*reading) {
    if (spec_.profile.*reading != model::Reading::Both) return;
    add([&](Spec& s) { s.profile.*reading = model::Reading::No; });
    add([&](Spec& s) { s.profile.*reading = model::Reading::Yes; });
  }

  void simplify_profile() {
    settle(&model::ClusterProfile::ipblock_matches_pods);
    settle(&model::ClusterProfile::host_network_is_pod);
    if (spec_.profile.pods_have_ipv4 && spec_.profile.pods_have_ipv6) {
      add([](Spec& s) { s.profile.pods_have_ipv6 = false; });
    }
    if (!spec_.profile.blocks_match_nodes) {
      add([](Spec& s) { s.profile.blocks_match_nodes = true; });
    }
    if (spec_.profile.unknown_namespace_labels) {
      add([](Spec& s) { s.profile.unknown_namespace_labels = false; });
    }
  }

  const Spec& spec_;
  std::vector<Spec> result_;
};

}  // namespace

std::vector<Spec> simpler(const Spec& spec) { return Simpler(spec).all(); }

Spec shrink(Spec spec, const std::function<bool(const Spec&)>& fails) {
  bool smaller = true;
  while (smaller) {
    smaller = false;
    for (Spec& candidate : simpler(spec)) {
      if (!fails(candidate)) continue;
      spec = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return spec;
}

}  // namespace polreach::agreement
