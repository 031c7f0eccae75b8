// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "solver/audit/finding.h"
#include "solver/audit/scene.h"

/// "What is open only because nobody closed it, and what does not do what it seems to?"
namespace polreach::solver::audit {

/// Every check there is, by area and then as documentation lists them.
[[nodiscard]] std::vector<const Check*> all_checks();
[[nodiscard]] const Check* find_check(std::string_view id);

/// A problem that kept a check from an answer: it is not clean, it was not looked at.
struct Unchecked {
  const Check* check = nullptr;
  std::string why;
};

struct Audit {
  std::vector<Finding> findings;  // sorted
  std::vector<Unchecked> unchecked;
};

/// Runs the checks that are `wanted`. Findings are grouped per cause.
[[nodiscard]] Audit audit(Scene& scene, const std::function<bool(const Check&)>& wanted);

struct Stage;  // solver/audit/stages.h

/// What an area of checks is to the audit: its table, and the function that adds findings of those
/// that are wanted, and what its kinds of checks took.
struct Area {
  std::span<const Check> checks;
  void (*run)(Scene& scene, const std::function<bool(const Check&)>& wanted, Audit& audit,
              std::vector<Stage>& stages);
};

}  // namespace polreach::solver::audit
