// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/possible.h"

#include <algorithm>
#include <set>

#include "policies/model/well_known_labels.h"
#include "solver/sets/open_points.h"
#include "solver/sets/pieces.h"

namespace polreach::solver::sets {
namespace {

using compiler::Cluster;
using compiler::Party;
using compiler::Tri;
using model::Direction;
using model::EndpointId;
using model::Model;
using net::Port;

/// Rules, over all worlds, that are kept in memory.
constexpr std::size_t kMostKept = 500'000;

/// The names and ranges of the egress rules for one protocol.
struct Mentioned {
  std::set<model::Symbol> names;
  std::map<std::uint32_t, int> steps;  // how many more ranges cover the ports from here on

  void add(const model::PortMatch& match) {
    if (const auto* name = std::get_if<model::PortName>(&match.ports)) names.insert(name->name);
    if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
      ++steps[range->first];
      --steps[range->last + 1U];
    }
  }

  /// The highest gap of at least `size` ports that the fewest ranges cover: the first port above
  /// it.
  [[nodiscard]] std::optional<std::uint32_t> gap(std::uint32_t size) const {
    std::optional<std::uint32_t> best;
    int best_cover = 0;
    int cover = 0;
    std::uint32_t start = net::kLowestPort;
    const auto consider = [&](std::uint32_t end) {
      if (end < start + size || (best && cover > best_cover)) return;
      best = end;
      best_cover = cover;
    };
    for (const auto& [port, step] : steps) {
      consider(port);
      start = port;
      cover += step;
    }
    consider(net::kHighestPort + 1U);
    return best;
  }
};

}  // namespace

PortMarkers PortMarkers::of(const Model& model) {
  std::array<Mentioned, net::kProtocols.size()> mentioned;
  for (const model::Policy& policy : model.policies) {
    if (!policy.egress) continue;
    for (const model::Rule& rule : *policy.egress) {
      for (const model::PortMatch& match : rule.ports) {
        mentioned[static_cast<std::size_t>(match.protocol)].add(match);
      }
    }
  }
  PortMarkers result;
  for (net::Protocol protocol : net::kProtocols) {
    const Mentioned& each = mentioned[static_cast<std::size_t>(protocol)];
    const auto gap = each.gap(static_cast<std::uint32_t>(each.names.size()) + 1);
    if (each.names.empty() || !gap) continue;
    std::vector<std::pair<std::string_view, model::Symbol>> names;
    for (model::Symbol name : each.names) names.emplace_back(model.text(name), name);
    std::sort(names.begin(), names.end());
    std::uint32_t next = *gap;
    for (const auto& [text, name] : names) {
      result.named[{protocol, name}] = static_cast<Port>(--next);
    }
    result.unnamed[static_cast<std::size_t>(protocol)] = static_cast<Port>(--next);
  }
  return result;
}

PossibleCluster::PossibleCluster(const Cluster& cluster)
    : model_(cluster.model()),
      markers_(PortMarkers::of(model_)),
      name_key_(model_.symbols->intern(model::kNamespaceNameKey)) {
  for (std::size_t i = 0; i < model_.namespaces.size(); ++i) {
    namespaces_.emplace(model_.namespaces[i].name, static_cast<model::NamespaceId>(i));
  }
  const model::Symbol nothing = model_.symbols->intern("");
  model::Namespace space;
  space.name = nothing;
  space.labels = model_.label_sets.intern({});
  space.declared = true;
  model::Workload workload;
  workload.ns = static_cast<model::NamespaceId>(model_.namespaces.size());
  workload.kind = nothing;
  workload.name = nothing;
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model_.workloads.size());
  endpoint.labels = space.labels;
  endpoint.owner_kind = nothing;
  endpoint.owner_name = nothing;
  for (const auto& [name, number] : markers_.named) {
    endpoint.ports.push_back({name.second, name.first, number});
  }
  pod_ = static_cast<EndpointId>(model_.endpoints.size());
  workload.endpoints.push_back(pod_);
  model_.namespaces.push_back(space);
  model_.workloads.push_back(std::move(workload));
  model_.endpoints.push_back(std::move(endpoint));
  cluster_ = std::make_unique<Cluster>(model_, cluster.profile());
}

PossibleFlow::PossibleFlow(const PossibleCluster& possible, Direction direction, EndpointId self)
    : worlds_(possible.cluster(), direction == Direction::Egress ? self : possible.pod(),
              direction == Direction::Egress ? possible.pod() : self),
      cluster_(possible.cluster()),
      direction_(direction),
      self_(self),
      other_(possible.pod()) {
  const Cluster& cluster = cluster_;
  for (model::PolicyId id : cluster.candidates(self, direction)) {
    const model::Policy& policy = cluster.model()[id];
    adds_up_ = adds_up_ && policy.tier == model::Tier::Network;
    for (const model::Rule& rule : *policy.rules(direction)) {
      cost_ += 1 + rule.peers.size();
      for (const model::Peer& peer : rule.peers) {
        const auto* pods = std::get_if<model::PodPeer>(&peer.what);
        if (pods == nullptr) continue;
        peers_of_[&rule].push_back(peers_.size());
        peers_.push_back({pods, &policy});
      }
    }
  }
  const auto is_labels = [](const compiler::OpenPoint& point) {
    return point.assumption == compiler::Assumption::PodLabels ||
           point.assumption == compiler::Assumption::NamespaceLabels;
  };
  for (const auto& choice : worlds_.choices()) adds_up_ = adds_up_ && !is_labels(choice.point);
  adds_up_ = adds_up_ && worlds_.unassumed().empty();
  cost_ *= worlds_.size();
  if (cost_ > kMostKept) return;
  for (std::size_t i = 0; i < worlds_.size(); ++i) views_.push_back(view(i));
}

compiler::DirectionView PossibleFlow::view(std::size_t world) const {
  using compiler::LabelOwner;
  const bool egress = direction_ == Direction::Egress;
  const compiler::End self{&self_, egress ? LabelOwner::SourcePod : LabelOwner::DestinationPod};
  const compiler::End other{&other_, egress ? LabelOwner::DestinationPod : LabelOwner::SourcePod};
  return view_direction(cluster_, direction_, self, other, worlds_.at(world));
}

void PossibleFlow::match(compiler::DirectionView& view, const std::vector<Tri>& matched) const {
  for (compiler::PolicyView& policy : view.policies) {
    for (compiler::RuleView& rule : policy.rules) {
      rule.peer = rule.rule->peers.empty() ? Tri::Yes : Tri::No;
      const auto found = peers_of_.find(rule.rule);
      if (found == peers_of_.end()) continue;
      for (std::size_t peer : found->second) rule.peer = either(rule.peer, matched[peer]);
    }
  }
}

Flow PossibleFlow::flow(const std::vector<Tri>& matched) {
  std::vector<Piece> results;
  for (std::size_t i = 0; i < worlds_.size(); ++i) {
    compiler::DirectionView fresh;
    if (views_.empty()) fresh = view(i);
    compiler::DirectionView& view = views_.empty() ? fresh : views_[i];
    match(view, matched);
    results.push_back(over_all_addresses(sum_up(view)));
  }
  Flow result{results[0].must, results[0].may, {}};
  bool within_a_world = false;
  for (const Piece& piece : results) {
    result.must &= piece.must;
    result.may |= piece.may;
    within_a_world = within_a_world || piece.must != piece.may;
  }
  if (result.is_open()) result.points = open_points(worlds_, results, within_a_world);
  return result;
}

}  // namespace polreach::solver::sets
