// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/outside.h"

namespace polreach::solver::queries {

net::AddressSet outside_addresses(const compiler::Cluster& cluster) {
  const auto is_v6 = [](const net::Prefix& p) { return p.address.family == net::Family::V6; };
  bool v6 = cluster.profile().pods_have_ipv6;
  for (const model::Policy& policy : cluster.model().policies) {
    for (const auto* rules : {&policy.ingress, &policy.egress}) {
      if (!*rules || v6) continue;
      for (const model::Rule& rule : **rules) {
        for (const model::Peer& peer : rule.peers) {
          const auto* block = std::get_if<model::BlockPeer>(&peer.what);
          v6 = v6 || (block != nullptr && is_v6(block->cidr));
        }
      }
    }
  }
  const net::AddressSet v4 = net::all_addresses(net::Family::V4);
  return v6 ? v4 | net::all_addresses(net::Family::V6) : v4;
}

}  // namespace polreach::solver::queries
