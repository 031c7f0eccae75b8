// SPDX-License-Identifier: Apache-2.0
#include "solver/check/packet.h"

#include <algorithm>

namespace polreach::solver::check {
namespace {

using compiler::Cluster;
using model::Direction;
using model::Endpoint;
using model::EndpointId;
using model::Model;

/// One packet in one world, as each direction sees it.
class Evaluation {
 public:
  Evaluation(const Cluster& cluster, const Packet& packet, const World& world,
             bool has_ports = true)
      : cluster_(cluster),
        model_(cluster.model()),
        packet_(packet),
        world_(world),
        has_ports_(has_ports) {}

  [[nodiscard]] bool passes() const {
    if (packet_.source && packet_.destination && is_one_pod()) return true;
    return (!packet_.source || leaves()) && (!packet_.destination || enters());
  }

  [[nodiscard]] bool passes(Direction direction) const {
    if (packet_.source && packet_.destination && is_one_pod()) return true;
    return direction == Direction::Egress ? leaves() : enters();
  }

 private:
  [[nodiscard]] bool is_one_pod() const {
    return packet_.source == packet_.destination &&
           !model_[model_[*packet_.source].workload].replicated;
  }

  [[nodiscard]] bool leaves() const {
    if (is_node(*packet_.source)) return true;
    return policies_let_pass(Direction::Egress, *packet_.source, packet_.destination,
                             packet_.destination_address);
  }

  [[nodiscard]] bool enters() const {
    if (is_node(*packet_.destination) || from_own_node()) return true;
    return policies_let_pass(Direction::Ingress, *packet_.destination, packet_.source,
                             packet_.source_address);
  }

  [[nodiscard]] bool from_own_node() const {
    if (!cluster_.profile().own_node_passes) return false;
    const Endpoint& to = model_[*packet_.destination];
    if (!packet_.source) {
      return std::find(to.node_addresses.begin(), to.node_addresses.end(),
                       packet_.source_address) != to.node_addresses.end();
    }
    if (!is_node(*packet_.source)) return false;
    const Endpoint& from = model_[*packet_.source];
    return from.node && to.node ? *from.node == *to.node : world_.same_node;
  }

  [[nodiscard]] bool policies_let_pass(Direction direction, EndpointId self,
                                       const std::optional<EndpointId>& other,
                                       const net::Address& other_address) const {
    const Side side{direction, self, other, other_address};
    const auto admin = first_match(model::Tier::Admin, side);
    if (admin && *admin != model::Action::Pass) return *admin == model::Action::Allow;
    if (const auto network = network_policies(side)) return *network;
    return first_match(model::Tier::Baseline, side) != model::Action::Deny;
  }

  /// One direction: the pod that it protects, and the other end.
  struct Side {
    Direction direction;
    EndpointId self;
    const std::optional<EndpointId>& other;
    const net::Address& other_address;
  };

  /// What the NetworkPolicies say; nothing where none selects the pod.
  [[nodiscard]] std::optional<bool> network_policies(const Side& side) const {
    bool isolated = false;
    for (model::PolicyId id : cluster_.policies_in(model_.namespace_of(side.self))) {
      const model::Policy& policy = model_[id];
      if (!policy.rules(side.direction)) continue;
      if (!selects_pod(policy.subject, side.self, side.direction)) continue;
      isolated = true;
      for (const model::Rule& rule : *policy.rules(side.direction)) {
        if (port_matches(rule) && peer_matches(rule, policy, side)) return true;
      }
    }
    if (isolated) return false;
    return std::nullopt;
  }

  /// The action of the first rule of a tier that matches, if one does.
  [[nodiscard]] std::optional<model::Action> first_match(model::Tier tier, const Side& side) const {
    if (model_[side.self].host_network) return std::nullopt;
    for (const model::Policy& policy : model_.policies) {
      if (policy.tier != tier || !policy.rules(side.direction)) continue;
      if (!selects_namespace(policy.namespaces, model_.namespace_of(side.self))) continue;
      if (!selects_pod(policy.subject, side.self, side.direction)) continue;
      for (const model::Rule& rule : *policy.rules(side.direction)) {
        if (port_matches(rule) && peer_matches(rule, policy, side)) return rule.action;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] bool peer_matches(const model::Rule& rule, const model::Policy& policy,
                                  const Side& side) const {
    return rule.peers.empty() ||
           std::any_of(rule.peers.begin(), rule.peers.end(), [&](const model::Peer& peer) {
             return std::visit([&](const auto& what) { return matches(what, policy, side); },
                               peer.what);
           });
  }

  [[nodiscard]] bool matches(const model::BlockPeer& block, const model::Policy& /*policy*/,
                             const Side& side) const {
    return counts(block, side) && in_block(block, side.other_address);
  }

  [[nodiscard]] bool matches(const model::PodPeer& pods, const model::Policy& policy,
                             const Side& side) const {
    if (!side.other) return false;
    const bool network = policy.tier == model::Tier::Network;
    if (network ? is_node(*side.other) : model_[*side.other].host_network) return false;
    const model::NamespaceId ns = model_.namespace_of(*side.other);
    const bool in_namespace =
        pods.namespaces ? selects_namespace(*pods.namespaces, ns) : ns == policy.ns;
    const Direction other_role =
        side.direction == Direction::Egress ? Direction::Ingress : Direction::Egress;
    return in_namespace && selects_pod(pods.pods, *side.other, other_role);
  }

  [[nodiscard]] bool matches(const model::NodePeer& nodes, const model::Policy& /*policy*/,
                             const Side& side) const {
    if (side.other && !model_[*side.other].host_network) return false;
    bool open = model_.nodes.empty();
    for (const model::Node& node : model_.nodes) {
      if (!selects(nodes.nodes, model_.label_sets[node.labels], {}, false)) continue;
      open = open || node.addresses.empty();
      const auto& own = node.addresses;
      if (std::find(own.begin(), own.end(), side.other_address) != own.end()) return true;
    }
    const std::size_t index = cluster_.index_of(nodes);
    return open && index < world_.node_selectors.size() && world_.node_selectors[index];
  }

  [[nodiscard]] bool matches(const model::DomainPeer& /*names*/, const model::Policy& /*policy*/,
                             const Side& side) const {
    return !side.other && world_.domains_match;
  }

  /// Whether the block can match this end at all.
  [[nodiscard]] bool counts(const model::BlockPeer& block, const Side& side) const {
    if (!side.other || block.matches_pods) return true;
    return is_node(*side.other) ? cluster_.profile().blocks_match_nodes : ipblocks_match_pods();
  }

  static bool in_block(const model::BlockPeer& block, const net::Address& address) {
    if (!block.cidr.contains(address)) return false;
    return std::none_of(block.except.begin(), block.except.end(),
                        [&](const net::Prefix& except) { return except.contains(address); });
  }

  [[nodiscard]] bool port_matches(const model::Rule& rule) const {
    if (rule.ports.empty()) return true;
    if (!has_ports_) return false;
    return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const model::PortMatch& match) {
      if (match.protocol != packet_.protocol) return false;
      if (std::holds_alternative<model::AllPorts>(match.ports)) return true;
      if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
        return range->first <= packet_.port && packet_.port <= range->last;
      }
      const model::Symbol name = std::get<model::PortName>(match.ports).name;
      if (packet_.destination && model_[*packet_.destination].open_ports) {
        return world_.named_ports.contains(compiler::named_port_index(name, match.protocol));
      }
      const net::Port number = named_port(name);
      return number != 0 && number == packet_.port;
    });
  }

