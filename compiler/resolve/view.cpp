// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/view.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::Endpoint;
using model::EndpointId;
using model::Model;

/// Whether a policy's PodPeers can match an endpoint at all.
bool is_pod_to(const model::Policy& policy, const Endpoint& endpoint, const World& world) {
  if (policy.tier == model::Tier::Network) return !is_node(endpoint, world);
  return !endpoint.host_network;  // network policy API: pods with hostNetwork are not matched
}

Tri matches_pod(const Cluster& cluster, const model::PodPeer& peer, const model::Policy& policy,
                const End& other, const World& world) {
  const EndpointId* id = other.endpoint();
  if (id == nullptr || !is_pod_to(policy, cluster.model()[*id], world)) return Tri::No;
  const model::NamespaceId ns = cluster.model().namespace_of(*id);
  Tri result = Tri::Yes;
  if (peer.namespaces) {
    result = matches(*peer.namespaces, namespace_labels(cluster, ns, &world.labels));
  } else if (ns != policy.ns) {
    return Tri::No;
  }
  return result == Tri::No
             ? result
             : both(result, matches(peer.pods, pod_labels(cluster, other, &world.labels)));
}

/// Whether ipBlocks can match the other end in this world.
bool addresses_count(const Cluster& cluster, const End& other, const World& world) {
  const EndpointId* id = other.endpoint();
  if (id == nullptr) return true;
  if (!is_node(cluster.model()[*id], world)) return world.ipblock_matches_pods;
  return cluster.profile().blocks_match_nodes;
}

net::AddressSet other_addresses(const Cluster& cluster, const End& other, const World& world) {
  const EndpointId* id = other.endpoint();
  if (id == nullptr) return std::get<net::AddressSet>(*other.party);
  const bool node = is_node(cluster.model()[*id], world);
  const net::AddressSet all = node ? cluster.node_addresses(*id) : cluster.pod_addresses(*id);
  return world.family ? all & net::all_addresses(*world.family) : all;
}

Tri tri_of(const std::optional<bool>& assumed) {
  if (!assumed) return Tri::Maybe;
  return *assumed ? Tri::Yes : Tri::No;
}

/// Whether an open selector over nodes selects the other end in a world.
Tri selects_unseen(const World& world, std::size_t index) {
  return tri_of(index < world.node_selectors.size() ? world.node_selectors[index] : std::nullopt);
}

/// Gathers how the peers of one rule match one other end.
class RuleViewer {
 public:
  RuleViewer(const Cluster& cluster, const model::Policy& policy, const End& other,
             const World& world)
      : cluster_(cluster), policy_(policy), other_(other), world_(world) {}

  RuleView view(const model::Rule& rule, const Endpoint* destination) {
    view_.rule = &rule;
    view_.traffic = traffic_of(rule, destination);
    if (rule.peers.empty()) view_.peer = Tri::Yes;
    for (const model::Peer& peer : rule.peers) {
      std::visit([&](const auto& what) { add(what); }, peer.what);
    }
    view_.addresses = net::AddressSet::of(std::move(intervals_));
    return std::move(view_);
  }

 private:
  void add(const model::PodPeer& peer) {
    view_.peer = either(view_.peer, matches_pod(cluster_, peer, policy_, other_, world_));
  }

  void add(const model::BlockPeer& peer) {
    if (peer.matches_pods || addresses_count(cluster_, other_, world_)) add(addresses_of(peer));
  }

  void add(const model::NodePeer& peer) {
    const EndpointId* id = other_.endpoint();
    if (id != nullptr && !cluster_.model()[*id].host_network) return;
    const std::size_t index = cluster_.index_of(peer);
    const NodeSelector& nodes = cluster_.node_selectors()[index];
    add(nodes.addresses);
    if (nodes.open) view_.peer = either(view_.peer, selects_unseen(world_, index));
  }

  void add(const model::DomainPeer& /*peer*/) {
    if (other_.endpoint() != nullptr) return;
    view_.peer = either(view_.peer, tri_of(world_.domains_match));
  }

  void add(const net::AddressSet& addresses) {
    const auto& more = addresses.intervals();
    intervals_.insert(intervals_.end(), more.begin(), more.end());
  }

