// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/match.h"

/// Which labels tell pods from others.
namespace polreach::solver::suggest {

/// Pods in the order of their ids.
using Pods = std::vector<model::EndpointId>;

[[nodiscard]] Pods both(const Pods& a, const Pods& b);
[[nodiscard]] Pods without(const Pods& a, const Pods& b);

/// Pods by namespace; in the order of namespaces.
struct PodsOf {
  model::NamespaceId ns{};
  Pods pods;
};
[[nodiscard]] std::vector<PodsOf> by_namespace(const model::Model& model, const Pods& pods);
[[nodiscard]] Pods pods_in(const model::Model& model, model::NamespaceId ns);

/// Labels that all of some pods have and no other does.
struct Telling {
  /// Any of these selects a part of the pods, all of them together all; none where pods have no
  /// labels.
  std::vector<model::Selector> selectors;
  /// They select none of the others for certain.
  bool exact = false;
};

/// Selectors for pods of one namespace, which leave out `others` of it as far as labels can: by one
/// key where there is one, else by workload. Labels that controllers make up are not used.
[[nodiscard]] Telling telling(const model::Model& model, const Pods& pods, const Pods& others);

/// The one requirement `key In values` that tells them, if there is one.
[[nodiscard]] std::optional<model::Requirement> telling_key(const model::Model& model,
                                                            const Pods& pods, const Pods& others);

/// A selector and a requirement together; `In` of the same key are made one. Nothing: it selects
/// nothing.
[[nodiscard]] std::optional<model::Selector> narrowed(const model::Selector& selector,
                                                      const model::Requirement& requirement);
/// `key In values` turned round, as NotIn.
[[nodiscard]] model::Requirement negated(model::Requirement requirement);

/// kubernetes.io/metadata.name In the names.
[[nodiscard]] model::Requirement named(const model::Model& model,
                                       const std::vector<model::NamespaceId>& namespaces);

/// Whether a peer of a policy in a namespace matches a pod, by labels.
[[nodiscard]] compiler::Tri matches(const compiler::Cluster& cluster, const model::PodPeer& peer,
                                    model::NamespaceId of_policy, model::EndpointId pod);

}  // namespace polreach::solver::suggest
