// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"
#include "solver/check/packet.h"
#include "solver/sets/joint.h"

/// "How do two sets of policies stand to each other?"
namespace polreach::solver::queries {

/// Whether something holds in every world that the input allows, in none, or depends.
enum class Holds : std::uint8_t { Yes, No, Depends };

/// What can be claimed of sets A and B. `kRelations` names them all.
enum class Relation : std::uint8_t {
  AWithinB,     // A allows nothing that B does not
  BWithinA,     // B allows nothing that A does not
  Permits,      // A allows all that B states
  Forbids,      // A allows nothing that B states
  BInterferes,  // not: B with A opens something that A alone denies
  AInterferes,  // not: A with B opens something that B alone denies
};
inline constexpr std::size_t kRelations = 6;

/// One end: pods that no policy of either set tells apart, or addresses outside.
struct RelatePeer {
  sets::Twin pod;         // a representative; nothing in both: addresses
  std::size_t alike = 1;  // how many pods it stands for
  net::AddressSet addresses;

  [[nodiscard]] bool is_outside() const { return !pod[0] && !pod[1]; }
};

/// Connections for which a claim does not hold.
struct Counterexample {
  RelatePeer source;
  RelatePeer destination;
  net::Traffic traffic;  // the packets
  bool certain = true;   // false: in some world that the input allows, as far as is known
  net::Protocol protocol = net::Protocol::Tcp;  // one of the packets
  net::Port port = 1;
  /// Whether the single-packet evaluator has confirmed that packet in the clusters concerned. It
  /// does so wherever the counterexample is certain and the two ends share an address family.
  bool replayed = false;
};

/// What was found of one claim.
struct Claim {
  Holds holds = Holds::Yes;
  /// Groups of pods (or a group and a range of addresses) for which it does not hold, and those for
  /// which that is open.
  std::size_t broken = 0;
  std::size_t open = 0;
  /// The first of them, certain ones before others; at most kMostExamples of each kind.
  std::vector<Counterexample> examples;
  /// What `open` rests on, in the models of A and of B.
  std::array<std::set<compiler::OpenPoint>, 2> points;

  static constexpr std::size_t kMostExamples = 100;
};

/// Between what kinds of ends connections changed. Kept: in both sets.
enum class EndsKind : std::uint8_t { Kept, KeptOutside, KeptOther, OtherOther, OtherOutside };
/// Lost: A allows, B does not; gained: the other way round.
struct ChangeKind {
  bool gained = false;
  EndsKind ends = EndsKind::Kept;
  friend auto operator<=>(const ChangeKind&, const ChangeKind&) = default;
};

struct Related {
  /// By Relation; nothing where it was not asked for.
  std::array<std::optional<Claim>, kRelations> claims;
  std::set<ChangeKind> changes;  // what is certain; of AWithinB and BWithinA
  std::size_t replayed = 0;
  /// Gaps that can change an answer (Model::gaps), of A and of B: nothing then holds for certain.
  std::array<std::set<std::size_t>, 2> gaps;

  [[nodiscard]] const Claim& claim(Relation relation) const {
    return *claims.at(static_cast<std::size_t>(relation));
  }
  [[nodiscard]] bool has(Relation relation) const {
    return claims.at(static_cast<std::size_t>(relation)).has_value();
  }
};

/// "Stated by B": B allows it, and a rule of a policy of B that selects the source (egress) or the
/// destination (ingress) is what lets it pass; not what is open because nothing selects the pods.
///
/// The clusters share the symbol table and the profile, which must not let pods' own nodes pass.
/// What the input leaves open is compared as bounds: a claim holds where what one side may allow is
/// within what the other certainly allows, or where the same rules decide on both sides.
/// Counterexamples that the single-packet evaluator does not confirm are an InternalError.
[[nodiscard]] Related relate(const compiler::Cluster& a, const compiler::Cluster& b,
                             const std::set<Relation>& asked);

/// Whether a set of policies leaves everything open; counterexamples are what it stops.
[[nodiscard]] Claim is_vacuous(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
