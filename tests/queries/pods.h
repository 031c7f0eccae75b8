// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/model/model.h"

/// Pods for tests that build their model by hand.
namespace polreach::tests {

/// A declared namespace "shop", without labels.
inline void add_shop(model::Model& model) {
  model::Namespace ns;
  ns.name = model.symbols->intern("shop");
  ns.labels = model.label_sets.intern(model::LabelSet::of({}));
  ns.declared = true;
  model.namespaces.push_back(ns);
}

/// A bare pod without labels in the first namespace.
inline model::Endpoint& add_pod(model::Model& model, const std::string& name) {
  model::Workload workload;
  workload.kind = model.symbols->intern("Pod");
  workload.name = model.symbols->intern(name);
  workload.endpoints.push_back(static_cast<model::EndpointId>(model.endpoints.size()));
  model.workloads.push_back(workload);
  model::Endpoint endpoint;
  endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size() - 1);
  endpoint.labels = model.label_sets.intern(model::LabelSet::of({}));
  endpoint.owner_kind = workload.kind;
  endpoint.owner_name = workload.name;
  model.endpoints.push_back(endpoint);
  return model.endpoints.back();
}

}  // namespace polreach::tests
