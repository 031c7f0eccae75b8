// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "cli/input.h"
#include "cli/listing.h"
#include "cli/options.h"
#include "compiler/path/surroundings.h"
#include "solver/queries/network_map.h"

namespace polreach::cli {

/// Which lists a command makes of an input with a network: --from and --to can name pods, which
/// are in the list of pods, or places of the network, or addresses, which are in both.
struct NetworkListing {
  bool pods = true;
  bool network = true;
  Arguments for_pods;                          // without what pods do not understand
  solver::queries::NetworkMapOptions options;  // without packets
};
[[nodiscard]] tl::expected<NetworkListing, ListingError> network_listing_of(
    const Arguments& arguments, compiler::Surroundings& around, const model::Model& model);

/// The network of an input with its pods, if any. The cluster must outlive it.
[[nodiscard]] tl::expected<std::unique_ptr<compiler::Surroundings>, ListingError> surroundings_of(
    const Arguments& arguments, const Input& input, const compiler::Cluster& pods);

}  // namespace polreach::cli
