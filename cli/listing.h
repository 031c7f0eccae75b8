// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/options.h"
#include "policies/net/flow.h"
#include "policies/source/result.h"
#include "solver/queries/map.h"

namespace polreach::cli {

/// What the options of a command that lists connections ask for.
struct Listing {
  solver::queries::MapOptions options;
  /// As PassageAsked::protocols: of a list of a network.
  net::ProtocolSet protocols = net::ProtocolSet::all();
  /// Asked about ICMP, ESP or AH, of which policies of pods say nothing: a list of pods is none.
  bool is_for_networks = false;
  std::string asked;  // in words; empty: everything
};

/// Fails with a message for the user: a port that is none, a reference or a namespace that the
/// model does not have. `code` as in docs/diagnostics.md.
struct ListingError {
  std::string code;
  std::string message;
  std::string help;
};
/// `in_network`: there is a list of a network, too.
[[nodiscard]] tl::expected<Listing, ListingError> listing_of(const Arguments& arguments,
                                                             const model::Model& model,
                                                             bool in_network = false);

}  // namespace polreach::cli
