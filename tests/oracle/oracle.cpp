// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/oracle.h"

#include <algorithm>
#include <string_view>

#include "tests/oracle/nodes.h"

namespace polreach::oracle {
namespace {

using model::Endpoint;
using model::EndpointId;
using model::Model;
using model::NamespaceId;
using model::Reading;
using model::Symbol;

bool settle(Reading reading, bool in_world) {
  return reading == Reading::Both ? in_world : reading == Reading::Yes;
}

/// The value of a label that the input leaves open.
std::optional<std::string_view> open_value(const World& world, Owner owner, NamespaceId ns,
                                           Symbol key) {
  for (const FixedLabel& label : world.labels) {
    if (label.owner != owner || label.key != key) continue;
    if (owner == Owner::Namespace && label.ns != ns) continue;
    if (!label.value) return std::nullopt;
    return std::string_view(*label.value);
  }
  return std::nullopt;
}

/// One packet in one world, with everything that is needed to judge it.
class Judge {
 public:
  Judge(const Model& model, const model::ClusterProfile& profile, const Packet& packet,
        const World& world, bool has_ports = true)
      : model_(model), profile_(profile), packet_(packet), world_(world), has_ports_(has_ports) {}

  [[nodiscard]] bool passes() const {
    if (is_one_pod_to_itself()) return true;
    return egress_passes() && ingress_passes();
  }

  [[nodiscard]] bool passes(model::Direction direction) const {
    if (is_one_pod_to_itself()) return true;
    return direction == model::Direction::Egress ? egress_passes() : ingress_passes();
  }

 private:
  /// The two ends, in the view of one of them.
  struct End {
    std::optional<EndpointId> endpoint;
    net::Address address;
    Owner owner = Owner::SourcePod;
  };

  [[nodiscard]] End source() const {
    return {packet_.source, packet_.source_address, Owner::SourcePod};
  }
  [[nodiscard]] End destination() const {
    return {packet_.destination, packet_.destination_address, Owner::DestinationPod};
  }

  [[nodiscard]] bool is_one_pod_to_itself() const {
    return packet_.source && packet_.destination && *packet_.source == *packet_.destination &&
           !model_[model_[*packet_.source].workload].replicated;
  }

  /// Whether the endpoint is its node to NetworkPolicies, so that no selector sees it.
  [[nodiscard]] bool is_node(EndpointId id) const { return is_node_to(model::Tier::Network, id); }

  /// The reading of the profile is about NetworkPolicy alone: to the other tiers a pod with
  /// hostNetwork is never a pod.
  [[nodiscard]] bool is_node_to(model::Tier tier, EndpointId id) const {
    if (!model_[id].host_network) return false;
    return tier != model::Tier::Network ||
           !settle(profile_.host_network_is_pod, world_.host_network_is_pod);
  }

  [[nodiscard]] bool egress_passes() const {
    return !packet_.source || direction_passes(model::Direction::Egress, source(), destination());
  }

  [[nodiscard]] bool ingress_passes() const {
    if (!packet_.destination) return true;
    if (!packet_.source && is_own_node_of_destination()) return true;
    if (packet_.source && is_node(*packet_.source) && on_same_node()) return true;
    return direction_passes(model::Direction::Ingress, destination(), source());
  }

  [[nodiscard]] bool is_own_node_of_destination() const {
    const std::vector<net::Address>& own = model_[*packet_.destination].node_addresses;
    return std::find(own.begin(), own.end(), packet_.source_address) != own.end();
  }

  [[nodiscard]] bool on_same_node() const {
    const std::optional<Symbol>& from = model_[*packet_.source].node;
    const std::optional<Symbol>& to = model_[*packet_.destination].node;
    return from && to ? *from == *to : world_.same_node;
  }

  /// Whether all tiers together let `subject` talk to `other`.
  [[nodiscard]] bool direction_passes(model::Direction direction, const End& subject,
                                      const End& other) const {
    const auto admin = first_match(model::Tier::Admin, direction, subject, other);
    if (admin && *admin != model::Action::Pass) return *admin == model::Action::Allow;
    const std::optional<bool> network = network_policies(direction, subject, other);
    if (network) return *network;
    const auto baseline = first_match(model::Tier::Baseline, direction, subject, other);
    return !baseline || *baseline != model::Action::Deny;
  }

