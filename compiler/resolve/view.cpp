// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/view.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::Endpoint;
using model::EndpointId;
using model::Model;

Tri matches_pod(const Cluster& cluster, const model::PodPeer& peer, model::NamespaceId policy_ns,
                const End& other, const World& world) {
  const EndpointId* id = other.endpoint();
  if (id == nullptr || is_node(cluster.model()[*id], world)) return Tri::No;
  const model::NamespaceId ns = cluster.model().namespace_of(*id);
  Tri result = Tri::Yes;
  if (peer.namespaces) {
    result = matches(*peer.namespaces, namespace_labels(cluster, ns, &world.labels));
  } else if (ns != policy_ns) {
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
  return world.ipblock_matches_pods || is_node(cluster.model()[*id], world);
}

net::AddressSet other_addresses(const Cluster& cluster, const End& other, const World& world) {
  const EndpointId* id = other.endpoint();
  if (id == nullptr) return std::get<net::AddressSet>(*other.party);
  const bool node = is_node(cluster.model()[*id], world);
  const net::AddressSet all = node ? cluster.node_addresses(*id) : cluster.pod_addresses(*id);
  return world.family ? all & net::all_addresses(*world.family) : all;
}

RuleView view_rule(const Cluster& cluster, const model::Rule& rule, model::NamespaceId policy_ns,
                   const End& other, const Endpoint* destination, const World& world) {
  RuleView view;
  view.rule = &rule;
  view.traffic = traffic_of(rule, destination);
  if (rule.peers.empty()) view.peer = Tri::Yes;
  const bool by_address = addresses_count(cluster, other, world);
  std::vector<net::AddressSet::Interval> intervals;
  for (const model::Peer& peer : rule.peers) {
    if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
      view.peer = either(view.peer, matches_pod(cluster, *pods, policy_ns, other, world));
    } else if (by_address) {
      const net::AddressSet block = addresses_of(std::get<model::BlockPeer>(peer.what));
      intervals.insert(intervals.end(), block.intervals().begin(), block.intervals().end());
    }
  }
  view.addresses = net::AddressSet::of(std::move(intervals));
  return view;
}

bool from_own_node(const Cluster& cluster, const End& destination, const End& source,
                   const World& world) {
  const EndpointId* from = source.endpoint();
  if (from == nullptr) return false;
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
  const model::NamespaceId ns = model.namespace_of(id);
  for (model::PolicyId policy_id : cluster.candidates(id, direction)) {
    const model::Policy& policy = model[policy_id];
    const Tri selects = matches(policy.subject, pod_labels(cluster, self, &world.labels));
    if (selects == Tri::No) continue;
    PolicyView entry{policy_id, selects, {}};
    for (const model::Rule& rule : *policy.rules(direction)) {
      entry.rules.push_back(view_rule(cluster, rule, ns, other, target, world));
    }
    view.policies.push_back(std::move(entry));
  }
  return view;
}

}  // namespace polreach::compiler
