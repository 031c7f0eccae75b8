// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "solver/queries/exposure.h"
#include "solver/queries/label_space.h"

namespace polreach::solver::queries {

/// A name that no pod and no workload of the model has.
[[nodiscard]] std::string example_name(const model::Model& model);

/// The plainest pod that meets a condition, with a port of each name that the traffic is about.
/// It is left without a name.
[[nodiscard]] ExamplePod example_pod(const sets::PossibleCluster& possible, const LabelSpace& space,
                                     const Cube& condition, const PossibleTraffic& traffic);

/// Examples waiting to be held against the policies that would select them.
struct ExampleCheck {
  ExamplePod* example = nullptr;
  model::EndpointId self{};
  model::Direction direction = model::Direction::Ingress;  // of the workload
  net::Traffic traffic;                                    // with the numbers of markers
};

/// Fills in `passes` and `stopped`: a copy of the model gets all these pods. Throws an
/// InternalError where the workload's policies do not let an example pass what was said.
void check_examples(const compiler::Cluster& cluster, std::vector<ExampleCheck>& checks);

}  // namespace polreach::solver::queries
