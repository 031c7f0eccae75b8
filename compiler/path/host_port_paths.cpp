// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/host_port_paths.h"

#include <algorithm>
#include <utility>

#include "compiler/path/forwarding.h"
#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/routed.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;
using net::AddressSet;

// The variables of addresses that nobody knows.
constexpr std::uint32_t kSourceNode = 1;  // as pod_paths_common has it
constexpr std::uint32_t kOpeningNode = 2;
constexpr std::uint32_t kServingPod = 3;

struct HostPortQuestion {
  EndpointId pod{};
  const model::HostPort* port = nullptr;
  HostPortView view = HostPortView::OfPod;
};

std::string port_text(const model::HostPort& port) {
  return std::string(net::to_string(port.protocol)) + " port " + std::to_string(port.on_node);
}

/// What leads from the node's port to the pod's.
void add_mapping(Surroundings& around, Path& path, const HostPortQuestion& q) {
  const std::string pod = name_of(around.pods()->model(), q.pod);
  const std::string ports =
      std::to_string(q.port->on_node) + " to " + std::to_string(q.port->in_container);
  add_forwarding(around, path,
                 {"host port of " + pod, "host port " + ports + " of " + pod, q.port->protocol,
                  port_of(*q.port, q.view), source::Span::none()});
}

/// The header before the translation, and behind it. False where node and pod share no family with
/// the packets: then there is a gate.
struct Headers {
  Header at_node;
  Header at_pod;
};
bool set_headers(Path& path, const HostPortQuestion& q, const AddressSet& nodes,
                 const AddressSet& pods, Headers& headers) {
  if (q.view == HostPortView::OfPod) {
    headers.at_node.destination = chosen(kOpeningNode, of_common_family(nodes, path.destination));
    headers.at_node.destination_port = q.port->on_node;
    if (!headers.at_node.destination.among.empty()) return true;
  } else {
    headers.at_pod.destination = chosen(kServingPod, of_common_family(pods, path.destination));
    headers.at_pod.destination_port = q.port->in_container;
    if (!headers.at_pod.destination.among.empty()) return true;
  }
  add_gate(path, "the node", {}, "node and pod have no family of addresses in common");
  return false;
}

/// The ends of the packets, and the headers.
bool start(Path& path, const HostPortQuestion& q, const AddressSet& from, bool from_is_asked,
           const PodStand& pod, Headers& headers, std::vector<std::string>& notes) {
  const AddressSet& to = q.view == HostPortView::OfPod ? pod.addresses : pod.node_addresses;
  if (!set_ends(path, from, from_is_asked, to, false, notes)) return false;
  return set_headers(path, q, pod.node_addresses, pod.addresses, headers);
}

/// Where the pod can run: on nodes that were asked about, if any were.
std::vector<PodStand> stands_of(Surroundings& around, EndpointId pod,
                                const std::optional<Nodes>& nodes) {
  std::vector<PodStand> stands = pod_stands(around, pod);
  if (!nodes) return stands;
  std::erase_if(stands, [&](const PodStand& stand) {
    return !same_subnets(around.cloud(), stand.nodes, *nodes);
  });
  return stands;
}

bool is_node_of_cluster(const Stand& stand, const PodStand& pod) {
  return stand.nodes && stand.nodes->cluster == pod.nodes.cluster;
}

void add_site_way(Surroundings& around, const HostPortQuestion& q, const Site& source,
                  const Stand& stand, const PodStand& pod, std::string label,
                  Connection& connection) {
  Path path;
  path.label = std::move(label);
  Headers headers;
  if (start(path, q, source.addresses, source.is_asked, pod, headers, connection.notes)) {
    add_guards(around, path, stand.guards, Direction::Egress, headers.at_node);
    add_guards(around, path, node_guards(around, pod.nodes), Direction::Ingress, headers.at_node);
    add_mapping(around, path, q);
    if (is_node_of_cluster(stand, pod)) {
      add_policies_of_node(around, path, q.pod, path.source, Direction::Ingress, headers.at_pod);
    } else {
      add_policies(around, path, q.pod, Party{path.source}, Direction::Ingress, headers.at_pod);
    }
  }
  connection.ways.push_back(std::move(path));
}

