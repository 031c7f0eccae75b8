// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "solver/sets/direction.h"

namespace polreach::solver::queries {

/// What a pod may take from the controller of an entrance that the input does not hold: a pod
/// somewhere in the cluster of which nothing is known, neither its labels nor its namespace's.
///
/// Works on a small model of its own: the pods asked about, and the controller.
class UnknownController {
 public:
  /// `destinations`: the endpoints that will be asked about.
  UnknownController(const compiler::Cluster& cluster,
                    const std::vector<model::EndpointId>& destinations);

  /// What passes whatever the controller is (must), and for some controller (may). What rests on
  /// the controller's labels is named Assumption::Controller.
  [[nodiscard]] sets::Flow reach(model::EndpointId destination) const;

 private:
  model::Model model_;
  std::optional<compiler::Cluster> cluster_;
  model::EndpointId controller_{};
  std::map<model::EndpointId, model::EndpointId> ids_;
};

}  // namespace polreach::solver::queries
