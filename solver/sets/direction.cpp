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

Flow flow(const Cluster& cluster, Direction direction, model::EndpointId self,
          model::EndpointId other) {
  const bool egress = direction == Direction::Egress;
  const Party source = egress ? self : other;
  const Party destination = egress ? other : self;
  const End from{&source, LabelOwner::SourcePod};
  const End to{&destination, LabelOwner::DestinationPod};
  const compiler::Worlds worlds(cluster, source, destination);
  std::vector<Piece> results;
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    results.push_back(over_all_addresses(sum_up(
        view_direction(cluster, direction, egress ? from : to, egress ? to : from, worlds.at(i)))));
  }
  Flow result{results[0].must, results[0].may, {}};
  bool within_a_world = false;
  for (const Piece& piece : results) {
    result.must &= piece.must;
    result.may |= piece.may;
    within_a_world = within_a_world || piece.must != piece.may;
  }
  if (!result.is_open()) return result;
  result.points = open_points(worlds, results, within_a_world);
  return result;
}

}  // namespace polreach::solver::sets
