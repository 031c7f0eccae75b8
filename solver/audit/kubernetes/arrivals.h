// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "policies/source/result.h"
#include "solver/audit/finding.h"
#include "solver/audit/scene.h"
#include "solver/queries/entrances.h"

/// What of the internet gets to the pods behind a Service, where the input holds a network around
/// them: over every enforcement point of every way, as `polreach can internet svc/...` has it.
namespace polreach::solver::audit::kubernetes {

/// A backend that a large part of the internet gets to, or may: as large as for aks-public-service.
struct Arrival {
  queries::Backend backend;
  net::AddressSet from;
  bool certain = true;
  std::optional<Example> example;                  // of one that is certain
  std::vector<queries::NamedAssumption> rests_on;  // of one that is not; ids as lasting texts
};

/// Those of one port of a Service, in the order of `behind`, the backends that the port leads to.
/// Fails where the ways could not be evaluated. The scene must have surroundings with pods.
[[nodiscard]] source::Result<std::vector<Arrival>> arrivals(
    Scene& scene, const model::Service& service, const model::ServicePort& port,
    const std::vector<queries::Backend>& behind);

}  // namespace polreach::solver::audit::kubernetes
