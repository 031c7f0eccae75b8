// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>

#include "compiler/path/path.h"
#include "solver/check/packet.h"

namespace polreach::solver::check {

/// Something that the input leaves open, as a Boolean: of the world, or of one address of a header
/// (the packet's own source or destination, or a chosen one).
struct OpenFact {
  enum class Of : std::uint8_t { World, Source, Destination, Chosen };
  model::UnknownId unknown{};
  Of of = Of::World;
  std::uint32_t variable = 0;  // Chosen
  friend auto operator<=>(const OpenFact&, const OpenFact&) = default;
};

/// One packet on one of several ways, and one way in which everything that is open could be.
struct PathWitness {
  std::size_t way = 0;
  /// The packet's own header. Ends that are not asked about have an address, too.
  net::Flow flow;
  net::Port chosen_source_port = 1024;
  std::map<std::uint32_t, net::Address> chosen;  // by variable
  std::map<OpenFact, bool> facts;                // those that are missing are false
  World world;                                   // of the policies of pods
};

/// Whether every hop of a path lets the packet pass: the plain reading of the rules for one packet,
/// by comparing values, with neither terms nor sets. Replays what the engines found.
///
/// `cluster`: whose policies Hop::Kind::Policies means; nullptr where the path has no such hop. The
/// witness must have an address for each chosen variable.
[[nodiscard]] bool passes(const compiler::Cluster* cluster, const model::UnknownTable& unknowns,
                          const compiler::Path& path, const PathWitness& witness);

/// Whether the witness is one of the path: addresses of its ends, chosen addresses among theirs, no
/// ports where the protocol has none.
[[nodiscard]] bool is_of(const compiler::Path& path, const PathWitness& witness);

/// The rule of a filter that decides on the packet's own header; nothing: none matches, or the
/// filter is not in the input.
[[nodiscard]] std::optional<std::size_t> deciding_rule(const model::UnknownTable& unknowns,
                                                       const compiler::Filter& filter,
                                                       const PathWitness& witness);

/// What a filter says to the packet's own header: its rules, what it does otherwise, or what is
/// assumed of one that is missing.
[[nodiscard]] model::Access decision(const model::UnknownTable& unknowns,
                                     const compiler::Filter& filter, const PathWitness& witness);

}  // namespace polreach::solver::check
