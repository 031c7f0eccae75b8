// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "cli/report/map_report.h"
#include "cli/report/network_report.h"

namespace polreach::cli {

using solver::queries::MapConnection;
using solver::queries::MapFlow;
using solver::queries::MapPeer;

Graph graph_of(const MapReport& report) {
  const model::Model& model = report.input.model;
  const std::vector<std::string> names = names_of(model, report.map.peers);
  std::set<std::uint32_t> used;
  for (const MapConnection& each : report.map.connections) {
    used.insert(each.source);
    used.insert(each.destination);
  }
  Graph graph;
  for (std::uint32_t i : used) {
    const MapPeer& peer = report.map.peers[i];
    GraphNode node{std::to_string(i), names[i], "", NodeShape::Addresses, Change::Same};
    if (peer.is_controller) node.shape = NodeShape::Entrance;
    if (!peer.endpoints.empty()) {
      node.shape = NodeShape::Workload;
      node.group = model.text(model[peer.ns].name);
      // The box says the namespace.
      node.label = names[i].substr(node.group.size() + 1);
    }
    graph.nodes.push_back(std::move(node));
  }
  for (const MapConnection& each : report.map.connections) {
    const MapFlow& flow = report.map.flows[each.flow];
    graph.edges.push_back({std::to_string(each.source), std::to_string(each.destination),
                           text_of(flow), Change::Same, flow.allowed.empty()});
  }
  if (report.network != nullptr) add_network(graph, *report.network);
  return graph;
}

}  // namespace polreach::cli