/// From the pod's own node: no group, and no policy.
void add_own_node(Surroundings& around, const HostPortQuestion& q, const Site& source,
                  const PodStand& pod, const std::string& label, Connection& connection) {
  const AddressSet node = source.addresses & pod.node_addresses;
  if (node.empty()) return;
  Path path;
  path.label = join_labels(label, "from its own node");
  Headers headers;
  if (start(path, q, node, source.is_asked, pod, headers, connection.notes)) {
    add_mapping(around, path, q);
  }
  connection.ways.push_back(std::move(path));
}

void add_site_ways(Surroundings& around, const HostPortQuestion& q, const Site& source,
                   const std::vector<PodStand>& pods, Connection& connection) {
  const AddressSet all = net::all_addresses();
  const Ends ends = {source.addresses, source.is_asked, all, false};
  if (leave_out_ways(around, connection, pods.size() * source.stands.size(), ends)) return;
  for (const Stand& stand : source.stands) {
    for (const PodStand& pod : pods) {
      const std::string label = join_labels(stand.label.empty() ? "" : "from: " + stand.label,
                                            pods.size() > 1 ? "to " + pod.pool : "");
      if (is_node_of_cluster(stand, pod)) add_own_node(around, q, source, pod, label, connection);
      add_site_way(around, q, source, stand, pod, label, connection);
    }
  }
}

Routed routed_to(Surroundings& around, const Site& source, const std::vector<PodStand>& pods) {
  std::optional<Routed> result;
  for (const PodStand& pod : pods) {
    const Routed each = routed_between(around, source, node_site(around, pod.nodes));
    result = result ? both(*result, each) : each;
  }
  return result.value_or(Routed{});
}

/// What all these connections have in common.
Connection begin(Surroundings& around, std::string source, const HostPortQuestion& q,
                 const PodNetwork& network) {
  Connection connection;
  connection.source = std::move(source);
  connection.destination =
      name_of(around.pods()->model(), q.pod) + " through " + port_text(*q.port) + " of its node";
  assume_pods(around, connection, network);
  assume(connection, "A-HOSTPORT",
         "nodes lead their host ports on to the pods, and leave the client's address as it is");
  return connection;
}

/// Where nothing is known of the pods' network: everything that the port and the policies let pass
/// is open.
void leave_all_open(Surroundings& around, const HostPortQuestion& q, const AddressSet& from,
                    bool from_is_asked, const PodNetwork& network, Connection& connection) {
  Path path;
  const AddressSet to = around.pods()->pod_addresses(q.pod);
  (void)set_ends(path, from, from_is_asked, to, false, connection.notes);
  leave_open(path, network);
  if (!path.has_no_packets) add_mapping(around, path, q);
  connection.ways.push_back(std::move(path));
  connection.routed = {Routed::Answer::Unknown, network.why, source::Span::none()};
}

/// Between nodes: out of the source's, into that which opens the port.
void add_between_nodes(Surroundings& around, const HostPortQuestion& q, EndpointId source,
                       const PodStand& from, const PodStand& to, std::string label,
                       Connection& connection) {
  const model::Endpoint& sender = around.pods()->model()[source];
  const model::ManagedCluster& cluster = around.cloud()[to.nodes.cluster];
  Path path;
  path.label = std::move(label);
  Headers headers;
  if (start(path, q, from.addresses, false, to, headers, connection.notes)) {
    const Header called = headers.at_node;  // as the source's policies see it
    // "Traffic from a pod to any destination outside the pod CIDR block uses SNAT."
    const bool translates = has_pod_range(cluster.mode) && !sender.host_network;
    if (translates) {
      const AddressSet nodes = of_common_family(from.node_addresses, path.destination);
      for (Header* header : {&headers.at_node, &headers.at_pod}) {
        header->source = chosen(kSourceNode, nodes);
        header->source_port_is_chosen = true;
      }
    }
    if (translates && headers.at_node.source.among.empty()) {
      add_gate(path, "the node", {}, "node and pod have no family of addresses in common");
    } else {
      add_policies_of_node(around, path, source, called.destination.among, Direction::Egress,
                           called);
      if (translates) {
        add_guards(around, path, node_guards(around, from.nodes), Direction::Egress,
                   headers.at_node);
      } else {
        add_pod_guards(around, path, from, Direction::Egress, headers.at_node);
      }
      add_guards(around, path, node_guards(around, to.nodes), Direction::Ingress, headers.at_node);
      add_mapping(around, path, q);
      if (translates) {
        add_policies_of_node(around, path, q.pod, headers.at_pod.source.among, Direction::Ingress,
                             headers.at_pod);
      } else {
        add_policies(around, path, q.pod, Party{source}, Direction::Ingress, headers.at_pod);
      }
    }
  }
  connection.ways.push_back(std::move(path));
}