  /// The number that the destination gives to a name for the packet's protocol; 0 for none.
  [[nodiscard]] net::Port named_port(model::Symbol name) const {
    if (!packet_.destination || is_node(*packet_.destination)) return 0;
    for (const model::NamedPort& port : model_[*packet_.destination].ports) {
      if (port.name == name && port.protocol == packet_.protocol) return port.number;
    }
    return 0;
  }

  [[nodiscard]] bool is_node(EndpointId id) const {
    if (!model_[id].host_network) return false;
    switch (cluster_.profile().host_network_is_pod) {
      case model::Reading::No:
        return true;
      case model::Reading::Yes:
        return false;
      case model::Reading::Both:
        return !world_.host_network_is_pod;
    }
    return false;
  }

  [[nodiscard]] bool ipblocks_match_pods() const {
    const model::Reading reading = cluster_.profile().ipblock_matches_pods;
    return reading == model::Reading::Both ? world_.ipblock_matches_pods
                                           : reading == model::Reading::Yes;
  }

  /// `role` Egress: the pod is the connection's source; Ingress: its destination.
  [[nodiscard]] bool selects_pod(const model::Selector& selector, EndpointId id,
                                 Direction role) const {
    const auto owner =
        role == Direction::Egress ? LabelOwner::SourcePod : LabelOwner::DestinationPod;
    return selects(selector, model_.label_sets[model_[id].labels], {owner, {}, {}}, true);
  }

  [[nodiscard]] bool selects_namespace(const model::Selector& selector,
                                       model::NamespaceId ns) const {
    return selects(selector, model_.label_sets[model_[ns].labels], {LabelOwner::Namespace, ns, {}},
                   cluster_.profile().unknown_namespace_labels);
  }

  [[nodiscard]] bool selects(const model::Selector& selector, const model::LabelSet& labels,
                             UnknownLabel unknown, bool open_is_unknown) const {
    for (const model::Requirement& requirement : selector.all_of) {
      std::optional<std::string> value;
      if (const model::Label* label = labels.find(requirement.key)) {
        value = model_.text(label->value);
      } else if (labels.is_unknown(requirement.key) && (!labels.open || open_is_unknown)) {
        unknown.key = requirement.key;
        const auto assumed = world_.labels.find(unknown);
        if (assumed != world_.labels.end()) value = assumed->second;
      }
      if (!holds(requirement, value)) return false;
    }
    return true;
  }

  [[nodiscard]] bool holds(const model::Requirement& requirement,
                           const std::optional<std::string>& value) const {
    const bool listed =
        value && std::any_of(requirement.values.begin(), requirement.values.end(),
                             [&](model::Symbol symbol) { return model_.text(symbol) == *value; });
    switch (requirement.op) {
      case model::Operator::In:
        return listed;
      case model::Operator::NotIn:
        return !listed;
      case model::Operator::Exists:
        return value.has_value();
      case model::Operator::DoesNotExist:
        return !value.has_value();
    }
    return false;
  }

  const Cluster& cluster_;
  const Model& model_;
  const Packet& packet_;
  const World& world_;
  bool has_ports_;
};

}  // namespace

bool passes(const Cluster& cluster, const Packet& packet, const World& world) {
  return Evaluation(cluster, packet, world).passes();
}

bool passes(const Cluster& cluster, Direction direction, const Packet& packet, const World& world) {
  return Evaluation(cluster, packet, world).passes(direction);
}

bool passes_without_ports(const Cluster& cluster, Direction direction, const Packet& packet,
                          const World& world) {
  return Evaluation(cluster, packet, world, false).passes(direction);
}

}  // namespace polreach::solver::check
