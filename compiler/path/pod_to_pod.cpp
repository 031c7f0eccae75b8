// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/pod_paths_common.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::Endpoint;
using model::EndpointId;

/// Both ends, and what is known of their nodes.
struct Pair {
  EndpointId source{};
  EndpointId destination{};
  const Endpoint* from = nullptr;
  const Endpoint* to = nullptr;

  [[nodiscard]] bool may_share_node() const {
    return !from->node || !to->node || *from->node == *to->node;
  }
  [[nodiscard]] bool may_be_apart() const {
    return !from->node || !to->node || *from->node != *to->node;
  }
};

void add_source_policies(Surroundings& around, Path& path, const Pair& pair) {
  add_policies(around, path, pair.source, Party{pair.destination}, Direction::Egress,
               packet_header());
}

void add_destination_policies(Surroundings& around, Path& path, const Pair& pair) {
  add_policies(around, path, pair.destination, Party{pair.source}, Direction::Ingress,
               packet_header());
}

/// Two pods on one node: the packet never leaves it.
Path on_one_node(Surroundings& around, const Pair& pair, const net::AddressSet& from,
                 const net::AddressSet& to, std::vector<std::string>& notes) {
  Path path;
  path.label = pair.may_be_apart() ? "on one node" : "";
  if (!set_ends(path, from, false, to, false, notes)) return path;
  add_source_policies(around, path, pair);
  add_destination_policies(around, path, pair);
  return path;
}

/// Towards a pod with hostNetwork the destination is a node, outside of the pods' range: "traffic
/// from a pod to any destination outside the pod CIDR block uses SNAT".
Header header_between(const Pair& pair, const model::ManagedCluster& cluster, const PodStand& from,
                      const Path& path) {
  const bool translates =
      has_pod_range(cluster.mode) && !pair.from->host_network && pair.to->host_network;
  return translates ? translated(from.node_addresses, path.destination) : packet_header();
}

Path between_nodes(Surroundings& around, const Pair& pair, const model::ManagedCluster& cluster,
                   const PodStand& from, const PodStand& to, std::vector<std::string>& notes) {
  Path path;
  if (!set_ends(path, from.addresses, false, to.addresses, false, notes)) return path;
  const Header header = header_between(pair, cluster, from, path);
  add_source_policies(around, path, pair);
  add_pod_guards(around, path, from, Direction::Egress, header);
  add_pod_guards(around, path, to, Direction::Ingress, header);
  add_destination_policies(around, path, pair);
  return path;
}

void add_known_ways(Surroundings& around, const Pair& pair, const model::ManagedCluster& cluster,
                    Connection& connection) {
  const std::vector<PodStand> sources = pod_stands(around, pair.source);
  const std::vector<PodStand> destinations = pod_stands(around, pair.destination);
  const net::AddressSet from_all = around.pods()->pod_addresses(pair.source);
  const net::AddressSet to_all = around.pods()->pod_addresses(pair.destination);
  const std::size_t count = sources.size() * destinations.size();
  if (leave_out_ways(around, connection, count, {from_all, false, to_all, false})) return;
  const bool several = sources.size() > 1 || destinations.size() > 1;
  std::vector<std::pair<net::AddressSet, net::AddressSet>> seen;
  for (const PodStand& from : sources) {
    for (const PodStand& to : destinations) {
      const bool one_pool = from.nodes.pool == to.nodes.pool;
      const std::pair<net::AddressSet, net::AddressSet> ends{from.addresses, to.addresses};
      // Pods of an overlay have the same addresses whatever their pool: one way says it all.
      const bool is_new = std::find(seen.begin(), seen.end(), ends) == seen.end();
      if (one_pool && is_new && pair.may_share_node()) {
        seen.push_back(ends);
        connection.ways.push_back(
            on_one_node(around, pair, from.addresses, to.addresses, connection.notes));
        assume(connection, "A-SAME-NODE-NO-NSG", "no security group acts between pods of a node");
      }
      if (!pair.may_be_apart()) continue;
      Path path = between_nodes(around, pair, cluster, from, to, connection.notes);
      path.label = pair.may_share_node() || several ? "on another node" : "";
      if (several) path.label += ", from " + from.pool + " to " + to.pool;
      connection.ways.push_back(std::move(path));
    }
  }
  // Known nodes of unlike pools, whose names do not say which: some way there must be.
  if (connection.ways.empty()) {
    connection.ways.push_back(on_one_node(around, pair, sources.front().addresses,
                                          destinations.front().addresses, connection.notes));
  }
}

}  // namespace

Connection pod_to_pod(Surroundings& around, EndpointId source, EndpointId destination) {
  const Cluster& pods = *around.pods();
  const Pair pair = {source, destination, &pods.model()[source], &pods.model()[destination]};
  Connection connection;
  connection.source = name_of(pods.model(), source);
  connection.destination = name_of(pods.model(), destination);
  const PodNetwork network = pod_network(around);
  assume_pods(around, connection, network);
  connection.routed = {Routed::Answer::Yes, "pods of a cluster reach each other",
                       source::Span::none()};
  const net::AddressSet from = pods.pod_addresses(source);
  const net::AddressSet to = pods.pod_addresses(destination);
  if (pods.is_one_pod(source, destination)) {
    Path path;  // a pod cannot block access to itself
    (void)set_ends(path, from, false, to, false, connection.notes);
    connection.ways.push_back(std::move(path));
    return connection;
  }
  if (network.cluster != nullptr) {
    add_known_ways(around, pair, *network.cluster, connection);
    return connection;
  }
  connection.routed.answer = Routed::Answer::Unknown;
  connection.routed.reason = network.why;
  if (network.nothing_known) {
    Path path;
    if (set_ends(path, from, false, to, false, connection.notes)) leave_open(path, network);
    connection.ways.push_back(std::move(path));
    return connection;
  }
  if (pair.may_share_node()) {
    connection.ways.push_back(on_one_node(around, pair, from, to, connection.notes));
    assume(connection, "A-SAME-NODE-NO-NSG", "no security group acts between pods of a node");
  }
  if (pair.may_be_apart()) {
    Path path;
    path.label = pair.may_share_node() ? "on another node" : "";
    if (set_ends(path, from, false, to, false, connection.notes)) {
      add_source_policies(around, path, pair);
      leave_open(path, network);
      add_destination_policies(around, path, pair);
    }
    connection.ways.push_back(std::move(path));
  }
  return connection;
}

}  // namespace polreach::compiler