/// To the pod's own node: no group, and nobody knows which address the policies see.
void add_on_one_node(Surroundings& around, const HostPortQuestion& q, const PodStand& from,
                     const PodStand& to, Connection& connection) {
  Path path;
  path.label = "on one node";
  Headers headers;
  if (start(path, q, from.addresses, false, to, headers, connection.notes)) {
    const auto unknown = around.unknowns().add(
        {model::Unknown::Scope::World, "A-hostport-own-node",
         "what network policies see of a packet from a pod to a host port of its own node is not "
         "documented",
         "nothing in the input settles it", source::Span::none()});
    add_mapping(around, path, q);
    add_gate(path, "the node", unknown, "what policies see on one node is not documented");
  }
  connection.ways.push_back(std::move(path));
}

}  // namespace

net::Port port_of(const model::HostPort& port, HostPortView view) {
  return view == HostPortView::OfPod ? port.in_container : port.on_node;
}

Connection site_to_host_port(Surroundings& around, const Site& source, EndpointId pod,
                             const model::HostPort& port, HostPortView view,
                             const std::optional<Nodes>& nodes) {
  const HostPortQuestion q = {pod, &port, view};
  const PodNetwork network = pod_network(around);
  Connection connection = begin(around, source.name, q, network);
  connection.notes.insert(connection.notes.end(), source.notes.begin(), source.notes.end());
  if (network.cluster == nullptr) {
    leave_all_open(around, q, source.addresses, source.is_asked, network, connection);
    return connection;
  }
  const std::vector<PodStand> pods = stands_of(around, pod, nodes);
  add_site_ways(around, q, source, pods, connection);
  connection.routed = routed_to(around, source, pods);
  return connection;
}

Connection pod_to_host_port(Surroundings& around, EndpointId source, EndpointId pod,
                            const model::HostPort& port) {
  const HostPortQuestion q = {pod, &port, HostPortView::OfPod};
  const model::Model& model = around.pods()->model();
  const PodNetwork network = pod_network(around);
  Connection connection = begin(around, name_of(model, source), q, network);
  const AddressSet from_all = around.pods()->pod_addresses(source);
  if (network.cluster == nullptr) {
    leave_all_open(around, q, from_all, false, network, connection);
    return connection;
  }
  connection.routed = {Routed::Answer::Yes, "nodes of a cluster reach each other",
                       source::Span::none()};
  const std::vector<PodStand> sources = pod_stands(around, source);
  const std::vector<PodStand> pods = pod_stands(around, pod);
  const AddressSet to_all = around.pods()->pod_addresses(pod);
  const Ends ends = {from_all, false, to_all, false};
  if (leave_out_ways(around, connection, sources.size() * pods.size(), ends)) return connection;
  const auto& a = model[source].node;
  const auto& b = model[pod].node;
  const bool may_share = !a || !b || *a == *b;
  const bool may_be_apart = !a || !b || *a != *b;
  const bool several = sources.size() > 1 || pods.size() > 1;
  bool shared = false;
  for (const PodStand& from : sources) {
    for (const PodStand& to : pods) {
      if (may_share && !shared && from.nodes.pool == to.nodes.pool) {
        add_on_one_node(around, q, from, to, connection);
        shared = true;
      }
      if (!may_be_apart) continue;
      std::string label = may_share || several ? "on another node" : "";
      if (several) label += ", from " + from.pool + " to " + to.pool;
      add_between_nodes(around, q, source, from, to, std::move(label), connection);
    }
  }
  if (connection.ways.empty()) {
    add_on_one_node(around, q, sources.front(), pods.front(), connection);
  }
  return connection;
}

}  // namespace polreach::compiler
