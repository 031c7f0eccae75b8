// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/reach.h"

#include <algorithm>

#include "compiler/resolve/worlds.h"
#include "solver/sets/open_points.h"
#include "solver/sets/pieces.h"

namespace polreach::solver::sets {
namespace {

using compiler::Cluster;
using compiler::DirectionView;
using compiler::End;
using compiler::LabelOwner;
using compiler::Party;
using compiler::World;
using compiler::Worlds;
using model::Direction;
using model::EndpointId;
using net::AddressSet;
using net::Traffic;

/// A pair of parties and what never changes about it.
class Pair {
 public:
  Pair(const Cluster& cluster, const Party& source, const Party& destination)
      : cluster_(cluster),
        source_{&source, LabelOwner::SourcePod},
        destination_{&destination, LabelOwner::DestinationPod} {}

  [[nodiscard]] bool is_one_pod() const {
    const EndpointId* from = source_.endpoint();
    const EndpointId* to = destination_.endpoint();
    return from != nullptr && to != nullptr && cluster_.is_one_pod(*from, *to);
  }

  [[nodiscard]] Pieces in_world(const World& world) const {
    if (source_.endpoint() == nullptr) return from_outside(world);
    if (destination_.endpoint() == nullptr) {
      return sum_up(view_direction(cluster_, Direction::Egress, source_, destination_, world));
    }
    return {between_pods(world)};
  }

 private:
  [[nodiscard]] Pieces from_outside(const World& world) const {
    Pieces pieces =
        sum_up(view_direction(cluster_, Direction::Ingress, destination_, source_, world));
    // The kubelet must be able to probe the pods of its node, whatever the policies.
    const model::Endpoint& pod = cluster_.model()[*destination_.endpoint()];
    if (pod.node_addresses.empty() || !cluster_.profile().own_node_passes) return pieces;
    const AddressSet node = cluster_.node_addresses(*destination_.endpoint());
    Pieces result;
    AddressSet exempt;
    for (Piece& piece : pieces) {
      exempt |= piece.addresses & node;
      piece.addresses -= node;
      if (!piece.addresses.empty()) result.push_back(std::move(piece));
    }
    if (!exempt.empty()) result.push_back({exempt, Traffic::all(), Traffic::all()});
    return normal(std::move(result));
  }

  [[nodiscard]] Piece between_pods(const World& world) const {
    const DirectionView egress =
        view_direction(cluster_, Direction::Egress, source_, destination_, world);
    const DirectionView ingress =
        view_direction(cluster_, Direction::Ingress, destination_, source_, world);
    Pieces out = sum_up(egress);
    Pieces in = sum_up(ingress);
    if (out.size() == 1 && in.size() == 1) {
      return pass_both(over_all_addresses(out), over_all_addresses(in));
    }
    // Both ends use addresses of one family; each end's address is open within it.
    std::optional<Piece> result;
    for (net::Family family : {net::Family::V4, net::Family::V6}) {
      const Pieces out_part = within(out, net::all_addresses(family));
      const Pieces in_part = within(in, net::all_addresses(family));
      if (out_part.empty() || in_part.empty()) continue;
      const Piece piece = pass_both(over_all_addresses(out_part), over_all_addresses(in_part));
      result = result ? open_choice(*result, piece) : piece;
    }
    if (!result) result = pass_both(over_all_addresses(out), over_all_addresses(in));
    return *result;
  }

  static Pieces within(const Pieces& pieces, const AddressSet& addresses) {
    Pieces result;
    for (const Piece& piece : pieces) {
      AddressSet common = piece.addresses & addresses;
      if (!common.empty()) result.push_back({std::move(common), piece.must, piece.may});
    }
    return result;
  }

  const Cluster& cluster_;
  End source_;
  End destination_;
};

/// The address side of a pair between endpoints plays no part in its only piece.
Pieces all_of(const Party& source, const Party& destination) {
  AddressSet addresses;
  for (const Party* party : {&source, &destination}) {
    if (const auto* set = std::get_if<AddressSet>(party)) addresses = *set;
  }
  return {{addresses, Traffic::all(), Traffic::all()}};
}

Pieces restricted(Pieces pieces, const Traffic& asked) {
  for (Piece& piece : pieces) {
    piece.must &= asked;
    piece.may &= asked;
  }
  return normal(std::move(pieces));
}

}  // namespace

std::vector<Piece> reach(const Cluster& cluster, const Party& source, const Party& destination) {
  const Pair pair(cluster, source, destination);
  if (pair.is_one_pod()) return all_of(source, destination);
  const Worlds worlds(cluster, source, destination);
  Pieces result = pair.in_world(worlds.at(0));
  for (std::size_t i = 1; i < worlds.size(); ++i) {
    result = open_choice(result, pair.in_world(worlds.at(i)));
  }
  return result;
}

std::vector<compiler::OpenPoint> assumptions(const Cluster& cluster, const Party& source,
                                             const Party& destination, const Traffic& asked) {
  const Pair pair(cluster, source, destination);
  if (pair.is_one_pod()) return {};
  const Worlds worlds(cluster, source, destination);
  std::vector<Pieces> results;
  for (std::size_t i = 0; i < worlds.size(); ++i) {
    results.push_back(restricted(pair.in_world(worlds.at(i)), asked));
  }

  const bool within_a_world = std::any_of(results.begin(), results.end(), [](const Pieces& pieces) {
    return std::any_of(pieces.begin(), pieces.end(),
                       [](const Piece& piece) { return piece.must != piece.may; });
  });
  return open_points(worlds, results, within_a_world);
}

}  // namespace polreach::solver::sets
