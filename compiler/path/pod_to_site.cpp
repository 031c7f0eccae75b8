// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "compiler/path/network_paths.h"
#include "compiler/path/pod_paths.h"
#include "compiler/path/pod_paths_common.h"
#include "compiler/path/routed.h"

namespace polreach::compiler {
namespace {

using model::Direction;
using model::EndpointId;
using model::NetworkMode;
using net::AddressSet;

/// What of a destination is seen with one header, and the readings of who the source is.
struct Part {
  AddressSet addresses;
  bool as_node = false;  // the source is translated to its node
  bool as_pod = true;    // both: nobody knows which
};

/// The space within which pods keep their addresses under the default masquerading rules.
AddressSet network_space(Surroundings& around, const PodStand& stand, bool& is_open) {
  const auto& pool = around.cloud()[stand.nodes.cluster].pools[stand.nodes.pool];
  if (!pool.node_subnet) {
    is_open = true;
    return {};
  }
  const model::VirtualNetwork& network = around.cloud()[around.cloud()[*pool.node_subnet].network];
  is_open = is_open || network.space.more.has_value();
  AddressSet space = addresses_of(network.space);
  for (const model::Subnet& subnet : around.cloud().subnets) {
    if (subnet.network == around.cloud()[*pool.node_subnet].network) {
      space |= addresses_of(subnet.space);
    }
  }
  return space;
}

/// Rows 6 to 9 and 17 of the specification's table. Platform addresses are masqueraded in all
/// models.
std::vector<Part> parts_of(Surroundings& around, NetworkMode mode, bool host_network,
                           const std::vector<PodStand>& stands, const Site& destination) {
  const AddressSet platform = destination.addresses & platform_addresses();
  const AddressSet rest = destination.addresses - platform_addresses();
  std::vector<Part> parts;
  if (host_network) {
    parts.push_back({destination.addresses, false, true});
  } else if (has_pod_range(mode)) {
    parts.push_back({destination.addresses, true, false});
  } else if (mode == NetworkMode::PodSubnet) {
    parts.push_back({rest, false, true});
    parts.push_back({platform, true, false});
  } else {
    bool is_open = false;
    AddressSet within;
    for (const PodStand& stand : stands) within |= network_space(around, stand, is_open);
    parts.push_back({rest & within, false, true});
    parts.push_back({rest - within, true, is_open});
    parts.push_back({platform, true, false});
  }
  // A translated header has one family.
  std::vector<Part> result;
  for (const Part& part : parts) {
    for (net::Family family : {net::Family::V4, net::Family::V6}) {
      Part own = part;
      own.addresses &= net::all_addresses(family);
      if (!own.addresses.empty()) result.push_back(std::move(own));
    }
  }
  return result;
}

/// Whether something in the stand is a node of the pod's own cluster.
bool may_be_own_node(const PodStand& pod, const Stand& stand) {
  return stand.nodes && stand.nodes->cluster == pod.nodes.cluster;
}

struct PodToSiteQuestion {
  EndpointId source{};
  const Site* destination = nullptr;
  const Part* part = nullptr;
};

Path start(Surroundings& around, const PodToSiteQuestion& q, const AddressSet& from,
           const AddressSet& to, bool to_node, std::string label, std::vector<std::string>& notes) {
  Path path;
  path.label = std::move(label);
  if (set_ends(path, from, false, to, q.destination->is_asked, notes)) {
    if (to_node) {
      add_policies_of_node(around, path, q.source, path.destination, Direction::Egress,
                           packet_header());
    } else {
      add_policies(around, path, q.source, Party{path.destination}, Direction::Egress,
                   packet_header());
    }
  }
  return path;
}

/// Leaves the node: as the pod, or as the node.
Path leave(Surroundings& around, const PodToSiteQuestion& q, const PodStand& pod,
           const Stand& stand, bool as_node, std::string label, std::vector<std::string>& notes) {
  const bool to_node = may_be_own_node(pod, stand);
  Path path = start(around, q, pod.addresses, q.part->addresses, to_node, std::move(label), notes);
  if (of_common_family(path.destination, path.source).empty()) return path;
  if (!as_node) {
    add_pod_guards(around, path, pod, Direction::Egress, packet_header());
    add_guards(around, path, stand.guards, Direction::Ingress, packet_header());
    return path;
  }
  const Header header = translated(pod.node_addresses, path.destination);
  if (header.source.among.empty()) {
    add_gate(path, "the node", {}, "the nodes have no address of the destination's family");
    return path;
  }
  add_guards(around, path, node_guards(around, pod.nodes), Direction::Egress, header);
  add_guards(around, path, stand.guards, Direction::Ingress, header);
  return path;
}

/// To the pod's own node: no group. Of Azure NPM: "doesn't block egress traffic from a pod to its
/// own node's IP, this traffic is implicitly allowed".
void add_own_node(Surroundings& around, const PodToSiteQuestion& q, const PodStand& pod,
                  const std::string& label, Connection& connection) {
  const AddressSet own = q.part->addresses & pod.node_addresses;
  if (own.empty()) return;
  const bool is_let = around.pods()->profile().engine == model::Engine::AzureNpm;
  std::string name = join_labels(label, "its own node");
  if (!is_let) {
    connection.ways.push_back(
        start(around, q, pod.addresses, own, true, std::move(name), connection.notes));
    return;
  }
  Path path;
  path.label = std::move(name);
  (void)set_ends(path, pod.addresses, false, own, q.destination->is_asked, connection.notes);
  connection.ways.push_back(std::move(path));
}

void add_ways(Surroundings& around, const PodToSiteQuestion& q, const std::vector<PodStand>& pods,
              Connection& connection) {
  const AddressSet all = around.pods()->pod_addresses(q.source);
  const std::size_t count = pods.size() * q.destination->stands.size();
  const Ends ends = {all, false, q.part->addresses, q.destination->is_asked};
  if (leave_out_ways(around, connection, count, ends)) return;
  for (const PodStand& pod : pods) {
    const std::string from = pods.size() > 1 ? "from " + pod.pool : "";
    for (const Stand& stand : q.destination->stands) {
      const std::string label = join_labels(from, stand.label.empty() ? "" : "to: " + stand.label);
      if (may_be_own_node(pod, stand)) add_own_node(around, q, pod, label, connection);
      for (bool as_node : {false, true}) {
        if (as_node ? !q.part->as_node : !q.part->as_pod) continue;
        const bool both = q.part->as_node && q.part->as_pod;
        const std::string how = as_node ? "as its node" : "with its own address";
        connection.ways.push_back(leave(around, q, pod, stand, as_node,
                                        both ? join_labels(label, how) : label, connection.notes));
      }
    }
  }
}

/// Where nothing is known of the pods' network.
Connection open_connection(Surroundings& around, EndpointId source, const Site& destination,
                           const PodNetwork& network, Connection connection) {
  const Part all = {destination.addresses, false, true};
  const PodToSiteQuestion q = {source, &destination, &all};
  const AddressSet from = around.pods()->pod_addresses(source);
  Path path;
  if (network.nothing_known) {
    (void)set_ends(path, from, false, all.addresses, destination.is_asked, connection.notes);
  } else {
    path = start(around, q, from, all.addresses, false, "", connection.notes);
  }
  leave_open(path, network);
  connection.ways.push_back(std::move(path));
  connection.routed = {Routed::Answer::Unknown, network.why, source::Span::none()};
  return connection;
}

}  // namespace

std::vector<Connection> pod_to_site(Surroundings& around, EndpointId source,
                                    const Site& destination) {
  const model::Model& model = around.pods()->model();
  Connection base;
  base.source = name_of(model, source);
  base.destination = destination.name;
  base.notes = destination.notes;
  const PodNetwork network = pod_network(around);
  assume_pods(around, base, network);
  if (network.cluster == nullptr) {
    return {open_connection(around, source, destination, network, std::move(base))};
  }
  if (network.cluster->mode == NetworkMode::NodeSubnet) {
    assume(base, "A-MASQ-DEFAULT",
           "pods keep their addresses within the virtual network, and have their nodes' beyond");
  }
  const bool host_network = model[source].host_network;
  const std::vector<PodStand> pods = pod_stands(around, source);
  std::vector<Connection> result;
  for (const Part& part :
       parts_of(around, network.cluster->mode, host_network, pods, destination)) {
    Connection connection = base;
    add_ways(around, {source, &destination, &part}, pods, connection);
    connection.routed = routed_from_nodes(around, pods, part.addresses, destination);
    result.push_back(std::move(connection));
  }
  return result;
}

}  // namespace polreach::compiler
