// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/listing_model.h"

#include <set>

namespace polreach::agreement {

using model::EndpointId;

std::map<EndpointName, EndpointId> endpoints_of(const Spec& spec) {
  std::map<EndpointName, EndpointId> result;
  for (std::size_t i = 0; i < spec.endpoints.size(); ++i) {
    const EndpointSpec& endpoint = spec.endpoints[i];
    result.emplace(EndpointName{spec.namespaces[endpoint.ns].name, endpoint.name},
                   static_cast<EndpointId>(i));
  }
  return result;
}

void join_workloads(model::Model& model) {
  constexpr std::size_t kMost = 3;
  std::size_t leader = 0;
  for (std::size_t i = 1; i < model.endpoints.size(); ++i) {
    model::Endpoint& endpoint = model.endpoints[i];
    const model::Endpoint& first = model.endpoints[leader];
    model::Workload& workload = model.workloads[static_cast<std::size_t>(first.workload)];
    const bool same = model[endpoint.workload].ns == workload.ns;
    if (!same || i - leader >= kMost || !endpoint.pod) {
      leader = i;
      continue;
    }
    endpoint.workload = first.workload;
    endpoint.owner_kind = first.owner_kind;
    endpoint.owner_name = first.owner_name;
    workload.replicated = true;
    workload.endpoints.push_back(static_cast<EndpointId>(i));
  }
}

namespace {

void add_edges(const net::Address& first, const net::Address& last, std::set<net::Address>& edges) {
  edges.insert(first);
  edges.insert(last);
  if (first != net::lowest(first.family)) edges.insert({first.family, first.bits - 1});
  if (last != net::highest(last.family)) edges.insert({last.family, last.bits + 1});
}

template <typename Visit>
void each_block(const model::Model& model, const Visit& visit) {
  for (const model::Policy& policy : model.policies) {
    for (const auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules) continue;
      for (const model::Rule& rule : **rules) {
        for (const model::Peer& peer : rule.peers) {
          if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) visit(*block);
        }
      }
    }
  }
}

}  // namespace

std::vector<net::Address> edges_of(const model::Model& model) {
  std::set<net::Address> edges;
  each_block(model, [&](const model::BlockPeer& block) {
    add_edges(block.cidr.first(), block.cidr.last(), edges);
    for (const net::Prefix& hole : block.except) add_edges(hole.first(), hole.last(), edges);
  });
  for (const model::Node& node : model.nodes) {
    for (const net::Address& address : node.addresses) add_edges(address, address, edges);
  }
  for (const model::Endpoint& endpoint : model.endpoints) {
    for (const net::Address& address : endpoint.addresses) add_edges(address, address, edges);
  }
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    edges.insert(net::lowest(family));
    edges.insert(net::highest(family));
  }
  return {edges.begin(), edges.end()};
}

}  // namespace polreach::agreement
