// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "cli/report/map_report.h"
#include "policies/source/ascii.h"

namespace polreach::cli {

namespace queries = solver::queries;

using model::EndpointId;
using model::Model;
using queries::MapFlow;
using queries::MapPeer;

namespace {

std::string pods_of(const Model& model, const MapPeer& peer) {
  constexpr std::size_t kMostPods = 3;
  std::string pods;
  std::size_t count = 0;
  bool of_template = false;
  for (EndpointId id : peer.endpoints) {
    if (!model[id].pod) {
      of_template = true;
    } else if (++count <= kMostPods) {
      pods += (pods.empty() ? "" : ", ") + std::string(model.text(*model[id].pod));
    }
  }
  if (count > kMostPods) pods += fmt::format(" and {} more", count - kMostPods);
  if (of_template) pods += pods.empty() ? "pods of its template" : " and pods of its template";
  return pods;
}

std::string prefixes(const net::AddressSet& addresses) {
  std::string text;
  for (const net::Prefix& prefix : net::prefixes_of(addresses)) {
    text += (text.empty() ? "" : ", ") + prefix.to_string();
  }
  return text;
}

}  // namespace

std::vector<std::string> names_of(const Model& model, const std::vector<MapPeer>& peers) {
  std::map<std::pair<model::NamespaceId, model::Symbol>, std::set<model::Symbol>> kinds;
  for (const MapPeer& peer : peers) {
    if (!peer.endpoints.empty()) kinds[{peer.ns, peer.name}].insert(peer.kind);
  }
  std::vector<std::string> names;
  for (const MapPeer& peer : peers) {
    if (peer.endpoints.empty()) {
      names.push_back(peer.is_controller ? "{ingress controller}" : prefixes(peer.addresses));
      continue;
    }
    const bool alone = kinds.at({peer.ns, peer.name}).size() == 1;
    std::string name(model.text(model[peer.ns].name));
    if (!alone) name += "/" + source::lower(model.text(peer.kind));
    name += "/" + std::string(model.text(peer.name));
    if (!peer.whole) name += " (" + pods_of(model, peer) + ")";
    names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> conditions_of(const MapFlow& flow) {
  std::vector<std::string> ids;
  for (const compiler::OpenPoint& point : flow.points) {
    ids.emplace_back(queries::id_of(point.assumption));
  }
  if (flow.gaps) ids.emplace_back(queries::kUnsupportedPolicy);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string text_of(const MapFlow& flow) {
  std::string text;
  if (!flow.allowed.empty()) text = net::to_string(flow.allowed);
  if (flow.conditional.empty()) return text;
  if (!text.empty()) text += "; ";
  text += net::to_string(flow.conditional) + " if";
  const std::vector<std::string> ids = conditions_of(flow);
  for (std::size_t i = 0; i < ids.size(); ++i) text += (i == 0 ? " " : ", ") + ids[i];
  return text;
}

std::vector<queries::NamedAssumption> open_assumptions(const MapReport& report) {
  std::set<compiler::OpenPoint> points;
  for (const MapFlow& flow : report.map.flows) {
    points.insert(flow.points.begin(), flow.points.end());
  }
  return queries::describe(report.cluster, points,
                           {report.map.gaps.begin(), report.map.gaps.end()});
}

std::vector<queries::NamedAssumption> standing_assumptions(const compiler::Cluster& cluster) {
  const model::ClusterProfile& profile = cluster.profile();
  std::vector<queries::NamedAssumption> result;
  const auto add = [&](std::string_view id, std::string text) {
    result.push_back({id, std::move(text), "", {}});
  };
  add("A-complete", "the input holds all policies and all pods");
  if (profile.engine == model::Engine::Unstated) {
    add("A-enforced", "the cluster's network plugin enforces the policies");
  } else {
    result.push_back(queries::enforcement(cluster));
  }
  if (profile.host_network_is_pod != model::Reading::Both) {
    const bool as_pod = profile.host_network_is_pod == model::Reading::Yes;
    add("A-host-network", std::string("policies treat pods with hostNetwork ") +
                              (as_pod ? "like other pods " : "as their nodes ") +
                              queries::settled_host_network_by(cluster));
  }
  if (profile.ipblock_matches_pods != model::Reading::Both) {
    const bool match = profile.ipblock_matches_pods == model::Reading::Yes;
    add("A-ipblock-pods", std::string("ipBlocks ") + (match ? "match" : "do not match") +
                              " the addresses of pods " + queries::settled_ipblocks_by(cluster));
  }
  if (!profile.unknown_namespace_labels) {
    add("A-namespace-labels",
        "namespaces that the input does not hold have no labels but their name (as asked)");
  }
  add("A-node-traffic", "what comes from a pod's own node always passes, and is not listed");
  add("A-source-address",
      "no load balancer, gateway or node rewrites the source address before the policies see it");
  return result;
}

}  // namespace polreach::cli
