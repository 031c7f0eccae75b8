// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "solver/queries/assumptions.h"
#include "solver/queries/network_flows.h"
#include "solver/queries/passage.h"

/// `polreach map` of the network around a cluster: what each place lets pass to each other.
namespace polreach::solver::queries {

/// What may pass from one place to another, itself included.
struct NetworkLink {
  std::uint32_t source = 0;  // into NetworkMap::sources
  std::uint32_t destination = 0;
  sets::FlowBoxes allowed;               // passes in every world
  sets::FlowBoxes conditional;           // in some, and not in all
  std::vector<std::uint32_t> rules;      // into NetworkMap::rules: those that let it pass
  std::vector<std::uint32_t> condition;  // into NetworkMap::depends
  /// With Answer::No nothing arrives, whatever the groups say.
  compiler::Routed routed;
};

/// What a conditional part rests on: a NamedAssumption with a text of its own.
struct NetworkOpen {
  std::string id;
  std::string text;
  std::string settle;
  std::vector<source::Span> where;

  [[nodiscard]] NamedAssumption named() const { return {id, text, settle, where}; }
};

struct NetworkMap {
  std::vector<NetworkPlace> sources;
  std::vector<NetworkPlace> destinations;
  /// Pairs with something that may pass, by source, then by destination.
  std::vector<NetworkLink> links;
  std::vector<NetworkRule> rules;
  std::vector<NetworkOpen> depends;         // what conditional parts rest on, by id
  std::vector<compiler::Standing> assumes;  // what any line takes for granted, by id
  std::size_t closed = 0;                   // pairs between which nothing asked about ever passes
  std::vector<std::string> notes;
};

struct NetworkMapOptions {
  std::optional<std::vector<compiler::Site>> from;  // nothing: every place
  std::optional<std::vector<compiler::Site>> to;
  /// Names of ports mean nothing in a network.
  PassageAsked asked;
};

/// Pairs of places of one list, at most: 1000 places with each other.
inline constexpr std::size_t kMostNetworkPairs = 1'000'000;

/// Lists what passes. Two ends outside of all subnets are no pair, and neither is one address with
/// itself. By the set engine alone: `polreach can` has the proofs. Fails where a budget runs out,
/// and where there are more than kMostNetworkPairs.
[[nodiscard]] source::Result<NetworkMap> network_map(compiler::Surroundings& around,
                                                     const NetworkMapOptions& options);

/// The packets asked about, without regard to addresses. Can throw sets::OverBudget.
[[nodiscard]] sets::Diagram packets_of(sets::Diagrams& diagrams, const PassageAsked& asked);

}  // namespace polreach::solver::queries
