// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "solver/audit/audit.h"

/// How long the checks of an audit take.
namespace polreach::solver::audit {

/// What some checks that are made together took.
struct Stage {
  std::string_view name;
  std::chrono::duration<double, std::milli> spent{};
};

/// Does something, and notes how long it took.
template <typename Work>
void timed(std::vector<Stage>& stages, std::string_view name, const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  stages.push_back({name, std::chrono::steady_clock::now() - start});
}

/// audit(), and how long each kind of checks took, in the order in which they were made.
[[nodiscard]] Audit audit_in_stages(Scene& scene, const std::function<bool(const Check&)>& wanted,
                                    std::vector<Stage>& stages);

}  // namespace polreach::solver::audit
