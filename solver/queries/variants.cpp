// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/variants.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace polreach::solver::queries {
namespace {

using model::EndpointId;
using model::Model;
using model::Policy;
using model::Tier;

/// The policies of a model stand in the order in which they decide; that of one tier stays.
void sort_by_tier(std::vector<Policy>& policies) {
  std::stable_sort(policies.begin(), policies.end(), [](const Policy& a, const Policy& b) {
    const auto rank = [](const Policy& policy) {
      const bool ordered = policy.tier != Tier::Network;
      return std::tuple(policy.tier, ordered ? policy.priority : 0,
                        ordered ? model::NamespaceId{} : policy.ns);
    };
    return rank(a) < rank(b);
  });
}

/// Adds a label to an endpoint that no manifest can have written: its key is no valid one.
void mark(Model& model, model::Endpoint& endpoint, model::Symbol key, model::Symbol value) {
  model::LabelSet labels = model.label_sets[endpoint.labels];
  labels.known.push_back({key, value});
  endpoint.labels = model.label_sets.intern(
      model::LabelSet::of(std::move(labels.known), std::move(labels.unknown), labels.open));
}

std::optional<std::vector<model::Rule>>& rules_of(Policy& policy, model::Direction direction) {
  return direction == model::Direction::Ingress ? policy.ingress : policy.egress;
}

}  // namespace

Model without_policies(const Model& model) {
  Model result = model;
  result.policies.clear();
  result.gaps.clear();
  return result;
}

Model together(const Model& model, const Model& other) {
  Model result = model;
  std::map<model::Symbol, model::NamespaceId> ids;
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    ids.emplace(model.namespaces[i].name, static_cast<model::NamespaceId>(i));
  }
  for (const Policy& policy : other.policies) {
    Policy added = policy;
    if (policy.tier == Tier::Network) {
      const auto found = ids.find(other[policy.ns].name);
      if (found == ids.end()) continue;
      added.ns = found->second;
    }
    result.policies.push_back(std::move(added));
  }
  sort_by_tier(result.policies);
  return result;
}

Model closed(const Model& model, model::Direction direction) {
  Model result = model;
  // A space cannot stand in a label key.
  const model::Symbol key = result.symbols->intern("host network");
  const model::Symbol yes = result.symbols->intern("true");
  std::vector<bool> isolated(result.namespaces.size(), false);
  for (model::Endpoint& endpoint : result.endpoints) {
    if (!endpoint.host_network) continue;
    mark(result, endpoint, key, yes);
    isolated[static_cast<std::size_t>(result[endpoint.workload].ns)] = true;
  }
  for (std::size_t i = 0; i < isolated.size(); ++i) {
    if (!isolated[i]) continue;
    Policy policy;
    policy.kind = key;
    policy.name = key;
    policy.ns = static_cast<model::NamespaceId>(i);
    policy.subject.all_of.push_back({key, model::Operator::In, {yes}, {}});
    rules_of(policy, direction).emplace();
    result.policies.push_back(std::move(policy));
  }
  Policy rest;
  rest.tier = Tier::Baseline;
  rest.kind = key;
  rest.name = key;
  rest.priority = Policy::kLastPriority + 1;
  model::Rule deny;
  deny.action = model::Action::Deny;
  rules_of(rest, direction).emplace().push_back(std::move(deny));
  result.policies.push_back(std::move(rest));
  sort_by_tier(result.policies);
  return result;
}

Sample sample(const Model& model, const compiler::Classes& classes) {
  constexpr std::size_t kOfEach = 2;
  Sample result{model, {}};
  for (std::uint32_t id = 0; id < classes.size(); ++id) {
    const auto& members = classes.members(id);
    const std::size_t count = std::min(members.size(), kOfEach);
    result.original.insert(result.original.end(), members.begin(),
                           members.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::sort(result.original.begin(), result.original.end());
  result.model.endpoints.clear();
  for (model::Workload& workload : result.model.workloads) workload.endpoints.clear();
  for (EndpointId id : result.original) {
    const model::Endpoint& endpoint = model[id];
    const auto next = static_cast<EndpointId>(result.model.endpoints.size());
    result.model.workloads[static_cast<std::size_t>(endpoint.workload)].endpoints.push_back(next);
    result.model.endpoints.push_back(endpoint);
  }
  return result;
}

}  // namespace polreach::solver::queries