  /// What the first rule of a tier of ordered rules does that matches; nothing: none does.
  [[nodiscard]] std::optional<model::Action> first_match(model::Tier tier,
                                                         model::Direction direction,
                                                         const End& subject,
                                                         const End& other) const {
    for (const model::Policy& policy : model_.policies) {
      if (policy.tier != tier || is_node_to(tier, *subject.endpoint)) continue;
      const NamespaceId ns = model_.namespace_of(*subject.endpoint);
      if (!selects_namespace(policy.namespaces, ns) || !selects_pod(policy.subject, subject)) {
        continue;
      }
      const std::optional<std::vector<model::Rule>>& rules = policy.rules(direction);
      if (!rules) continue;
      for (const model::Rule& rule : *rules) {
        if (matches(rule, policy, other)) return rule.action;
      }
    }
    return std::nullopt;
  }

  /// What the NetworkPolicies say that isolate `subject`; nothing: none does.
  [[nodiscard]] std::optional<bool> network_policies(model::Direction direction, const End& subject,
                                                     const End& other) const {
    bool isolated = false;
    for (const model::Policy& policy : model_.policies) {
      if (policy.tier != model::Tier::Network) continue;
      if (policy.ns != model_.namespace_of(*subject.endpoint)) continue;
      if (is_node(*subject.endpoint) || !selects_pod(policy.subject, subject)) continue;
      const std::optional<std::vector<model::Rule>>& rules = policy.rules(direction);
      if (!rules) continue;
      isolated = true;
      for (const model::Rule& rule : *rules) {
        if (matches(rule, policy, other)) return true;
      }
    }
    if (isolated) return false;
    return std::nullopt;
  }

  [[nodiscard]] bool matches(const model::Rule& rule, const model::Policy& policy,
                             const End& other) const {
    return matches_peer(rule, policy, other) && matches_port(rule, policy.tier);
  }

  [[nodiscard]] bool matches_peer(const model::Rule& rule, const model::Policy& policy,
                                  const End& other) const {
    if (rule.peers.empty()) return true;
    return std::any_of(rule.peers.begin(), rule.peers.end(), [&](const model::Peer& peer) {
      if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
        return matches_pods(*pods, policy, other);
      }
      if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
        return matches_block(*block, policy.tier, other);
      }
      if (const auto* nodes = std::get_if<model::NodePeer>(&peer.what)) {
        return matches_nodes(nodes->nodes, other);
      }
      return !other.endpoint && world_.domains_match;  // a DomainPeer
    });
  }

  [[nodiscard]] bool matches_pods(const model::PodPeer& peer, const model::Policy& policy,
                                  const End& other) const {
    if (!other.endpoint || is_node_to(policy.tier, *other.endpoint)) return false;
    const NamespaceId ns = model_.namespace_of(*other.endpoint);
    if (!peer.namespaces && ns != policy.ns) return false;
    if (peer.namespaces && !selects_namespace(*peer.namespaces, ns)) return false;
    return selects_pod(peer.pods, other);
  }

  [[nodiscard]] bool matches_block(const model::BlockPeer& peer, model::Tier tier,
                                   const End& other) const {
    const bool is_pod = other.endpoint && !is_node_to(tier, *other.endpoint);
    if (is_pod && !peer.matches_pods &&
        !settle(profile_.ipblock_matches_pods, world_.ipblock_matches_pods)) {
      return false;
    }
    const bool is_node = other.endpoint && !is_pod;
    if (is_node && !peer.matches_pods && !profile_.blocks_match_nodes) return false;
    return peer.cidr.contains(other.address) &&
           std::none_of(peer.except.begin(), peer.except.end(),
                        [&](const net::Prefix& hole) { return hole.contains(other.address); });
  }

  [[nodiscard]] bool matches_nodes(const model::Selector& selector, const End& other) const {
    if (other.endpoint && !model_[*other.endpoint].host_network) return false;
    if (is_known_node(model_, selector, other.address)) return true;
    if (!is_open(model_, selector)) return false;
    const std::size_t index = node_selector_index(model_, selector);
    return index < world_.node_selectors.size() && world_.node_selectors[index];
  }

