// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/cluster.h"

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
