// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "compiler/resolve/worlds.h"

namespace polreach::solver::sets {

/// What makes a difference to results that were computed world by world, in the order of `worlds`:
/// the choices that change one when they alone change, and, where results are open within one
/// world, the address of a pod or what was left unassumed. Sorted, without doubles.
template <typename Result>
[[nodiscard]] std::vector<compiler::OpenPoint> open_points(const compiler::Worlds& worlds,
                                                           const std::vector<Result>& results,
                                                           bool within_a_world) {
  std::vector<compiler::OpenPoint> found;
  for (const compiler::Worlds::Choice& choice : worlds.choices()) {
    for (std::size_t i = 0; i < results.size(); ++i) {
      const bool first_option = i / choice.stride % choice.count == 0;
      for (std::size_t option = 1; first_option && option < choice.count; ++option) {
        if (results[i] != results[i + option * choice.stride]) found.push_back(choice.point);
      }
    }
  }
  const auto& unassumed = worlds.unassumed();
  if (within_a_world && unassumed.empty()) {
    found.push_back({compiler::Assumption::PodAddress, {}});
  } else if (within_a_world) {
    found.insert(found.end(), unassumed.begin(), unassumed.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace polreach::solver::sets
