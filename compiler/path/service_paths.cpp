// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/service_paths.h"

#include <algorithm>
#include <utility>

#include "compiler/path/forwarding.h"
#include "compiler/path/network_paths.h"
#include "compiler/path/node_group.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/service_routed.h"
#include "policies/net/address_list.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;
using model::Unknown;
using net::AddressSet;

// The variables of addresses that nobody knows.
constexpr std::uint32_t kTakingNode = 1;  // as the destination of the first leg
constexpr std::uint32_t kOnwardNode = 2;  // as the source of the second leg
constexpr std::uint32_t kBackendPod = 3;
static_assert(kOutboundAddress != kTakingNode && kOutboundAddress != kOnwardNode &&
              kOutboundAddress != kBackendPod);

struct ServiceQuestion {
  const Site* client = nullptr;
  const ServiceFacts* service = nullptr;
  const ServiceFacts::Port* port = nullptr;
  Entry entry = Entry::Frontend;
  EndpointId pod{};
  std::optional<net::Port> target;  // nothing: the pod does not say what the name means
};

std::optional<net::Port> target_of(const model::Endpoint& pod, const ServiceFacts::Port& port) {
  if (const auto* number = std::get_if<net::Port>(&port.target)) return *number;
  for (const model::NamedPort& each : pod.ports) {
    const bool is =
        each.name == std::get<model::Symbol>(port.target) && each.protocol == port.protocol;
    if (is) return each.number;
  }
  return std::nullopt;
}

/// The source that is seen behind a public frontend. "For outbound traffic, network security groups
/// process traffic before translating private IP addresses to public IP addresses": what comes from
/// a private address has a public one by then.
HeaderAddress source_at_frontend(Surroundings& around, const ServiceQuestion& q) {
  const bool is_private = (q.client->addresses & net::internet_addresses()).empty();
  if (q.entry != Entry::Frontend || q.service->internal || !is_private) return {};
  const auto& frontend = q.service->ingress_addresses;
  const net::Family family = frontend.empty() ? net::Family::V4 : frontend.front().family;
  AddressSet among = net::internet_addresses() & net::all_addresses(family);
  if (q.client->interface) {
    AddressSet own;
    for (const auto& each : around.cloud()[*q.client->interface].addresses) {
      if (each.public_address) own |= AddressSet(*each.public_address, *each.public_address);
    }
    own &= net::all_addresses(family);
    if (!own.empty()) among = own;
  }
  return chosen(kOutboundAddress, std::move(among));
}

/// What the load balancer, or the port of a node, leads on.
void add_forwarding(Surroundings& around, Path& path, const ServiceQuestion& q, net::Port port,
                    const std::string& place) {
  const std::string rule = "port " + std::to_string(port) + " of Service " + q.service->name;
  add_forwarding(around, path, {place, rule, q.port->protocol, port, q.port->where});
}

/// "loadBalancerSourceRanges is also enforced on the host"; ranges of an annotation are not.
void add_host_ranges(Surroundings& around, Path& path, const ServiceQuestion& q,
                     const Header& header) {
  const auto& ranges = q.service->source_ranges;
  const bool everyone =
      std::any_of(ranges.begin(), ranges.end(), [](const auto& r) { return r.length == 0; });
  const bool never = q.service->ranges_hold_on_nodes == false;
  if (q.entry != Entry::Frontend || ranges.empty() || everyone || never) return;
  Guard guard;
  guard.place = "nodes, source ranges of Service " + q.service->name;
  guard.group = &around.made(guard.place, [&] {
    model::SecurityRule allow;
    allow.name = "source ranges of Service " + q.service->name;
    for (const net::Prefix& each : ranges) {
      allow.source.push_back({each, each.to_string(), {}, q.service->where});
    }
    return group_of_one(allow.name, allow, q.service->where);
  });
  if (q.service->ranges_hold_on_nodes) {
    add_guard(around, path, guard, Direction::Ingress, header);
    return;
  }
  const auto unknown = around.unknowns().add(
      {Unknown::Scope::World, "A-host-ranges",
       "whether nodes enforce the source ranges of Service " + q.service->name +
           " is not known: they do for loadBalancerSourceRanges, not for an annotation",
       "write loadBalancerSourceRanges", q.service->where});
  add_perhaps(around, path, guard, Direction::Ingress, header, unknown);
}

/// The guards of the nodes that take the packet, with the rules that AKS writes for the Service.
std::vector<Guard> taking_guards(Surroundings& around, const ServiceQuestion& q,
                                 const Nodes& nodes) {
  std::vector<Guard> guards = node_guards(around, nodes);
  const model::ManagedCluster& cluster = around.cloud()[nodes.cluster];
  if (q.entry == Entry::Frontend && !cluster.node_group && !guards.empty()) {
    guards.front().group = &around.made("nodes at Service " + q.service->name, [&] {
      return node_group(cluster, around.services(), q.service);
    });
  }
  return guards;
}

