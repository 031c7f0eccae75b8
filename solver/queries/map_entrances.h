// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "policies/source/diagnostics.h"
#include "solver/sets/direction.h"

namespace polreach::solver::queries {

/// What the entrances of a cluster (Ingresses, routes) lead to through controllers that the input
/// does not hold.
struct Entered {
  /// Of a pod behind some Service.
  struct Pod {
    net::Traffic led_to;   // certainly or perhaps
    net::Traffic certain;  // of that
    sets::Flow flow;       // what its policies let in from a controller of which nothing is known
  };
  std::map<model::EndpointId, Pod> pods;
  /// Entrances that lead nowhere, and pods behind entrances whose policies let no controller in,
  /// be it in the input or not.
  std::vector<source::Diagnostic> warnings;
};

[[nodiscard]] Entered entered(const compiler::Cluster& cluster);

}  // namespace polreach::solver::queries
