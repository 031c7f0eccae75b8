// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/cluster.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/resolve/match.h"
#include "policies/net/address_list.h"

namespace polreach::compiler {
namespace {

/// Whether two selectors are written with the same requirements.
bool same(const model::Selector& a, const model::Selector& b) {
  return std::equal(a.all_of.begin(), a.all_of.end(), b.all_of.begin(), b.all_of.end(),
                    [](const model::Requirement& x, const model::Requirement& y) {
                      return x.key == y.key && x.op == y.op && x.values == y.values;
                    });
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
    const auto id = static_cast<model::PolicyId>(i);
    if (policy.tier == model::Tier::Network) {
      by_namespace_[static_cast<std::size_t>(policy.ns)].push_back(id);
    } else {
      cluster_wide_.push_back(id);
    }
  }
  index_node_selectors();
  std::map<std::tuple<model::NamespaceId, model::LabelSetId, bool>, std::uint32_t> known;
  for (std::size_t i = 0; i < model.endpoints.size(); ++i) {
    const model::NamespaceId ns = model.namespace_of(static_cast<model::EndpointId>(i));
    const model::LabelSetId labels = model.endpoints[i].labels;
    const auto next = static_cast<std::uint32_t>(selected_.size());
    const bool host_network = model.endpoints[i].host_network;
    const auto [entry, added] = known.emplace(std::tuple{ns, labels, host_network}, next);
    selected_of_.push_back(entry->second);
    if (added) selected_.push_back(select(ns, labels, host_network));
  }
}

Cluster::Selected Cluster::select(model::NamespaceId ns, model::LabelSetId labels,
                                  bool host_network) const {
  const LabelView pod{&model_->label_sets[labels], LabelOwner::SourcePod, {}, nullptr, true};
  const LabelView space{&model_->label_sets[(*model_)[ns].labels], LabelOwner::Namespace, ns,
                        nullptr, profile_.unknown_namespace_labels};
  std::vector<model::PolicyId> ids;
  for (model::PolicyId id : policies_in(ns)) {
    if (matches((*model_)[id].subject, pod) != Tri::No) ids.push_back(id);
  }
  // Network policy API: pods with hostNetwork are not selected.
  for (std::size_t i = 0; i < cluster_wide_.size() && !host_network; ++i) {
    const model::Policy& policy = (*model_)[cluster_wide_[i]];
    if (both(matches(policy.subject, pod), matches(policy.namespaces, space)) != Tri::No) {
      ids.push_back(cluster_wide_[i]);
    }
  }
  std::sort(ids.begin(), ids.end());
  Selected result;
  for (model::PolicyId id : ids) {
    for (model::Direction direction : {model::Direction::Ingress, model::Direction::Egress}) {
      if ((*model_)[id].rules(direction)) {
        result[static_cast<std::size_t>(direction)].push_back(id);
      }
    }
  }
  return result;
}

void Cluster::index_node_selectors() {
  const auto add = [&](const model::NodePeer& peer) {
    const bool known =
        std::any_of(node_selectors_.begin(), node_selectors_.end(),
                    [&](const NodeSelector& each) { return same(*each.selector, peer.nodes); });
    if (known) return;
    NodeSelector entry{&peer.nodes, {}, model_->nodes.empty()};
    std::vector<net::AddressSet::Interval> intervals;
    for (const model::Node& node : model_->nodes) {
      const LabelView labels{&model_->label_sets[node.labels], {}, {}, nullptr, true};
      if (matches(peer.nodes, labels) == Tri::No) continue;
      entry.open = entry.open || node.addresses.empty();
      for (const net::Address& address : node.addresses) intervals.push_back({address, address});
    }
    entry.addresses = net::AddressSet::of(std::move(intervals));
    node_selectors_.push_back(std::move(entry));
  };
  for (model::PolicyId id : cluster_wide_) {
    for (const auto* rules : {&(*model_)[id].ingress, &(*model_)[id].egress}) {
      if (!*rules) continue;
      for (const model::Rule& rule : **rules) {
        for (const model::Peer& peer : rule.peers) {
          if (const auto* nodes = std::get_if<model::NodePeer>(&peer.what)) add(*nodes);
        }
      }
    }
  }
}

std::size_t Cluster::index_of(const model::NodePeer& peer) const {
  std::size_t index = 0;
  while (!same(*node_selectors_[index].selector, peer.nodes)) ++index;
  return index;
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
  return endpoint.addresses.empty() ? any_of(profile_) : net::set_of(endpoint.addresses);
}

net::AddressSet Cluster::node_addresses(model::EndpointId id) const {
  const model::Endpoint& endpoint = (*model_)[id];
  // The pod's own address is its node's where it uses the node's network.
  return endpoint.node_addresses.empty() ? pod_addresses(id) : net::set_of(endpoint.node_addresses);
}

}  // namespace polreach::compiler