/// The frontend: where its address is not known, anything that it could be.
AddressSet frontend_of(const ServiceQuestion& q, const PodStand& taking) {
  if (!q.service->ingress_addresses.empty()) return net::set_of(q.service->ingress_addresses);
  return q.service->internal ? taking.node_addresses : net::internet_addresses();
}

/// The first leg: to a node. False where no packet arrives.
bool add_first_leg(Surroundings& around, Path& path, const ServiceQuestion& q, const Stand& client,
                   const PodStand& taking, std::vector<std::string>& notes) {
  const bool at_frontend = q.entry == Entry::Frontend;
  const AddressSet destination = at_frontend ? frontend_of(q, taking) : taking.node_addresses;
  const bool asked = at_frontend && !q.service->ingress_addresses.empty();
  if (!set_ends(path, q.client->addresses, q.client->is_asked, destination, asked, notes)) {
    return false;
  }
  add_guards(around, path, client.guards, Direction::Egress, packet_header());
  const std::string place = at_frontend ? "load balancer of Service " + q.service->name
                                        : "node port of Service " + q.service->name;
  Header header;
  header.source = source_at_frontend(around, q);
  const Header at_host = header;  // nodes hold ranges against clients and the frontend
  if (at_frontend) {
    add_forwarding(around, path, q, q.port->number, place);
    if (!q.service->floating_ip) {
      header.destination =
          chosen(kTakingNode, of_common_family(taking.node_addresses, path.destination));
      header.destination_port = q.port->node_port;
    }
  } else {
    add_forwarding(around, path, q, q.port->node_port.value_or(0), place);
  }
  add_guards(around, path, taking_guards(around, q, taking.nodes), Direction::Ingress, header);
  add_host_ranges(around, path, q, at_host);
  return true;
}

/// The header behind the node, on its way to the pod. A Service has the family of its frontend all
/// the way.
Header onward_header(Surroundings& around, const ServiceQuestion& q, const PodStand& taking,
                     const PodStand& pod, const Path& path) {
  Header header;
  header.destination = chosen(kBackendPod, of_common_family(pod.addresses, path.destination));
  header.destination_port = q.target;
  if (q.service->external_local) {
    header.source = source_at_frontend(around, q);
    return header;
  }
  header.source = chosen(kOnwardNode, of_common_family(taking.node_addresses, path.destination));
  header.source_port_is_chosen = true;
  return header;
}

void add_pod_policies(Surroundings& around, Path& path, const ServiceQuestion& q,
                      const Header& header) {
  const bool npm = around.pods()->profile().engine == model::Engine::AzureNpm;
  if (npm && !q.service->external_local) return;
  const bool is_own = header.source.kind == HeaderAddress::Kind::OfPacket;
  const AddressSet& seen = is_own ? path.source : header.source.among;
  if (!q.service->external_local) {
    add_policies_of_node(around, path, q.pod, seen, Direction::Ingress, header);
    return;
  }
  add_policies(around, path, q.pod, Party{seen}, Direction::Ingress, header);
}

/// One way: this client, the node that takes the packet, the pod there or on another node.
void add_way(Surroundings& around, const ServiceQuestion& q, const Stand& client,
             const PodStand& taking, const PodStand& pod, bool other_node, std::string label,
             Connection& connection) {
  Path path;
  path.label = std::move(label);
  if (add_first_leg(around, path, q, client, taking, connection.notes)) {
    const Header header = onward_header(around, q, taking, pod, path);
    const bool no_node =
        header.source.kind == HeaderAddress::Kind::Chosen && header.source.among.empty();
    if (no_node || header.destination.among.empty()) {
      add_gate(path, "the node", {}, "node and pod have no family of addresses in common");
    } else {
      if (other_node) {
        add_guards(around, path, node_guards(around, taking.nodes), Direction::Egress, header);
        add_pod_guards(around, path, pod, Direction::Ingress, header);
      }
      add_pod_policies(around, path, q, header);
    }
  }
  connection.ways.push_back(std::move(path));
}

