// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "compiler/resolve/classes.h"
#include "policies/source/diagnostics.h"
#include "solver/queries/can.h"
#include "solver/queries/explain.h"

/// "What may connect to what?"
namespace polreach::solver::queries {

/// What a line of a map is about.
enum class Grouping : std::uint8_t {
  Workloads,  // the top owners of pods
  Owners,     // the objects that the pods name as their controllers
  Pods,       // each pod by itself; a template where no pod of it is in the input
};

struct MapOptions {
  Grouping grouping = Grouping::Workloads;
  bool itself = false;         // also connections between pods of one workload
  Asked asked;                 // only these packets
  std::optional<Target> from;  // only from, only to these
  std::optional<Target> to;
  std::optional<model::NamespaceId> ns;  // only with an end in this namespace
  bool prove = false;                    // have Z3 confirm each connection
  /// Addresses outside are of IPv6, too, even where nothing in the cluster speaks of it.
  bool ipv6 = false;
};

/// One end of a connection: pods, addresses outside, or the unknown controller of an entrance.
struct MapPeer {
  model::NamespaceId ns{};
  model::Symbol kind{};
  model::Symbol name{};
  /// Those meant; all of the group where `whole`. None: addresses.
  std::vector<model::EndpointId> endpoints;
  /// False where policies tell the pods of one group apart and only some are meant here.
  bool whole = true;
  net::AddressSet addresses;
  bool is_controller = false;

  [[nodiscard]] bool is_outside() const { return endpoints.empty() && !is_controller; }
};

/// What passes, and what it rests on.
struct MapFlow {
  net::Traffic allowed;                     // in every world that the input allows
  net::Traffic conditional;                 // in some, and not in all
  std::vector<compiler::OpenPoint> points;  // what `conditional` rests on
  bool gaps = false;  // policies that were not understood could close it (and open more)
  friend auto operator<=>(const MapFlow&, const MapFlow&) = default;
};

struct MapConnection {
  std::uint32_t source = 0;       // into Map::peers
  std::uint32_t destination = 0;  // likewise
  std::uint32_t flow = 0;         // into Map::flows
};

/// INVARIANT: what is not listed does not pass in any world that the input allows, but for what
/// `gaps` could open, but for what comes from a pod's own node, which always passes, and but for
/// IPv6 addresses outside where neither the options nor anything in the cluster speak of IPv6.
/// Connections are sorted by source and destination: by namespace, name and kind, then addresses,
/// then controllers. From a controller only what an entrance leads to is listed.
struct Map {
  std::vector<MapPeer> peers;
  std::vector<MapFlow> flows;
  std::vector<MapConnection> connections;
  /// Entrances that lead nowhere, or whose backends' policies stop their controllers.
  std::vector<source::Diagnostic> warnings;
  std::vector<std::size_t> gaps;  // those of Model::gaps that can change a connection of the map
  std::size_t proofs = 0;
  std::size_t unproven = 0;  // Z3's budget ran out
};

/// Whether addresses of IPv6 are listed whatever the options say: a pod has one, or an ipBlock is
/// one.
[[nodiscard]] bool speaks_of_ipv6(const compiler::Cluster& cluster);

/// All connections that may pass. The profile of the cluster must leave out own nodes
/// (model::ClusterProfile::own_node_passes). With `prove` an entry that Z3 refutes is an
/// InternalError.
[[nodiscard]] Map map(const compiler::Cluster& cluster, const MapOptions& options);

/// Why a connection of a map passes: egress, then ingress.
struct MapReasons {
  DirectionReason egress;
  DirectionReason ingress;
};
[[nodiscard]] MapReasons explain(const compiler::Cluster& cluster, const Map& map,
                                 const MapConnection& connection);

}  // namespace polreach::solver::queries
