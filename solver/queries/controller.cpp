// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/controller.h"

#include <algorithm>

#include "solver/queries/named_keys.h"
#include "solver/sets/reach.h"

namespace polreach::solver::queries {
namespace {

using compiler::Assumption;
using model::EndpointId;
using model::Model;

EndpointId add_pod(Model& model, model::NamespaceId ns, const model::Endpoint& like) {
  model::Workload workload;
  workload.ns = ns;
  workload.endpoints = {static_cast<EndpointId>(model.endpoints.size())};
  model::Endpoint endpoint = like;
  endpoint.workload = static_cast<model::WorkloadId>(model.workloads.size());
  model.workloads.push_back(std::move(workload));
  model.endpoints.push_back(std::move(endpoint));
  return model.workloads.back().endpoints.front();
}

}  // namespace

UnknownController::UnknownController(const compiler::Cluster& cluster,
                                     const std::vector<EndpointId>& destinations) {
  const Model& whole = cluster.model();
  model_.symbols = whole.symbols;
  model_.label_sets = whole.label_sets;
  model_.namespaces = whole.namespaces;
  model_.policies = whole.policies;
  model_.nodes = whole.nodes;
  for (EndpointId id : destinations) {
    if (ids_.contains(id)) continue;
    ids_.emplace(id, add_pod(model_, whole.namespace_of(id), whole[id]));
  }
  // Not open, which an option can settle, but unknown in every key that matters.
  NamedKeys keys;
  keys.add(whole);
  const auto unknown = [&](const std::set<model::Symbol>& some) {
    return model_.label_sets.intern(
        model::LabelSet::of({}, std::vector<model::Symbol>(some.begin(), some.end())));
  };
  model::Namespace space;
  space.labels = unknown(keys.namespaces);
  model_.namespaces.push_back(space);
  model::Endpoint pod;
  pod.labels = unknown(keys.pods);
  controller_ = add_pod(model_, static_cast<model::NamespaceId>(model_.namespaces.size() - 1), pod);
  cluster_.emplace(model_, cluster.profile());
}

sets::Flow UnknownController::reach(EndpointId destination) const {
  const EndpointId to = ids_.at(destination);
  const sets::Piece piece = sets::reach(*cluster_, controller_, to).at(0);
  sets::Flow flow{piece.must, piece.may, {}, {}, false};
  if (!flow.is_open()) return flow;
  const auto own = static_cast<model::NamespaceId>(model_.namespaces.size() - 1);
  for (compiler::OpenPoint point :
       sets::assumptions(*cluster_, controller_, to, net::Traffic::all())) {
    const bool is_controller = point.assumption == Assumption::PodLabels ||
                               point.assumption == Assumption::PodAddress ||
                               (point.assumption == Assumption::NamespaceLabels && point.ns == own);
    if (is_controller) point = {Assumption::Controller, {}};
    flow.points.push_back(point);
  }
  std::sort(flow.points.begin(), flow.points.end());
  flow.points.erase(std::unique(flow.points.begin(), flow.points.end()), flow.points.end());
  return flow;
}

}  // namespace polreach::solver::queries
