// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/direction.h"

#include "compiler/resolve/worlds.h"
#include "solver/sets/open_points.h"
#include "solver/sets/pieces.h"

namespace polreach::solver::sets {

using compiler::Cluster;
using compiler::End;
using compiler::LabelOwner;
using compiler::Party;
using model::Direction;

namespace {

/// The bounds by reading of ipBlocks, where no other choice changes a result.
std::optional<std::array<Flow::Bounds, 2>> readings(const compiler::Worlds& worlds,
                                                    const std::vector<Piece>& results) {
  if (!worlds.unassumed().empty()) return std::nullopt;
  std::array<const Piece*, 2> first{};
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Piece*& known = first[worlds.at(i).ipblock_matches_pods ? 1 : 0];
    if (known == nullptr) known = &results[i];
    if (*known != results[i]) return std::nullopt;
  }
  // A reading that the profile has settled is the only one.
  for (std::size_t i : {0U, 1U}) {
    if (first[i] == nullptr) first[i] = first[1 - i];
  }
  return std::array<Flow::Bounds, 2>{
      {{first[0]->must, first[0]->may}, {first[1]->must, first[1]->may}}};
}

/// One direction between an endpoint and another party, world by world.
struct Views {
  Views(const Cluster& c, Direction d, model::EndpointId self, const Party& other)
      : cluster(c),
        direction(d),
        source(d == Direction::Egress ? Party{self} : other),
        destination(d == Direction::Egress ? other : Party{self}),
        worlds(c, source, destination) {}

  [[nodiscard]] compiler::DirectionView at(std::size_t world) const {
    const End from{&source, LabelOwner::SourcePod};
    const End to{&destination, LabelOwner::DestinationPod};
    const bool egress = direction == Direction::Egress;
    return view_direction(cluster, direction, egress ? from : to, egress ? to : from,
                          worlds.at(world));
  }
  /// The part of it that packets without ports meet, to which a rule is all or nothing.
  [[nodiscard]] Pieces without_ports(std::size_t world) const {
    compiler::DirectionView view = at(world);
    for (compiler::PolicyView& policy : view.policies) {
      std::erase_if(policy.rules, [](const auto& rule) { return !rule.rule->ports.empty(); });
    }
    return sum_up(view);
  }

  const Cluster& cluster;
  Direction direction;
  Party source;
  Party destination;
  compiler::Worlds worlds;
};

/// The same summed up, between two endpoints.
struct ByWorld : Views {
  ByWorld(const Cluster& c, Direction d, model::EndpointId self, model::EndpointId other)
      : Views(c, d, self, other) {
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      results.push_back(over_all_addresses(sum_up(at(i))));
    }
  }

  std::vector<Piece> results;
};

}  // namespace

Flow flow(const Cluster& cluster, Direction direction, model::EndpointId self,
          model::EndpointId other) {
  const ByWorld by_world(cluster, direction, self, other);
  const compiler::Worlds& worlds = by_world.worlds;
  const std::vector<Piece>& results = by_world.results;
  Flow result{results[0].must, results[0].may, {}, {}, false};
  bool within_a_world = false;
  for (const Piece& piece : results) {
    result.must &= piece.must;
    result.may |= piece.may;
    within_a_world = within_a_world || piece.must != piece.may;
  }
  if (!result.is_open()) return result;
  result.points = open_points(worlds, results, within_a_world);
  result.by_address = within_a_world;
  result.by_reading = readings(worlds, results);
  return result;
}

std::vector<compiler::OpenPoint> points_within(const Cluster& cluster, Direction direction,
                                               model::EndpointId self, model::EndpointId other,
                                               const net::Traffic& asked) {
  ByWorld by_world(cluster, direction, self, other);
  bool within_a_world = false;
  for (Piece& piece : by_world.results) {
    piece.must &= asked;
    piece.may &= asked;
    within_a_world = within_a_world || piece.must != piece.may;
  }
  return open_points(by_world.worlds, by_world.results, within_a_world);
}

bool passes_without_ports(const Cluster& cluster, Direction direction, model::EndpointId self,
                          model::EndpointId other) {
  if (cluster.is_one_pod(self, other)) return true;
  const Views views(cluster, direction, self, other);
  for (std::size_t i = 0; i < views.worlds.size(); ++i) {
    const Piece all = over_all_addresses(views.without_ports(i));
    if (all.must != net::Traffic::all()) return false;
  }
  return true;
}

net::AddressSet passes_without_ports(const Cluster& cluster, Direction direction,
                                     model::EndpointId self, const net::AddressSet& others) {
  const Views views(cluster, direction, self, others);
  net::AddressSet result = others;
  for (std::size_t i = 0; i < views.worlds.size(); ++i) {
    net::AddressSet here;
    for (const Piece& piece : views.without_ports(i)) {
      if (piece.must == net::Traffic::all()) here |= piece.addresses;
    }
    result &= here;
  }
  // The kubelet must be able to probe the pods of its node, whatever the policies.
  const model::Endpoint& pod = cluster.model()[self];
  if (direction == Direction::Ingress && !pod.node_addresses.empty() &&
      cluster.profile().own_node_passes) {
    result |= others & cluster.node_addresses(self);
  }
  return result;
}

}  // namespace polreach::solver::sets
