// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <variant>
#include <vector>

#include "policies/model/model.h"

namespace polreach::compiler {

/// One end of a connection: an endpoint of the model, or addresses outside of it.
using Party = std::variant<model::EndpointId, net::AddressSet>;

/// What a selector over nodes comes to.
struct NodeSelector {
  const model::Selector* selector = nullptr;
  net::AddressSet addresses;  // of the Node objects that it selects
  /// Nobody knows whether it selects others too: there are no Node objects, or one of those that
  /// it selects has no address.
  bool open = false;
};

/// A model under a profile, indexed for questions: which policies can select which endpoint.
///
/// Keeps a reference to the model, which must outlive it and not change.
class Cluster {
 public:
  Cluster(const model::Model& model, const model::ClusterProfile& profile);

  [[nodiscard]] const model::Model& model() const { return *model_; }
  [[nodiscard]] const model::ClusterProfile& profile() const { return profile_; }

  /// The policies of Tier::Network in a namespace, in model order.
  [[nodiscard]] const std::vector<model::PolicyId>& policies_in(model::NamespaceId ns) const {
    return by_namespace_[static_cast<std::size_t>(ns)];
  }

  /// The policies of all tiers that cover a direction and select the endpoint, or may (where that
  /// rests on labels that are not known), in model order, which is that of their decisions.
  [[nodiscard]] const std::vector<model::PolicyId>& candidates(model::EndpointId id,
                                                               model::Direction direction) const;

  /// The distinct selectors of NodePeers, in the order in which the policies name them.
  [[nodiscard]] const std::vector<NodeSelector>& node_selectors() const { return node_selectors_; }
  /// Its index there. The peer must be one of a policy of the model.
  [[nodiscard]] std::size_t index_of(const model::NodePeer& peer) const;

  /// Whether the addresses of two pods are known and of different families: then no packet can
  /// travel between them, whatever the policies.
  [[nodiscard]] bool share_no_family(model::EndpointId a, model::EndpointId b) const;

  /// Whether two ends are one pod, which always reaches itself (Kubernetes documentation, Network
  /// Policies: a pod cannot block access to itself). A pod with a controller may have others that
  /// are just like it: then two pods are meant.
  [[nodiscard]] bool is_one_pod(model::EndpointId a, model::EndpointId b) const {
    return a == b && !(*model_)[(*model_)[a].workload].replicated;
  }

  /// The addresses that a pod may have as the policies see it: the known ones, or all addresses of
  /// the families in the profile.
  [[nodiscard]] net::AddressSet pod_addresses(model::EndpointId id) const;
  /// The same for the node of a pod with hostNetwork.
  [[nodiscard]] net::AddressSet node_addresses(model::EndpointId id) const;

 private:
  /// Endpoints of one namespace with equal labels have the same candidates.
  using Selected = std::array<std::vector<model::PolicyId>, 2>;  // by direction
  [[nodiscard]] Selected select(model::NamespaceId ns, model::LabelSetId labels,
                                bool host_network) const;
  void index_node_selectors();

  const model::Model* model_;
  model::ClusterProfile profile_;
  std::vector<std::vector<model::PolicyId>> by_namespace_;
  std::vector<model::PolicyId> cluster_wide_;  // of the other tiers
  std::vector<NodeSelector> node_selectors_;
  std::vector<std::uint32_t> selected_of_;  // by endpoint, into selected_
  std::vector<Selected> selected_;
};

}  // namespace polreach::compiler