void add_ways(Surroundings& around, const ServiceQuestion& q, Connection& connection) {
  const std::vector<PodStand> pods = pod_stands(around, q.pod);
  // Any node takes packets under Cluster, those with the pod under Local.
  const std::vector<PodStand> takers =
      q.service->external_local ? pods : node_stands(around, *around.managed());
  const AddressSet all = net::all_addresses();
  const std::size_t count = q.client->stands.size() * takers.size() * pods.size();
  const Ends ends = {q.client->addresses, q.client->is_asked, all, false};
  if (leave_out_ways(around, connection, count, ends)) return;
  for (const Stand& client : q.client->stands) {
    for (const PodStand& taking : takers) {
      for (const PodStand& pod : pods) {
        const bool one_pool = same_subnets(around.cloud(), taking.nodes, pod.nodes);
        std::string label = client.label.empty() ? "" : "from: " + client.label;
        if (takers.size() > 1) label = join_labels(label, "taken by " + taking.pool);
        if (one_pool) {
          const std::string where =
              q.service->external_local ? "" : "to a pod on the node that takes it";
          add_way(around, q, client, taking, pod, false, join_labels(label, where), connection);
        }
        if (q.service->external_local) continue;
        std::string where = "to a pod on another node";
        if (pods.size() > 1) where += " of " + pod.pool;
        add_way(around, q, client, taking, pod, true, join_labels(label, where), connection);
      }
    }
  }
}

/// A single way that ends in a gate.
void close(Connection& connection, const ServiceQuestion& q, const AddressSet& destination,
           std::optional<model::UnknownId> unknown, std::string why) {
  Path path;
  (void)set_ends(path, q.client->addresses, q.client->is_asked, destination, false,
                 connection.notes);
  add_gate(path, "Service " + q.service->name, unknown, std::move(why));
  connection.ways.push_back(std::move(path));
}

/// What keeps the way from being known, or there being one.
bool add_obstacle(Surroundings& around, const ServiceQuestion& q, const PodNetwork& network,
                  Connection& connection) {
  const AddressSet all = net::all_addresses();
  const bool balanced = q.service->type == model::ServiceType::LoadBalancer;
  const bool on_nodes = balanced || q.service->type == model::ServiceType::NodePort;
  if (q.entry == Entry::Frontend ? !balanced : !on_nodes) {
    close(connection, q, all, {}, "Service " + q.service->name + " has no such entry");
    connection.routed = {Routed::Answer::No, "the Service has no entry from outside",
                         q.service->where};
    return true;
  }
  if (network.cluster == nullptr) {
    close(connection, q, all, network.nothing_known ? network.nothing_known : network.unknown,
          network.why);
    connection.routed = {Routed::Answer::Unknown, network.why, source::Span::none()};
    return true;
  }
  const bool needs_node_port = q.entry == Entry::NodePort || !q.service->floating_ip;
  if (needs_node_port && !q.port->node_port) {
    const auto unknown =
        around.unknowns().add({Unknown::Scope::World, "A-node-port",
                               "the node port of Service " + q.service->name + " is not known",
                               "export the Service from the cluster", q.port->where});
    close(connection, q, all, unknown, "the node port is not known");
    return true;
  }
  if (!q.target) {
    const auto unknown = around.unknowns().add(
        {Unknown::Scope::World, "A-named-target",
         "the port that Service " + q.service->name + " names is not among those of the pod",
         "name the port in the pod", q.port->where});
    close(connection, q, all, unknown, "the port of the pod is not known");
    return true;
  }
  return false;
}

void add_notes(Surroundings& around, const ServiceQuestion& q, Connection& connection) {
  const model::ManagedCluster& cluster = around.cloud()[*around.managed()];
  if (q.entry == Entry::Frontend) {
    connection.notes.push_back(
        cluster.node_group
            ? "the group at the nodes is that of the input, which may not have the rules of a "
              "Service that is new"
            : "the group at the nodes is as AKS will write it");
    if (q.service->ingress_addresses.empty()) {
      connection.notes.push_back("the frontend of Service " + q.service->name + " is not known");
    }
  }
  const bool npm = around.pods()->profile().engine == model::Engine::AzureNpm;
  if (npm && !q.service->external_local) {
    connection.notes.push_back(
        "Azure NPM does not enforce ingress policies on what comes through a Service with "
        "externalTrafficPolicy Cluster");
  }
}

}  // namespace

Connection service_connection(Surroundings& around, const Site& client, const ServiceFacts& service,
                              const ServiceFacts::Port& port, Entry entry, EndpointId pod) {
  const model::Model& model = around.pods()->model();
  ServiceQuestion q = {&client, &service, &port, entry, pod, target_of(model[pod], port)};
  Connection connection;
  connection.source = client.name;
  connection.destination = name_of(model, pod);
  connection.notes = client.notes;
  const PodNetwork network = pod_network(around);
  assume_pods(around, connection, network);
  if (add_obstacle(around, q, network, connection)) return connection;
  add_ways(around, q, connection);
  connection.routed = routed_to_service(around, client, service, entry);
  add_notes(around, q, connection);
  return connection;
}

}  // namespace polreach::compiler