  const Cluster& cluster_;
  const model::Policy& policy_;
  const End& other_;
  const World& world_;
  RuleView view_;
  std::vector<net::AddressSet::Interval> intervals_;
};

/// Whether a policy selects the pod that a direction protects.
Tri selects(const Cluster& cluster, const model::Policy& policy, const End& self,
            const World& world) {
  const Tri pod = matches(policy.subject, pod_labels(cluster, self, &world.labels));
  if (policy.tier == model::Tier::Network || pod == Tri::No) return pod;
  const model::NamespaceId ns = cluster.model().namespace_of(*self.endpoint());
  return both(pod, matches(policy.namespaces, namespace_labels(cluster, ns, &world.labels)));
}

bool from_own_node(const Cluster& cluster, const End& destination, const End& source,
                   const World& world) {
  const EndpointId* from = source.endpoint();
  if (from == nullptr || !cluster.profile().own_node_passes) return false;
  const Endpoint& pod = cluster.model()[*from];
  if (!is_node(pod, world)) return false;
  const Endpoint& target = cluster.model()[*destination.endpoint()];
  return pod.node && target.node ? *pod.node == *target.node : world.same_node;
}

}  // namespace

LabelView pod_labels(const Cluster& cluster, const End& end,
                     const std::vector<AssumedLabel>* assumed) {
  const Model& model = cluster.model();
  return {&model.label_sets[model[*end.endpoint()].labels], end.role, {}, assumed, true};
}

LabelView namespace_labels(const Cluster& cluster, model::NamespaceId ns,
                           const std::vector<AssumedLabel>* assumed) {
  const Model& model = cluster.model();
  return {&model.label_sets[model[ns].labels], LabelOwner::Namespace, ns, assumed,
          cluster.profile().unknown_namespace_labels};
}

bool is_node(const Endpoint& endpoint, const World& world) {
  return endpoint.host_network && !world.host_network_is_pod;
}

net::AddressSet addresses_of(const model::BlockPeer& block) {
  net::AddressSet result = net::addresses_of(block.cidr);
  for (const net::Prefix& except : block.except) result -= net::addresses_of(except);
  return result;
}

net::Traffic traffic_of(const model::Rule& rule, const Endpoint* destination) {
  if (rule.ports.empty()) return net::Traffic::all();
  net::Traffic result;
  for (const model::PortMatch& match : rule.ports) {
    net::PortSet& ports = result[match.protocol];
    if (std::holds_alternative<model::AllPorts>(match.ports)) {
      ports = net::all_ports();
    } else if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
      ports |= net::PortSet(range->first, range->last);
    } else if (destination != nullptr) {
      for (const model::NamedPort& port : destination->ports) {
        const bool found = port.name == std::get<model::PortName>(match.ports).name &&
                           port.protocol == match.protocol;
        if (!found) continue;
        ports |= net::PortSet(port.number, port.number);
        break;
      }
    }
  }
  return result;
}

DirectionView view_direction(const Cluster& cluster, Direction direction, const End& self,
                             const End& other, const World& world) {
  const Model& model = cluster.model();
  const EndpointId id = *self.endpoint();
  DirectionView view;
  view.other_addresses = other_addresses(cluster, other, world);
  view.own_node = direction == Direction::Ingress && from_own_node(cluster, self, other, world);
  // A node's own traffic is not subject to policies.
  if (is_node(model[id], world)) return view;

  const End& destination = direction == Direction::Ingress ? self : other;
  // A node has no named ports.
  const Endpoint* target =
      destination.endpoint() != nullptr ? &model[*destination.endpoint()] : nullptr;
  if (target != nullptr && is_node(*target, world)) target = nullptr;
  for (model::PolicyId policy_id : cluster.candidates(id, direction)) {
    const model::Policy& policy = model[policy_id];
    PolicyView entry{policy_id, policy.tier, selects(cluster, policy, self, world), {}};
    if (entry.selects == Tri::No) continue;
    for (const model::Rule& rule : *policy.rules(direction)) {
      entry.rules.push_back(RuleViewer(cluster, policy, other, world).view(rule, target));
    }
    view.policies.push_back(std::move(entry));
  }
  return view;
}

}  // namespace polreach::compiler
