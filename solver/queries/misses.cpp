// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/misses.h"

#include "compiler/resolve/match.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::End;
using compiler::LabelView;
using compiler::Tri;
using model::Model;

/// The first requirement that fails for certain, or nothing.
const model::Requirement* failing(const model::Selector& selector, const LabelView& view) {
  for (const model::Requirement& requirement : selector.all_of) {
    const model::Selector alone{{requirement}, {}};
    if (matches(alone, view) == Tri::No) return &requirement;
  }
  return nullptr;
}

std::string namespace_name(const Model& model, model::NamespaceId ns) {
  return std::string(model.text(model[ns].name));
}

std::string why_not_pods(const Cluster& cluster, model::NamespaceId policy_ns,
                         const model::PodPeer& peer, const End& other) {
  const Model& model = cluster.model();
  if (other.endpoint() == nullptr) return "selectors match pods only";
  const model::NamespaceId ns = model.namespace_of(*other.endpoint());
  if (!peer.namespaces && ns != policy_ns) {
    return "without a namespaceSelector it means pods of namespace " +
           namespace_name(model, policy_ns);
  }
  if (peer.namespaces) {
    const LabelView labels = compiler::namespace_labels(cluster, ns, nullptr);
    if (const auto* requirement = failing(*peer.namespaces, labels)) {
      return "namespace " + namespace_name(model, ns) + " is not " + to_string(model, *requirement);
    }
  }
  const LabelView labels = compiler::pod_labels(cluster, other, nullptr);
  if (const auto* requirement = failing(peer.pods, labels)) {
    return "the pod is not " + to_string(model, *requirement);
  }
  return "a node is no pod";
}

}  // namespace

std::string to_string(const Model& model, const model::Requirement& requirement) {
  const std::string key(model.text(requirement.key));
  std::string values;
  for (model::Symbol value : requirement.values) {
    values += (values.empty() ? "" : ", ") + std::string(model.text(value));
  }
  switch (requirement.op) {
    case model::Operator::In:
      return requirement.values.size() == 1 ? key + "=" + values : key + " in (" + values + ")";
    case model::Operator::NotIn:
      return requirement.values.size() == 1 ? key + "!=" + values : key + " notin (" + values + ")";
    case model::Operator::Exists:
      return key;
    case model::Operator::DoesNotExist:
      return "!" + key;
  }
  return key;
}

/// As somebody would write it: "10.0.0.0/8 except 10.1.0.0/16".
std::string text_of(const model::BlockPeer& block) {
  constexpr std::size_t kMostShown = 4;
  std::string text = block.cidr.to_string();
  for (std::size_t i = 0; i < block.except.size() && i < kMostShown; ++i) {
    text += (i == 0 ? " except " : ", ") + block.except[i].to_string();
  }
  if (block.except.size() > kMostShown) {
    text += " and " + std::to_string(block.except.size() - kMostShown) + " more";
  }
  return text;
}

std::string why_not(const Cluster& cluster, model::NamespaceId policy_ns, const model::Peer& peer,
                    const End& other) {
  if (const auto* pods = std::get_if<model::PodPeer>(&peer.what)) {
    return why_not_pods(cluster, policy_ns, *pods, other);
  }
  const auto* block = std::get_if<model::BlockPeer>(&peer.what);
  if (block == nullptr) return "it is no node";  // NetworkPolicies name neither nodes nor domains
  const std::string addresses = text_of(*block);
  if (other.endpoint() == nullptr) return "the address is not in " + addresses;
  const bool pod = !cluster.model()[*other.endpoint()].host_network && !block->matches_pods;
  if (pod && cluster.profile().ipblock_matches_pods == model::Reading::No) {
    return "an ipBlock does not match pods: " + addresses;
  }
  return "the pod's address is not in, or not matched by, " + addresses;
}

}  // namespace polreach::solver::queries
