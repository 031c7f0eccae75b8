// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/cluster.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/resolve/match.h"

namespace polreach::compiler {
namespace {

net::AddressSet set_of(const std::vector<net::Address>& addresses) {
  std::vector<net::AddressSet::Interval> intervals;
  for (const net::Address& address : addresses) intervals.push_back({address, address});
  return net::AddressSet::of(std::move(intervals));
}

net::AddressSet any_of(const model::ClusterProfile& profile) {
  net::AddressSet result;
  if (profile.pods_have_ipv4) result |= net::all_addresses(net::Family::V4);
  if (profile.pods_have_ipv6) result |= net::all_addresses(net::Family::V6);
  return result;
}

}  // namespace

Cluster::Cluster(const model::Model& model, const model::ClusterProfile& profile)
    : model_(&model), profile_(profile), by_namespace_(model.namespaces.size()) {
  for (std::size_t i = 0; i < model.policies.size(); ++i) {
    const model::Policy& policy = model.policies[i];
    if (policy.tier != model::Tier::Network) continue;
    by_namespace_[static_cast<std::size_t>(policy.ns)].push_back(static_cast<model::PolicyId>(i));
  }
  std::map<std::pair<model::NamespaceId, model::LabelSetId>, std::uint32_t> known;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const model::NamespaceId ns = model.namespace_of(static_cast<model::EndpointId>(i));
    const model::LabelSetId labels = model.endpoints[i].labels;
    const auto next = static_cast<std::uint32_t>(selected_.size());
    const auto [entry, added] = known.emplace(std::pair{ns, labels}, next);
    selected_of_.push_back(entry->second);
    if (added) selected_.push_back(select(ns, labels));
  }
}

Cluster::Selected Cluster::select(model::NamespaceId ns, model::LabelSetId labels) const {
  Selected result;
  const LabelView view{&model_->label_sets[labels], LabelOwner::SourcePod, {}, nullptr, true};
  for (model::PolicyId id : policies_in(ns)) {
    const model::Policy& policy = (*model_)[id];
    if (matches(policy.subject, view) == Tri::No) continue;
    for (model::Direction direction : {model::Direction::Ingress, model::Direction::Egress}) {
      if (policy.rules(direction)) result[static_cast<std::size_t>(direction)].push_back(id);
    }
  }
  return result;
}

const std::vector<model::PolicyId>& Cluster::candidates(model::EndpointId id,
                                                        model::Direction direction) const {
  const std::uint32_t index = selected_of_[static_cast<std::size_t>(id)];
  return selected_[index][static_cast<std::size_t>(direction)];
}

bool Cluster::share_no_family(model::EndpointId a, model::EndpointId b) const {
  const auto& left = (*model_)[a].addresses;
  const auto& right = (*model_)[b].addresses;
  if (left.empty() || right.empty()) return false;
  return std::none_of(left.begin(), left.end(), [&](const net::Address& x) {
    return std::any_of(right.begin(), right.end(),
                       [&](const net::Address& y) { return x.family == y.family; });
  });
}

net::AddressSet Cluster::pod_addresses(model::EndpointId id) const {
  const model::Endpoint& endpoint = (*model_)[id];
  return endpoint.addresses.empty() ? any_of(profile_) : set_of(endpoint.addresses);
}

net::AddressSet Cluster::node_addresses(model::EndpointId id) const {
  const model::Endpoint& endpoint = (*model_)[id];
  // The pod's own address is its node's where it uses the node's network.
  return endpoint.node_addresses.empty() ? pod_addresses(id) : set_of(endpoint.node_addresses);
}

}  // namespace polreach::compiler