  [[nodiscard]] bool matches_port(const model::Rule& rule, model::Tier tier) const {
    if (rule.ports.empty()) return true;
    if (!has_ports_) return false;
    return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const model::PortMatch& match) {
      if (match.protocol != packet_.protocol) return false;
      if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
        return range->first <= packet_.port && packet_.port <= range->last;
      }
      if (const auto* named = std::get_if<model::PortName>(&match.ports)) {
        return number_of(named->name, match.protocol, tier) == packet_.port;
      }
      return true;
    });
  }

  /// What a port name means at the destination.
  [[nodiscard]] std::optional<net::Port> number_of(Symbol name, net::Protocol protocol,
                                                   model::Tier tier) const {
    if (!packet_.destination || is_node_to(tier, *packet_.destination)) return std::nullopt;
    for (const model::NamedPort& port : model_[*packet_.destination].ports) {
      if (port.name == name && port.protocol == protocol) return port.number;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool selects_pod(const model::Selector& selector, const End& end) const {
    const model::LabelSet& labels = model_.label_sets[model_[*end.endpoint].labels];
    return std::all_of(selector.all_of.begin(), selector.all_of.end(), [&](const auto& wanted) {
      return holds(model_, wanted, value(labels, wanted.key, end.owner, NamespaceId{}, true));
    });
  }

  [[nodiscard]] bool selects_namespace(const model::Selector& selector, NamespaceId ns) const {
    const model::LabelSet& labels = model_.label_sets[model_[ns].labels];
    const bool may_be_open = profile_.unknown_namespace_labels;
    return std::all_of(selector.all_of.begin(), selector.all_of.end(), [&](const auto& wanted) {
      return holds(model_, wanted, value(labels, wanted.key, Owner::Namespace, ns, may_be_open));
    });
  }

  /// The value of a label in this world; nothing where it is absent.
  [[nodiscard]] std::optional<std::string_view> value(const model::LabelSet& labels, Symbol key,
                                                      Owner owner, NamespaceId ns,
                                                      bool may_be_open) const {
    for (const model::Label& label : labels.known) {
      if (label.key == key) return model_.text(label.value);
    }
    const bool listed =
        std::find(labels.unknown.begin(), labels.unknown.end(), key) != labels.unknown.end();
    if (!listed && !(labels.open && may_be_open)) return std::nullopt;
    return open_value(world_, owner, ns, key);
  }

  const Model& model_;
  const model::ClusterProfile& profile_;
  const Packet& packet_;
  const World& world_;
  bool has_ports_;
};

}  // namespace

bool passes(const Model& model, const model::ClusterProfile& profile, const Packet& packet,
            const World& world) {
  return Judge(model, profile, packet, world).passes();
}

bool passes(const Model& model, const model::ClusterProfile& profile, model::Direction direction,
            const Packet& packet, const World& world, bool has_ports) {
  return Judge(model, profile, packet, world, has_ports).passes(direction);
}

Packet packet_of(const Party& source, const Party& destination, const Setting& setting,
                 net::Protocol protocol, net::Port port) {
  Packet packet;
  if (const auto* id = std::get_if<EndpointId>(&source)) packet.source = *id;
  if (const auto* id = std::get_if<EndpointId>(&destination)) packet.destination = *id;
  packet.source_address = setting.source_address;
  packet.destination_address = setting.destination_address;
  packet.protocol = protocol;
  packet.port = port;
  return packet;
}

std::vector<Tri> decide(const Model& model, const model::ClusterProfile& profile,
                        const Party& source, const Party& destination,
                        const std::vector<Target>& targets) {
  struct Seen {
    bool passed = false;
    bool stopped = false;
  };
  std::vector<Seen> seen(targets.size());
  for (const Setting& setting : settings(model, profile, source, destination)) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (seen[i].passed && seen[i].stopped) continue;
      const Packet packet =
          packet_of(source, destination, setting, targets[i].protocol, targets[i].port);
      (passes(model, profile, packet, setting.world) ? seen[i].passed : seen[i].stopped) = true;
    }
  }
  std::vector<Tri> result;
  for (const Seen& one : seen) {
    result.push_back(!one.passed ? Tri::Never : one.stopped ? Tri::Sometimes : Tri::Always);
  }
  return result;
}

Tri decide(const Model& model, const model::ClusterProfile& profile, const Party& source,
           const Party& destination, net::Protocol protocol, net::Port port) {
  return decide(model, profile, source, destination, {{protocol, port}}).front();
}

}  // namespace polreach::oracle
