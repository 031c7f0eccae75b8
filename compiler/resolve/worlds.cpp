// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/worlds.h"

#include <algorithm>
#include <map>
#include <set>

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;
using model::Model;
using model::Reading;

/// Collects the unknown labels that selectors rest on, with the values that these name.
class LabelCollector {
 public:
  LabelCollector(const Cluster& cluster, const World& base) : cluster_(cluster), base_(base) {}

  void direction(Direction direction, const End& self, const End& other) {
    const Model& model = cluster_.model();
    for (model::PolicyId id : cluster_.candidates(*self.endpoint(), direction)) {
      const model::Policy& policy = model[id];
      selector(policy.subject, pod(self));
      if (policy.tier != model::Tier::Network) selector(policy.namespaces, namespace_of(self));
      if (other.endpoint() == nullptr) continue;
      for (const model::Rule& rule : *policy.rules(direction)) {
        for (const model::Peer& peer : rule.peers) {
          const auto* pods = std::get_if<model::PodPeer>(&peer.what);
          if (pods == nullptr) continue;
          selector(pods->pods, pod(other));
          if (pods->namespaces) selector(*pods->namespaces, namespace_of(other));
        }
      }
    }
  }

  [[nodiscard]] const std::map<UnknownLabel, std::vector<model::Symbol>>& found() const {
    return found_;
  }

 private:
  [[nodiscard]] LabelView pod(const End& end) const {
    return pod_labels(cluster_, end, &base_.labels);
  }
  [[nodiscard]] LabelView namespace_of(const End& end) const {
    const model::NamespaceId ns = cluster_.model().namespace_of(*end.endpoint());
    return namespace_labels(cluster_, ns, &base_.labels);
  }

  void selector(const model::Selector& selector, const LabelView& view) {
    if (matches(selector, view) != Tri::Maybe) return;
    for (const model::Requirement& requirement : selector.all_of) {
      if (!view.is_unknown(requirement.key)) continue;
      auto& values = found_[{view.owner, view.ns, requirement.key}];
      values.insert(values.end(), requirement.values.begin(), requirement.values.end());
    }
  }

  const Cluster& cluster_;
  const World& base_;
  std::map<UnknownLabel, std::vector<model::Symbol>> found_;
};

/// What the peers of one direction leave open about the other end, besides labels.
struct OpenPeers {
  bool domains = false;
  std::set<std::size_t> node_selectors;
};

OpenPeers open_peers(const Cluster& cluster, Direction direction, EndpointId self,
                     const model::Endpoint* other) {
  OpenPeers result;
  // Pods are no nodes, and no domain name stands for them.
  if (other != nullptr && !other->host_network) return result;
  const Model& model = cluster.model();
  for (model::PolicyId id : cluster.candidates(self, direction)) {
    if (model[id].tier == model::Tier::Network) continue;
    for (const model::Rule& rule : *model[id].rules(direction)) {
      for (const model::Peer& peer : rule.peers) {
        const bool domains = std::holds_alternative<model::DomainPeer>(peer.what);
        result.domains = result.domains || (domains && other == nullptr);
        const auto* nodes = std::get_if<model::NodePeer>(&peer.what);
        if (nodes == nullptr) continue;
        const std::size_t index = cluster.index_of(*nodes);
        if (cluster.node_selectors()[index].open) result.node_selectors.insert(index);
      }
    }
  }
  return result;
}

const model::Endpoint* endpoint_of(const Cluster& cluster, const Party& party) {
  const auto* id = std::get_if<EndpointId>(&party);
  return id == nullptr ? nullptr : &cluster.model()[*id];
}

OpenPoint point_of(const UnknownLabel& label) {
  return label.owner == LabelOwner::Namespace ? OpenPoint{Assumption::NamespaceLabels, label.ns}
                                              : OpenPoint{Assumption::PodLabels, {}};
}

}  // namespace

Worlds::Worlds(const Cluster& cluster, const Party& source, const Party& destination) {
  add_readings(cluster, source, destination);
  add_open_peers(cluster, source, destination);
  add_labels(cluster, source, destination);
}

void Worlds::add(const OpenPoint& point, std::size_t count) {
  choices_.push_back({point, count, size_});
  size_ *= count;
}

