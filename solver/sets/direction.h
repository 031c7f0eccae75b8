// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"

namespace polreach::solver::sets {

/// What one direction of a connection between two endpoints lets pass: `must` in every world, `may`
/// in at least one; `points` names what the difference rests on (sorted, without doubles).
/// INVARIANT: must is within may; points is empty exactly where the two are equal.
struct Flow {
  net::Traffic must;
  net::Traffic may;
  std::vector<compiler::OpenPoint> points;
  /// The two bounds where ipBlocks do not match pods, and where they do. Nothing unless that and
  /// addresses are all that is open: then two directions of one connection have nothing else in
  /// common, and can be put together reading by reading.
  struct Bounds {
    net::Traffic must;
    net::Traffic may;
    friend auto operator<=>(const Bounds&, const Bounds&) = default;
  };
  std::optional<std::array<Bounds, 2>> by_reading = std::nullopt;
  bool by_address = false;  // the addresses of pods make a difference within a world

  [[nodiscard]] bool is_open() const { return must != may; }
  friend auto operator<=>(const Flow&, const Flow&) = default;
};

/// The part of Direction::Egress that the policies of `self` decide for connections to `other`; of
/// Ingress, for connections from `other`. The two are different pods, even where they are equal.
///
/// A connection passes where both directions let it pass. What both let pass for certain, the
/// connection does for certain; where at most one of the two is open, the same goes for `may`.
[[nodiscard]] Flow flow(const compiler::Cluster& cluster, model::Direction direction,
                        model::EndpointId self, model::EndpointId other);

/// The points of that flow for packets in `asked` alone.
[[nodiscard]] std::vector<compiler::OpenPoint> points_within(const compiler::Cluster& cluster,
                                                             model::Direction direction,
                                                             model::EndpointId self,
                                                             model::EndpointId other,
                                                             const net::Traffic& asked);

/// Whether packets of a protocol that rules cannot name (ICMP, ESP) pass that direction for
/// certain: where no policy stops what it does not allow, or by rules without ports. The API
/// reference of NetworkPolicyIngressRule: "If this field is empty or missing, this rule matches all
/// ports (traffic not restricted by port)"; entries of `ports` are of TCP, UDP or SCTP, and a rule
/// that lists all of these still says nothing about others.
[[nodiscard]] bool passes_without_ports(const compiler::Cluster& cluster,
                                        model::Direction direction, model::EndpointId self,
                                        model::EndpointId other);
/// The addresses for which they do.
[[nodiscard]] net::AddressSet passes_without_ports(const compiler::Cluster& cluster,
                                                   model::Direction direction,
                                                   model::EndpointId self,
                                                   const net::AddressSet& others);

}  // namespace polreach::solver::sets
