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

struct SiteToPodQuestion {
  const Site* source = nullptr;
  EndpointId destination{};
};

void add_destination_policies(Surroundings& around, Path& path, const SiteToPodQuestion& q) {
  add_policies(around, path, q.destination, Party{path.source}, Direction::Ingress,
               packet_header());
}

/// Whether a site outside of the cluster can send to pods that have a range of their own.
enum class Domain : std::uint8_t { Inside, Outside, Open };

/// Application Gateway for Containers: "Overlay routing domain is further extended to the AGC
/// subnet"; of Application Gateway the documentation says that it works, and not how
/// (A-AGIC-OVERLAY).
Domain domain_of_overlay(const model::Subnet& subnet) {
  for (const std::string& each : subnet.delegations) {
    if (each == "Microsoft.ServiceNetworking/trafficControllers") return Domain::Inside;
    if (each == "Microsoft.Network/applicationGateways") return Domain::Open;
  }
  return Domain::Outside;
}

/// Of kubenet: a subnet whose route table leads to the pods' range, which is how gateways reach it.
Domain domain_of_kubenet(const model::Cloud& cloud, const model::Subnet& subnet,
                         const model::ManagedCluster& cluster) {
  if (subnet.routes_open) return Domain::Open;
  if (!subnet.routes) return Domain::Outside;
  const model::RouteTable& table = cloud[*subnet.routes];
  if (table.missing) return Domain::Open;
  for (const model::Route& route : table.routes) {
    if (!route.prefix || route.hop != model::NextHop::Appliance) continue;
    for (const net::Prefix& pods : cluster.pod_ranges) {
      if (pods.contains(*route.prefix)) return Domain::Inside;
    }
  }
  return Domain::Outside;
}

Domain domain_of(const model::Cloud& cloud, const Site& site,
                 const model::ManagedCluster& cluster) {
  if (!site.subnet) return Domain::Outside;
  return cluster.mode == model::NetworkMode::Overlay
             ? domain_of_overlay(cloud[*site.subnet])
             : domain_of_kubenet(cloud, cloud[*site.subnet], cluster);
}

/// One way for what stands at the source and where the pod runs.
void add_way(Surroundings& around, const SiteToPodQuestion& q, const Stand& stand,
             const PodStand& pod, std::string label, Domain domain, bool is_node,
             Connection& connection) {
  Path path;
  path.label = std::move(label);
  const bool possible = set_ends(path, q.source->addresses, q.source->is_asked, pod.addresses,
                                 false, connection.notes);
  if (possible && domain == Domain::Open) {
    const auto unknown = around.unknowns().add(
        {model::Unknown::Scope::World, "A-AGIC-OVERLAY",
         "whether " + q.source->name + " is connected to the pods' own range is not known",
         "nothing in the input settles it", source::Span::none()});
    add_gate(path, "the pods' network", unknown, "the way to the pods' own range is not known");
  }
  if (possible && domain == Domain::Outside) {
    add_gate(path, "the pods' network", {},
             "pods with addresses of the cluster's own range cannot be addressed from outside of "
             "the cluster");
  } else if (possible) {
    // Where it is open: if there is a way, these act.
    add_guards(around, path, stand.guards, Direction::Egress, packet_header());
    add_pod_guards(around, path, pod, Direction::Ingress, packet_header());
    if (is_node) {
      add_policies_of_node(around, path, q.destination, path.source, Direction::Ingress,
                           packet_header());
    } else {
      add_destination_policies(around, path, q);
    }
  }
  connection.ways.push_back(std::move(path));
}

/// From the pod's own node: no group, and no policy either ("traffic to and from the node where a
/// Pod is running is always allowed", Kubernetes documentation, Network Policies).
void add_own_node(const SiteToPodQuestion& q, const PodStand& pod, const std::string& label,
                  Connection& connection) {
  const net::AddressSet node = q.source->addresses & pod.node_addresses;
  if (node.empty()) return;
  Path path;
  path.label = join_labels(label, "from its own node");
  (void)set_ends(path, node, q.source->is_asked, pod.addresses, false, connection.notes);
  connection.ways.push_back(std::move(path));
}

bool is_own_node(const Surroundings& around, const Stand& stand) {
  return stand.nodes && stand.nodes->cluster == *around.managed();
}

void add_ways(Surroundings& around, const SiteToPodQuestion& q, Domain domain,
              Connection& connection) {
  const std::vector<PodStand> pods = pod_stands(around, q.destination);
  const net::AddressSet all = around.pods()->pod_addresses(q.destination);
  const std::size_t count = pods.size() * q.source->stands.size();
  const Ends ends = {q.source->addresses, q.source->is_asked, all, false};
  if (leave_out_ways(around, connection, count, ends)) return;
  for (const Stand& stand : q.source->stands) {
    const bool own = is_own_node(around, stand);
    for (const PodStand& pod : pods) {
      const std::string label = join_labels(stand.label.empty() ? "" : "from: " + stand.label,
                                            pods.size() > 1 ? "to " + pod.pool : "");
      if (own) add_own_node(q, pod, label, connection);
      add_way(around, q, stand, pod, label, own ? Domain::Inside : domain, own, connection);
    }
  }
}

/// Towards pods with a range of their own, what decides is where the source is.
Routed routed_into_range(Surroundings& around, const SiteToPodQuestion& q, Domain domain,
                         const model::ManagedCluster& cluster) {
  const auto& stands = q.source->stands;
  const auto own = std::count_if(stands.begin(), stands.end(),
                                 [&](const Stand& stand) { return is_own_node(around, stand); });
  if (domain == Domain::Inside || own == static_cast<std::ptrdiff_t>(stands.size())) {
    return {Routed::Answer::Yes, q.source->name + " is in the routing domain of the pods",
            cluster.mode_where};
  }
  if (domain == Domain::Open || own > 0) {
    return {Routed::Answer::Unknown,
            "whether " + q.source->name + " is in the routing domain of the pods is not known",
            cluster.mode_where};
  }
  return {Routed::Answer::No, "pods of cluster " + cluster.name + " have no address outside of it",
          cluster.mode_where};
}

void add_known(Surroundings& around, const SiteToPodQuestion& q,
               const model::ManagedCluster& cluster, Connection& connection) {
  const bool host_network = around.pods()->model()[q.destination].host_network;
  if (!has_pod_range(cluster.mode) || host_network) {
    add_ways(around, q, Domain::Inside, connection);
    connection.routed =
        routed_to_pods(around, *q.source, pod_stands(around, q.destination), host_network);
    return;
  }
  const Domain domain = domain_of(around.cloud(), *q.source, cluster);
  if (domain == Domain::Outside && cluster.mode == model::NetworkMode::Overlay) {
    assume(connection, "A-AGIC-OVERLAY",
           "the source is no Application Gateway that AKS connects to the overlay");
  }
  add_ways(around, q, domain, connection);
  connection.routed = routed_into_range(around, q, domain, cluster);
}

}  // namespace

Connection site_to_pod(Surroundings& around, const Site& source, EndpointId destination) {
  const SiteToPodQuestion q = {&source, destination};
  Connection connection;
  connection.source = source.name;
  connection.destination = name_of(around.pods()->model(), destination);
  connection.notes = source.notes;
  const PodNetwork network = pod_network(around);
  assume_pods(around, connection, network);
  if (network.cluster != nullptr) {
    add_known(around, q, *network.cluster, connection);
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
