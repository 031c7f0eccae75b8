// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/peer_index.h"

#include <algorithm>

namespace polreach::compiler {

using model::Model;

PeerIndex::PeerIndex(const Cluster& cluster, const Classes& classes)
    : cluster_(cluster), classes_(classes), by_namespace_(cluster.model().namespaces.size()) {
  const Model& model = cluster.model();
  for (std::uint32_t id = 0; id < classes.size(); ++id) {
    const model::EndpointId member = classes.members(id).front();
    by_namespace_[static_cast<std::size_t>(model.namespace_of(member))].push_back(id);
    const model::LabelSet& labels = model.label_sets[model[member].labels];
    for (const model::Label& label : labels.known) by_label_[label].push_back(id);
    for (model::Symbol key : labels.unknown) by_unknown_key_[key].push_back(id);
    if (labels.open) open_.push_back(id);
  }
}

void PeerIndex::write(const model::Selector& selector, Written& out) {
  for (const model::Requirement& requirement : selector.all_of) {
    out.push_back(static_cast<std::uint32_t>(requirement.key));
    out.push_back(static_cast<std::uint32_t>(requirement.op));
    out.push_back(static_cast<std::uint32_t>(requirement.values.size()));
    for (model::Symbol value : requirement.values) out.push_back(static_cast<std::uint32_t>(value));
  }
}

const std::vector<PeerIndex::Match>& PeerIndex::matches(const model::PodPeer& peer,
                                                        const model::Policy& policy) {
  Written written;
  if (peer.namespaces) {
    written = {0, static_cast<std::uint32_t>(peer.namespaces->all_of.size())};
    write(*peer.namespaces, written);
  } else {
    written = {1, static_cast<std::uint32_t>(policy.ns)};
  }
  write(peer.pods, written);
  const auto known = found_.find(written);
  if (known != found_.end()) return known->second;
  return found_.emplace(std::move(written), find(peer, policy)).first->second;
}

const std::vector<std::pair<model::NamespaceId, Tri>>& PeerIndex::namespaces(
    const model::Selector& selector) {
  Written written;
  write(selector, written);
  const auto known = namespaces_.find(written);
  if (known != namespaces_.end()) return known->second;
  const Model& model = cluster_.model();
  std::vector<std::pair<model::NamespaceId, Tri>> selected;
  for (std::size_t i = 0; i < model.namespaces.size(); ++i) {
    const auto ns = static_cast<model::NamespaceId>(i);
    const LabelView labels{&model.label_sets[model[ns].labels], LabelOwner::Namespace, ns, nullptr,
                           cluster_.profile().unknown_namespace_labels};
    const Tri match = compiler::matches(selector, labels);
    if (match != Tri::No) selected.emplace_back(ns, match);
  }
  return namespaces_.emplace(std::move(written), std::move(selected)).first->second;
}

Tri PeerIndex::selects(const model::Selector& selector, std::uint32_t id) const {
  const Model& model = cluster_.model();
  const model::Endpoint& endpoint = model[classes_.members(id).front()];
  const LabelView labels{
      &model.label_sets[endpoint.labels], LabelOwner::SourcePod, {}, nullptr, true};
  return compiler::matches(selector, labels);
}

std::vector<std::uint32_t> PeerIndex::holders(const model::Requirement& requirement) const {
  std::vector<std::uint32_t> result = open_;
  const auto unknown = by_unknown_key_.find(requirement.key);
  if (unknown != by_unknown_key_.end()) {
    result.insert(result.end(), unknown->second.begin(), unknown->second.end());
  }
  for (model::Symbol value : requirement.values) {
    const auto found = by_label_.find({requirement.key, value});
    if (found == by_label_.end()) continue;
    result.insert(result.end(), found->second.begin(), found->second.end());
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// The requirement that asks for a label with the fewest holders, if one asks for a label.
const model::Requirement* PeerIndex::most_telling(const model::Selector& selector) const {
  const model::Requirement* best = nullptr;
  std::size_t fewest = 0;
  for (const model::Requirement& requirement : selector.all_of) {
    if (requirement.op != model::Operator::In) continue;
    std::size_t count = 0;
    for (model::Symbol value : requirement.values) {
      const auto found = by_label_.find({requirement.key, value});
      if (found != by_label_.end()) count += found->second.size();
    }
    if (best != nullptr && count >= fewest) continue;
    best = &requirement;
    fewest = count;
  }
  return best;
}

std::vector<PeerIndex::Match> PeerIndex::find(const model::PodPeer& peer,
                                              const model::Policy& policy) {
  std::vector<std::pair<model::NamespaceId, Tri>> spaces{{policy.ns, Tri::Yes}};
  if (peer.namespaces) spaces = namespaces(*peer.namespaces);
  std::vector<Match> result;
  const auto add = [&](std::uint32_t id, Tri space) {
    const Tri match = both(space, selects(peer.pods, id));
    if (match != Tri::No) result.push_back({id, match});
  };
  const model::Requirement* telling = spaces.size() > 1 ? most_telling(peer.pods) : nullptr;
  if (telling == nullptr) {
    for (const auto& [ns, match] : spaces) {
      for (std::uint32_t id : by_namespace_[static_cast<std::size_t>(ns)]) add(id, match);
    }
    std::sort(result.begin(), result.end(),
              [](const Match& a, const Match& b) { return a.id < b.id; });
    return result;
  }
  std::vector<Tri> of_namespace(cluster_.model().namespaces.size(), Tri::No);
  for (const auto& [ns, match] : spaces) of_namespace[static_cast<std::size_t>(ns)] = match;
  for (std::uint32_t id : holders(*telling)) {
    const model::NamespaceId ns = cluster_.model().namespace_of(classes_.members(id).front());
    const Tri space = of_namespace[static_cast<std::size_t>(ns)];
    if (space != Tri::No) add(id, space);
  }
  return result;
}

}  // namespace polreach::compiler
