// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "solver/queries/passage.h"

namespace polreach::solver::queries {

/// One connection of a question. Those of one pair of ends have one number (PassageOutcome::pair).
struct PassagePair {
  compiler::Connection connection;
  std::size_t number = 0;
  bool is_detour = false;
  /// Of a way through a host port: nothing else is asked about.
  std::optional<std::pair<net::Protocol, net::Port>> only;
};

/// The connections of a question, all of them before anything is evaluated: making them adds to
/// what is open. Fails as passage() does where there are none, or too many.
[[nodiscard]] source::Result<std::vector<PassagePair>> passage_pairs(compiler::Surroundings& around,
                                                                     const PassageEnd& source,
                                                                     const PassageEnd& destination);

}  // namespace polreach::solver::queries
