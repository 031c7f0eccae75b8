// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/emptiness.h"

#include <algorithm>
#include <tuple>

#include "compiler/resolve/match.h"
#include "compiler/resolve/peer_index.h"
#include "compiler/resolve/view.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Tri;
using model::Direction;
using model::Model;
using model::Policy;

class EmptinessSearch {
 public:
  explicit EmptinessSearch(const Cluster& cluster)
      : cluster_(cluster),
        model_(cluster.model()),
        classes_(cluster, {}),
        index_(cluster, classes_) {}

  std::vector<Empty> run() {
    for (std::uint32_t i = 0; i < model_.policies.size(); ++i) {
      const auto id = static_cast<model::PolicyId>(i);
      const Policy& policy = model_.policies[i];
      add({id, {}, 0, true}, selected(policy));
      for (Direction direction : {Direction::Ingress, Direction::Egress}) {
        const auto& rules = policy.rules(direction);
        if (!rules) continue;
        for (std::size_t rule = 0; rule < rules->size(); ++rule) {
          add({id, direction, rule, true}, reached((*rules)[rule], policy));
        }
      }
    }
    return std::move(result_);
  }

 private:
  void add(Empty empty, Tri selects) {
    if (selects == Tri::Yes) return;
    empty.certain = selects == Tri::No;
    result_.push_back(empty);
  }

  /// Looked up as if its subject were a peer.
  [[nodiscard]] Tri selected(const Policy& policy) {
    model::PodPeer pods;
    pods.pods = policy.subject;
    if (policy.tier != model::Tier::Network) pods.namespaces = policy.namespaces;
    return any_of(pods, policy);
  }

  [[nodiscard]] Tri any_of(const model::PodPeer& pods, const Policy& policy) {
    Tri result = Tri::No;
    for (const auto& match : index_.matches(pods, policy)) {
      const bool host = model_[classes_.members(match.id).front()].host_network;
      // The other tiers do not know such pods (model::Policy); NetworkPolicies may not.
      if (host && policy.tier != model::Tier::Network) continue;
      const model::Reading as_pod = cluster_.profile().host_network_is_pod;
      if (host && as_pod == model::Reading::No) continue;
      const bool doubt = host && as_pod == model::Reading::Both;
      result = either(result, doubt ? Tri::Maybe : match.selected);
    }
    return result;
  }

  [[nodiscard]] Tri reached(const model::Rule& rule, const Policy& policy) {
    if (rule.peers.empty()) return Tri::Yes;
    Tri result = Tri::No;
    for (const model::Peer& peer : rule.peers) {
      if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
        result = either(result, any_of(*pods, policy));
      } else if (const auto* block = std::get_if<model::BlockPeer>(&peer.what)) {
        if (!compiler::addresses_of(*block).empty()) result = Tri::Yes;
      } else {
        result = Tri::Yes;
      }
    }
    return result;
  }

  const Cluster& cluster_;
  const Model& model_;
  compiler::Classes classes_;
  compiler::PeerIndex index_;
  std::vector<Empty> result_;
};

}  // namespace

std::vector<Empty> empty_parts(const Cluster& cluster) { return EmptinessSearch(cluster).run(); }

}  // namespace polreach::solver::queries
