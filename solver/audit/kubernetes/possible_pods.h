// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "solver/queries/exposure.h"
#include "solver/sets/possible.h"

namespace polreach::solver::audit::kubernetes {

/// A pod that someone could create in a namespace and that no NetworkPolicy selects in a direction.
struct UnselectedPod {
  std::optional<queries::ExamplePod> pod;
  bool gave_up = false;  // there may be one: labels can be told apart in too many ways
};

/// Looks for them among all labels that a pod can have. Keeps a reference to the cluster.
class PossiblePods {
 public:
  explicit PossiblePods(const compiler::Cluster& cluster);

  [[nodiscard]] UnselectedPod unselected(model::NamespaceId ns, model::Direction direction) const;

 private:
  const compiler::Cluster& cluster_;
  sets::PossibleCluster possible_;
  std::string name_;
};

}  // namespace polreach::solver::audit::kubernetes
