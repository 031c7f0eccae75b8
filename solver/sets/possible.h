// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/resolve/view.h"
#include "compiler/resolve/worlds.h"
#include "solver/sets/direction.h"

/// Connections with pods that do not exist: what a policy would say to one of which only is known
/// which PodPeers match it.
namespace polreach::solver::sets {

/// Port numbers that stand for "whatever number a pod gives to this name".
///
/// INVARIANT: of one protocol all markers, and the unnamed one, lie in one gap between the port
/// ranges that egress rules name, so that no rule tells them apart but by name.
struct PortMarkers {
  using Name = std::pair<net::Protocol, model::Symbol>;
  std::map<Name, net::Port> named;
  std::array<net::Port, net::kProtocols.size()> unnamed{};  // 0: the protocol has no marker

  /// Those of the egress rules of the model. A protocol whose ranges leave no gap that is large
  /// enough has none.
  [[nodiscard]] static PortMarkers of(const model::Model& model);
};

/// A copy of a model with one more pod, in a namespace of its own: without labels, with a port of
/// every name that egress rules ask for.
class PossibleCluster {
 public:
  explicit PossibleCluster(const compiler::Cluster& cluster);
  PossibleCluster(const PossibleCluster&) = delete;
  PossibleCluster& operator=(const PossibleCluster&) = delete;

  /// Endpoints, policies and namespaces of the model keep their ids.
  [[nodiscard]] const compiler::Cluster& cluster() const { return *cluster_; }
  [[nodiscard]] model::EndpointId pod() const { return pod_; }
  [[nodiscard]] const PortMarkers& markers() const { return markers_; }
  /// kubernetes.io/metadata.name.
  [[nodiscard]] model::Symbol name_key() const { return name_key_; }
  /// The namespace of the cluster that has the name.
  [[nodiscard]] std::optional<model::NamespaceId> find_namespace(model::Symbol name) const {
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::optional<model::NamespaceId> find_namespace(std::string_view name) const {
    const auto symbol = model_.symbols->find(name);
    return symbol ? find_namespace(*symbol) : std::nullopt;
  }

 private:
  model::Model model_;
  PortMarkers markers_;
  model::Symbol name_key_;
  std::unordered_map<model::Symbol, model::NamespaceId> namespaces_;
  model::EndpointId pod_{};
  std::unique_ptr<compiler::Cluster> cluster_;
};

/// What one direction of an endpoint's policies says to a pod that does not exist.
class PossibleFlow {
 public:
  PossibleFlow(const PossibleCluster& possible, model::Direction direction, model::EndpointId self);
  PossibleFlow(const PossibleFlow&) = delete;
  PossibleFlow& operator=(const PossibleFlow&) = delete;

  struct PeerOf {
    const model::PodPeer* peer = nullptr;
    const model::Policy* policy = nullptr;
  };
  /// The PodPeers of all rules that can decide.
  [[nodiscard]] const std::vector<PeerOf>& peers() const { return peers_; }

  /// Whether what a pod gets is the union of what each peer that matches it gives by itself: no
  /// rule denies, and nothing is open about which policies decide.
  [[nodiscard]] bool adds_up() const { return adds_up_; }

  /// What one call of flow() takes: rules looked at, over all worlds.
  [[nodiscard]] std::size_t cost() const { return cost_; }

  /// For a pod of which is known which of peers() match it. Maybe: bounds that hold either way.
  [[nodiscard]] Flow flow(const std::vector<compiler::Tri>& matched);

 private:
  compiler::Worlds worlds_;
  bool adds_up_ = true;
  std::size_t cost_ = 1;
  std::vector<PeerOf> peers_;
  std::map<const model::Rule*, std::vector<std::size_t>> peers_of_;
  [[nodiscard]] compiler::DirectionView view(std::size_t world) const;
  void match(compiler::DirectionView& view, const std::vector<compiler::Tri>& matched) const;

  const compiler::Cluster& cluster_;
  model::Direction direction_;
  compiler::Party self_;
  compiler::Party other_;
  std::vector<compiler::DirectionView> views_;  // one a world; none where that would be too much
};

}  // namespace polreach::solver::sets
