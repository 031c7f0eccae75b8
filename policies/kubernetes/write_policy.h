// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policies/model/model.h"

/// NetworkPolicies as manifests: the way back from the model.
namespace polreach::kubernetes {

/// What an object says of itself besides its name, in the order in which it was written.
struct KeptMetadata {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::pair<std::string, std::string>> annotations;
};

/// Labels and annotations of the object whose name stands at that place; none where there is no
/// such object. What kubectl and the API server add for themselves is left out.
[[nodiscard]] KeptMetadata metadata_at(const source::SourceMap& sources, const source::Span& name);

/// A policy of Tier::Network as one YAML document of networking.k8s.io/v1, which reads back as the
/// same policy. Its rules may only hold what NetworkPolicy can say: pods and addresses as peers,
/// and the action Allow; anything else is an InternalError.
[[nodiscard]] std::string write_policy(const model::Model& model, const model::Policy& policy,
                                       const KeptMetadata& metadata);

}  // namespace polreach::kubernetes
