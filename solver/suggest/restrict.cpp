// SPDX-License-Identifier: Apache-2.0
#include "solver/suggest/restrict.h"

#include <algorithm>

#include "compiler/resolve/view.h"

namespace polreach::solver::suggest {

using compiler::Tri;
using model::BlockPeer;
using model::EndpointId;
using model::Peer;
using model::PodPeer;
using model::PortMatch;
using model::Rule;
using net::AddressSet;
using net::Traffic;

namespace {

PodPeer every_pod() {
  PodPeer peer;
  peer.namespaces.emplace();
  return peer;
}

Traffic numbers(const PortMatch& match) {
  Traffic result;
  if (std::holds_alternative<model::AllPorts>(match.ports)) {
    result[match.protocol] = net::all_ports();
  } else if (const auto* range = std::get_if<model::PortRange>(&match.ports)) {
    result[match.protocol] = net::PortSet(range->first, range->last);
  }
  return result;
}

void add(std::vector<PortMatch>& to, const std::vector<PortMatch>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// Entries even where it is all traffic: without entries a rule is about other protocols, too.
std::vector<PortMatch> entries_of(const Traffic& traffic) {
  std::vector<PortMatch> result;
  for (const net::Protocol protocol : net::kProtocols) {
    const net::PortSet& ports = traffic[protocol];
    if (ports == net::all_ports()) {
      result.push_back({protocol, model::AllPorts{}, {}});
      continue;
    }
    for (const auto& interval : ports.intervals()) {
      result.push_back({protocol, model::PortRange{interval.first, interval.last}, {}});
    }
  }
  return result;
}

}  // namespace

Rule everything() { return {}; }

std::vector<PortMatch> ports_of(const Traffic& traffic) {
  return traffic == Traffic::all() ? std::vector<PortMatch>{} : entries_of(traffic);
}

std::vector<Peer> blocks_of(const AddressSet& addresses) {
  std::vector<Peer> result;
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const AddressSet all = net::all_addresses(family);
    const AddressSet part = addresses & all;
    if (part.empty()) continue;
    const std::vector<net::Prefix> prefixes = net::prefixes_of(part);
    const std::vector<net::Prefix> holes = net::prefixes_of(all - part);
    if (holes.size() < prefixes.size()) {
      const net::Prefix everything = net::Prefix::around(net::lowest(family), 0);
      result.push_back({BlockPeer{everything, holes}, {}});
      continue;
    }
    for (const net::Prefix& prefix : prefixes) result.push_back({BlockPeer{prefix, {}}, {}});
  }
  return result;
}

/// The traffic of an entry towards any destination in question.
Traffic Restriction::most(const PortMatch& match) const {
  Traffic result = numbers(match);
  const auto* name = std::get_if<model::PortName>(&match.ports);
  if (name == nullptr) return result;
  Rule rule;
  rule.ports.push_back(match);
  const auto add_pods = [&](const Pods& pods) {
    for (const EndpointId pod : pods) result |= compiler::traffic_of(rule, &model_[pod]);
  };
  if (excluded_.direction == model::Direction::Ingress) {
    add_pods(excluded_.selves);
  } else if (excluded_.anyone) {
    result[match.protocol] = net::all_ports();
  } else {
    add_pods(excluded_.peers);
  }
  return result;
}

Traffic Restriction::most(const Rule& rule) const {
  if (rule.ports.empty()) return Traffic::all();
  Traffic result;
  for (const PortMatch& match : rule.ports) result |= most(match);
  return result;
}

/// Whether an ipBlock can match a pod by an address that it may have. Addresses of pods change
/// whenever they are made anew, but an address that is known is no other.
bool Restriction::may_match(const BlockPeer& block, EndpointId pod) const {
  const model::ClusterProfile& profile = cluster_.profile();
  const AddressSet addresses = compiler::addresses_of(block);
  const bool as_pod = block.matches_pods || profile.ipblock_matches_pods != model::Reading::No;
  if (as_pod && !(addresses & cluster_.pod_addresses(pod)).empty()) return true;
  const bool as_node = model_[pod].host_network && profile.blocks_match_nodes &&
                       profile.host_network_is_pod != model::Reading::Yes;
  return as_node && !(addresses & cluster_.node_addresses(pod)).empty();
}

bool Restriction::touches(const Peer& peer) const {
  if (excluded_.anyone) return true;
  const auto& pods = excluded_.peers;
  if (const auto* block = std::get_if<BlockPeer>(&peer.what)) {
    return !(compiler::addresses_of(*block) & excluded_.addresses).empty() ||
           std::any_of(pods.begin(), pods.end(),
                       [&](EndpointId pod) { return may_match(*block, pod); });
  }
  const auto* by_labels = std::get_if<PodPeer>(&peer.what);
  return by_labels != nullptr && std::any_of(pods.begin(), pods.end(), [&](EndpointId pod) {
           return matches(cluster_, *by_labels, ns_, pod) != Tri::No;
         });
}

bool Restriction::touches(const Rule& rule) const {
  if ((most(rule) & excluded_.traffic).empty()) return false;
  return rule.peers.empty() || std::any_of(rule.peers.begin(), rule.peers.end(),
                                           [&](const Peer& peer) { return touches(peer); });
}

void Restriction::split_ports(const Rule& rule, std::vector<PortMatch>& beyond,
                              std::vector<PortMatch>& within) const {
  if (rule.ports.empty()) {
    beyond = entries_of(Traffic::all() - excluded_.traffic);
    if (!beyond.empty()) within = entries_of(excluded_.traffic);
    return;
  }
  for (const PortMatch& match : rule.ports) {
    const Traffic all = most(match);
    if ((all & excluded_.traffic).empty()) {
      beyond.push_back(match);
    } else if (std::holds_alternative<model::PortName>(match.ports) ||
               excluded_.traffic.contains(all)) {
      within.push_back(match);
    } else {
      add(beyond, entries_of(all - excluded_.traffic));
      add(within, entries_of(all & excluded_.traffic));
    }
  }
}

std::vector<Rule> Restriction::rest_of(const Rule& rule) {
  if (!touches(rule)) return {rule};
  Rule beyond = rule;
  Rule within = rule;
  beyond.ports.clear();
  within.ports.clear();
  split_ports(rule, beyond.ports, within.ports);
  std::vector<Rule> result;
  if (!beyond.ports.empty()) result.push_back(std::move(beyond));
  within.peers = other_peers(rule);
  if (!within.peers.empty()) result.push_back(std::move(within));
  return result;
}

std::vector<Peer> Restriction::other_peers(const Rule& rule) {
  std::vector<Peer> result;
  if (excluded_.anyone) return result;
  std::vector<Peer> peers = rule.peers;
  if (peers.empty()) {
    peers.push_back({every_pod(), {}});
    for (const net::Family family : {net::Family::V4, net::Family::V6}) {
      peers.push_back({BlockPeer{net::Prefix::around(net::lowest(family), 0), {}}, {}});
    }
  }
  for (const Peer& peer : peers) {
    if (!touches(peer)) {
      result.push_back(peer);
    } else if (const auto* block = std::get_if<BlockPeer>(&peer.what)) {
      add_rest(*block, result);
    } else if (const auto* pods = std::get_if<PodPeer>(&peer.what)) {
      add_rest(*pods, result);
    }
  }
  return result;
}

void Restriction::add_rest(const BlockPeer& block, std::vector<Peer>& result) {
  const auto& pods = excluded_.peers;
  if (std::any_of(pods.begin(), pods.end(),
                  [&](EndpointId pod) { return may_match(block, pod); })) {
    losses_.push_back(
        "ipBlock " + block.cidr.to_string() +
        " could match the addresses of these pods, and is left out" +
        (cluster_.profile().ipblock_matches_pods == model::Reading::Both
             ? "; it can stay where ipBlocks match no pods (--ipblock-matches-pods no)"
             : ""));
    return;
  }
  const AddressSet rest = compiler::addresses_of(block) - excluded_.addresses;
  if (rest.empty()) return;
  // The same block with more exceptions, or what is left of it.
  const std::vector<net::Prefix> holes = net::prefixes_of(net::addresses_of(block.cidr) - rest);
  const std::vector<net::Prefix> prefixes = net::prefixes_of(rest);
  if (holes.size() < prefixes.size()) {
    result.push_back({BlockPeer{block.cidr, holes, block.matches_pods}, {}});
    return;
  }
  for (const net::Prefix& each : prefixes) {
    result.push_back({BlockPeer{each, {}, block.matches_pods}, {}});
  }
}

void Restriction::add_rest(const PodPeer& peer, std::vector<Peer>& result) {
  Pods gone;
  Pods rest;
  for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
    const auto pod = static_cast<EndpointId>(i);
    if (matches(cluster_, peer, ns_, pod) == Tri::No) continue;
    const bool excluded = std::binary_search(excluded_.peers.begin(), excluded_.peers.end(), pod);
    (excluded ? gone : rest).push_back(pod);
  }
  if (rest.empty() && !peer.pods.all_of.empty()) return;
  const std::vector<PodsOf> parts = by_namespace(model_, gone);
  std::vector<model::NamespaceId> names;
  for (const PodsOf& part : parts) names.push_back(part.ns);
  // Every other namespace as before.
  const auto elsewhere =
      peer.namespaces ? narrowed(*peer.namespaces, negated(named(model_, names))) : std::nullopt;
  if (elsewhere) {
    const bool any = std::any_of(rest.begin(), rest.end(), [&](EndpointId pod) {
      return std::find(names.begin(), names.end(), model_.namespace_of(pod)) == names.end();
    });
    if (any || peer.namespaces->all_of.empty())
      result.push_back({PodPeer{*elsewhere, peer.pods}, {}});
  }
  for (const PodsOf& part : parts) {
    Pods stay;
    for (const EndpointId pod : rest) {
      if (model_.namespace_of(pod) == part.ns) stay.push_back(pod);
    }
    add_others(peer, part, stay, result);
  }
}

/// The peer in one namespace, without the pods in question there.
void Restriction::add_others(const PodPeer& peer, const PodsOf& gone, const Pods& rest,
                             std::vector<Peer>& result) {
  if (rest.empty()) return;
  std::optional<model::Selector> there;
  if (peer.namespaces) {
    there.emplace();
    there->all_of.push_back(named(model_, {gone.ns}));
  }
  if (const auto key = telling_key(model_, gone.pods, rest)) {
    if (auto pods = narrowed(peer.pods, negated(*key))) {
      result.push_back({PodPeer{there, std::move(*pods)}, {}});
    }
    return;
  }
  // No single label tells them: those that stay are named instead.
  Telling stay = telling(model_, rest, gone.pods);
  if (!stay.exact) {
    losses_.push_back("in namespace " + std::string(model_.text(model_[gone.ns].name)) +
                      " labels do not tell these pods from others");
    return;
  }
  for (model::Selector& each : stay.selectors) {
    model::Selector pods = peer.pods;
    pods.where = {};
    pods.all_of.insert(pods.all_of.end(), each.all_of.begin(), each.all_of.end());
    result.push_back({PodPeer{there, std::move(pods)}, {}});
  }
}

}  // namespace polreach::solver::suggest
