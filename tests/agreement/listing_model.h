// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "solver/queries/map.h"
#include "tests/agreement/spec.h"

/// What the tests of the lists share: clusters whose workloads have several pods, and what a list
/// says of two endpoints.
namespace polreach::agreement {

using EndpointName = std::pair<std::string, std::string>;  // namespace and name

/// The endpoints of a spec by their names.
[[nodiscard]] std::map<EndpointName, model::EndpointId> endpoints_of(const Spec& spec);

/// Gives some endpoints of a namespace one workload, up to three: those that come one after the
/// other. The workload is called after the first one.
void join_workloads(model::Model& model);

/// The addresses at which something begins or ends that a spec names, and their neighbours.
[[nodiscard]] std::vector<net::Address> edges_of(const model::Model& model);

}  // namespace polreach::agreement