void Worlds::add_readings(const Cluster& cluster, const Party& source, const Party& destination) {
  const model::ClusterProfile& profile = cluster.profile();
  const model::Endpoint* from = endpoint_of(cluster, source);
  const model::Endpoint* to = endpoint_of(cluster, destination);
  base_.ipblock_matches_pods = profile.ipblock_matches_pods == Reading::Yes;
  base_.host_network_is_pod = profile.host_network_is_pod == Reading::Yes;
  if (profile.ipblock_matches_pods == Reading::Both && from != nullptr && to != nullptr) {
    add({Assumption::IpBlockPods, {}}, 2);
  }
  const bool host = (from != nullptr && from->host_network) || (to != nullptr && to->host_network);
  if (!host) return;
  if (profile.host_network_is_pod == Reading::Both) add({Assumption::HostNetwork, {}}, 2);
  const bool placed = from != nullptr && to != nullptr && from->node && to->node;
  const bool may_share =
      profile.own_node_passes && from != nullptr && to != nullptr && from->host_network && !placed;
  if (may_share && profile.host_network_is_pod != Reading::Yes)
    add({Assumption::NodePlacement, {}}, 2);
}

void Worlds::add_open_peers(const Cluster& cluster, const Party& source, const Party& destination) {
  const auto* from = std::get_if<EndpointId>(&source);
  const auto* to = std::get_if<EndpointId>(&destination);
  OpenPeers open;
  if (from != nullptr) {
    open = open_peers(cluster, Direction::Egress, *from, endpoint_of(cluster, destination));
  }
  if (to != nullptr) {
    const OpenPeers more =
        open_peers(cluster, Direction::Ingress, *to, endpoint_of(cluster, source));
    open.domains = open.domains || more.domains;
    open.node_selectors.insert(more.node_selectors.begin(), more.node_selectors.end());
  }
  if (open.domains) add({Assumption::DomainNames, {}}, 2);
  if (open.node_selectors.size() > kMostNodeSelectors) {
    unassumed_.push_back({Assumption::Nodes, {}});
    return;
  }
  for (std::size_t index : open.node_selectors) {
    add({Assumption::Nodes, {}}, 2);
    node_selectors_.push_back(index);
  }
}

void Worlds::add_labels(const Cluster& cluster, const Party& source, const Party& destination) {
  LabelCollector collector(cluster, base_);
  const End from{&source, LabelOwner::SourcePod};
  const End to{&destination, LabelOwner::DestinationPod};
  if (from.endpoint() != nullptr) collector.direction(Direction::Egress, from, to);
  if (to.endpoint() != nullptr) collector.direction(Direction::Ingress, to, from);

  const std::size_t before = size_;
  const std::size_t readings = choices_.size();
  for (const auto& [label, named] : collector.found()) {
    std::vector<model::Symbol> values = named;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    values.push_back(kFreshValue);
    const std::size_t count = values.size() + 1;  // and absent
    if (size_ > kMostWorlds / count) {
      choices_.resize(readings);
      labels_.clear();
      values_.clear();
      size_ = before;
      for (const auto& found : collector.found()) unassumed_.push_back(point_of(found.first));
      return;
    }
    add(point_of(label), count);
    labels_.push_back(label);
    values_.push_back(std::move(values));
  }
}

bool Worlds::names(const UnknownLabel& label, model::Symbol value) const {
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i] != label) continue;
    return std::find(values_[i].begin(), values_[i].end(), value) != values_[i].end();
  }
  return false;
}

World Worlds::at(std::size_t index) const {
  World world = base_;
  std::size_t label = 0;
  std::size_t node_selector = 0;
  for (const Choice& choice : choices_) {
    const std::size_t option = index / choice.stride % choice.count;
    switch (choice.point.assumption) {
      case Assumption::IpBlockPods:
        world.ipblock_matches_pods = option == 1;
        break;
      case Assumption::HostNetwork:
        world.host_network_is_pod = option == 1;
        break;
      case Assumption::NodePlacement:
        world.same_node = option == 1;
        break;
      case Assumption::NamespaceLabels:
      case Assumption::PodLabels: {
        std::optional<model::Symbol> value;
        if (option > 0) value = values_[label][option - 1];
        world.labels.push_back({labels_[label], value});
        ++label;
        break;
      }
      case Assumption::DomainNames:
        world.domains_match = option == 1;
        break;
      case Assumption::Nodes: {
        const std::size_t selector = node_selectors_[node_selector++];
        world.node_selectors.resize(std::max(world.node_selectors.size(), selector + 1));
        world.node_selectors[selector] = option == 1;
        break;
      }
      case Assumption::Controller:
      case Assumption::PodAddress:  // not choices here; see the class comment
        break;
    }
  }
  return world;
}

}  // namespace polreach::compiler
