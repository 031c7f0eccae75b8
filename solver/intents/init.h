// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/intents/writer.h"
#include "solver/intents/ends.h"

namespace polreach::solver::intents {

/// Intents that say what is so today.
struct Drafts {
  std::vector<polreach::intents::Draft> drafts;
  /// What everything reaches, so that no intent says anything of it: "shop/web".
  std::vector<std::string> open;
};

/// From all connections of pods, and of a network: who reaches each workload, its database ports,
/// which namespaces nothing enters or leaves, which places do not reach which. By the lists of the
/// set engine, so that the caller should verify them before they are written.
[[nodiscard]] source::Result<Drafts> draft(const Setting& setting);

}  // namespace polreach::solver::intents
