// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/options.h"
#include "policies/source/result.h"
#include "solver/queries/map.h"

namespace polreach::cli {

/// What the options of a command that lists connections ask for.
struct Listing {
  solver::queries::MapOptions options;
  std::string asked;  // in words; empty: everything
};

/// Fails with a message for the user: a port that is none, a reference or a namespace that the
/// model does not have. `code` as in docs/diagnostics.md.
struct ListingError {
  std::string code;
  std::string message;
  std::string help;
};
[[nodiscard]] tl::expected<Listing, ListingError> listing_of(const Arguments& arguments,
                                                             const model::Model& model);

}  // namespace polreach::cli
