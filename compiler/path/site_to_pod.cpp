// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/routed.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;

struct Question {
  const Site* source = nullptr;
  EndpointId destination{};
};

void add_destination_policies(Surroundings& around, Path& path, const Question& q) {
  add_policies(around, path, q.destination, Party{path.source}, Direction::Ingress,
               packet_header());
}

/// "Overlay routing domain is further extended to the AGC subnet" (Application Gateway for
/// Containers, container networking).
bool is_in_routing_domain(const model::Cloud& cloud, const Site& site, model::NetworkMode mode) {
  if (mode != model::NetworkMode::Overlay || !site.subnet) return false;
  const auto& delegations = cloud[*site.subnet].delegations;
  return std::any_of(delegations.begin(), delegations.end(), [](const std::string& each) {
    return each == "Microsoft.ServiceNetworking/trafficControllers";
  });
}

/// One way for what stands at the source and where the pod runs.
void add_way(Surroundings& around, const Question& q, const Stand& stand, const PodStand& pod,
             std::string label, bool is_addressable, Connection& connection) {
  Path path;
  path.label = std::move(label);
  const bool possible = set_ends(path, q.source->addresses, q.source->is_asked, pod.addresses,
                                 false, connection.notes);
  if (possible && !is_addressable) {
    add_gate(path, "the pods' network", {},
             "pods with addresses of the cluster's own range cannot be addressed from outside of "
             "the cluster");
  } else if (possible) {
    add_guards(around, path, stand.guards, Direction::Egress, packet_header());
    add_pod_guards(around, path, pod, Direction::Ingress, packet_header());
    add_destination_policies(around, path, q);
  }
  connection.ways.push_back(std::move(path));
}

/// From the pod's own node: no group, and policies that let a node reach its pods.
void add_own_node(Surroundings& around, const Question& q, const PodStand& pod, std::string label,
                  Connection& connection) {
  Path path;
  path.label = join_labels(std::move(label), "from its own node");
  if (set_ends(path, q.source->addresses, q.source->is_asked, pod.addresses, false,
               connection.notes)) {
    add_destination_policies(around, path, q);
  }
  connection.ways.push_back(std::move(path));
}

void add_ways(Surroundings& around, const Question& q, const model::ManagedCluster& cluster,
              Connection& connection) {
  const bool has_address = !has_pod_range(cluster.mode) ||
                           around.pods()->model()[q.destination].host_network ||
                           is_in_routing_domain(around.cloud(), *q.source, cluster.mode);
  const std::vector<PodStand> pods = pod_stands(around, q.destination);
  for (const Stand& stand : q.source->stands) {
    const bool own = stand.nodes && stand.nodes->cluster == *around.managed();
    for (const PodStand& pod : pods) {
      const std::string label = join_labels(stand.label.empty() ? "" : "from: " + stand.label,
                                            pods.size() > 1 ? "to " + pod.pool : "");
      if (own) add_own_node(around, q, pod, label, connection);
      add_way(around, q, stand, pod, label, has_address || own, connection);
    }
  }
}

}  // namespace

Connection site_to_pod(Surroundings& around, const Site& source, EndpointId destination) {
  const Question q = {&source, destination};
  Connection connection;
  connection.source = source.name;
  connection.destination = name_of(around.pods()->model(), destination);
  connection.notes = source.notes;
  const PodNetwork network = pod_network(around);
  assume_pods(around, connection, network);
  if (network.cluster != nullptr) {
    add_ways(around, q, *network.cluster, connection);
    connection.routed = routed_to_pods(around, source, pod_stands(around, destination),
                                       around.pods()->model()[destination].host_network);
    return connection;
  }
  Path path;
  (void)set_ends(path, source.addresses, source.is_asked, around.pods()->pod_addresses(destination),
                 false, connection.notes);
  leave_open(path, network);
  if (!network.nothing_known) add_destination_policies(around, path, q);
  connection.ways.push_back(std::move(path));
  connection.routed = {Routed::Answer::Unknown, network.why, source::Span::none()};
  return connection;
}

}  // namespace polreach::compiler
