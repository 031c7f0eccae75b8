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

/// One direction between two endpoints, world by world.
struct ByWorld {
  ByWorld(const Cluster& cluster, Direction direction, model::EndpointId self,
          model::EndpointId other)
      : source(direction == Direction::Egress ? self : other),
        destination(direction == Direction::Egress ? other : self),
        worlds(cluster, source, destination) {
    const bool egress = direction == Direction::Egress;
    const End from{&source, LabelOwner::SourcePod};
    const End to{&destination, LabelOwner::DestinationPod};
    for (std::size_t i = 0; i < worlds.size(); ++i) {
      results.push_back(over_all_addresses(sum_up(view_direction(
          cluster, direction, egress ? from : to, egress ? to : from, worlds.at(i)))));
    }
  }

  Party source;
  Party destination;
  compiler::Worlds worlds;
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

}  // namespace polreach::solver::sets
