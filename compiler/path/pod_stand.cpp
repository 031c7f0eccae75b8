// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/pod_stand.h"

#include <algorithm>
#include <utility>

#include "policies/net/address_list.h"

namespace polreach::compiler {
namespace {

using model::Cloud;
using model::ManagedCluster;
using model::NetworkMode;
using model::NodePool;
using net::AddressSet;

/// AKS names nodes aks-POOL-NUMBER-vmssINDEX, those of Windows aksPOOLINDEX.
bool names_node_of(std::string_view node, const NodePool& pool) {
  const std::string linux_start = "aks-" + pool.name + "-";
  if (node.starts_with(linux_start)) return true;
  const std::string windows_start = "aks" + pool.name;
  return pool.windows && node.starts_with(windows_start) && node.size() == windows_start.size() + 6;
}

/// The value of the label by which AKS marks the nodes of a pool; empty where it is not known.
std::string pool_label(const model::Model& model, model::Symbol node_name) {
  for (const model::Node& node : model.nodes) {
    if (node.name != node_name) continue;
    for (const model::Label& label : model.label_sets[node.labels].known) {
      const std::string_view key = model.text(label.key);
      if (key == "kubernetes.azure.com/agentpool" || key == "agentpool") {
        return std::string(model.text(label.value));
      }
    }
  }
  return "";
}

/// The pools of the cluster that the pod's node can be in.
std::vector<std::size_t> pools_of(const model::Model& model, const model::Endpoint& endpoint,
                                  const ManagedCluster& cluster) {
  std::vector<std::size_t> all;
  std::vector<std::size_t> named;
  const std::string label = endpoint.node ? pool_label(model, *endpoint.node) : "";
  for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
    all.push_back(i);
    if (!endpoint.node) continue;
    const bool is = label.empty() ? names_node_of(model.text(*endpoint.node), cluster.pools[i])
                                  : cluster.pools[i].name == label;
    if (is) named.push_back(i);
  }
  return named.size() == 1 ? named : all;
}

AddressSet space_or_private(const Cloud& cloud, const std::optional<model::SubnetId>& id) {
  if (!id) return private_addresses();
  const AddressSet space = addresses_of(cloud[*id].space);
  return space.empty() ? private_addresses() : space;
}

AddressSet pod_space(const Cloud& cloud, const ManagedCluster& cluster, const NodePool& pool) {
  if (has_pod_range(cluster.mode)) {
    AddressSet range;
    for (const net::Prefix& prefix : cluster.pod_ranges) range |= net::addresses_of(prefix);
    return range.empty() ? private_addresses() : range;
  }
  const bool own = cluster.mode == NetworkMode::PodSubnet && pool.pod_subnet;
  return space_or_private(cloud, own ? pool.pod_subnet : pool.node_subnet);
}

/// The groups that see the pod's own address.
void add_guards(Surroundings& around, const ManagedCluster& cluster, bool host_network,
                PodStand& stand) {
  std::vector<Guard> nodes = node_guards(around, stand.nodes);
  const NodePool& pool = cluster.pools[stand.nodes.pool];
  const bool own_subnet =
      !host_network && cluster.mode == NetworkMode::PodSubnet && pool.pod_subnet;
  // In the node subnet a pod's address is one of the interface's, which its group filters.
  const bool sure = host_network || !pool.node_subnet ||
                    (cluster.mode == NetworkMode::NodeSubnet) ||
                    (cluster.mode == NetworkMode::PodSubnet && !pool.pod_subnet);
  if (!nodes.empty()) stand.guards.push_back({nodes.front(), !sure});
  if (own_subnet) {
    Guard subnet = guard_of(around.cloud(), *pool.pod_subnet);
    if (subnet.acts()) stand.guards.push_back({std::move(subnet), false});
    return;
  }
  for (std::size_t i = 1; i < nodes.size(); ++i) stand.guards.push_back({nodes[i], false});
}

/// Whether two pools are one as far as the network goes.
bool is_like(const NodePool& a, const NodePool& b) {
  return a.node_subnet == b.node_subnet && a.pod_subnet == b.pod_subnet;
}

}  // namespace

bool has_pod_range(NetworkMode mode) {
  return mode == NetworkMode::Overlay || mode == NetworkMode::Kubenet;
}

std::vector<PodStand> pod_stands(Surroundings& around, model::EndpointId id) {
  const Cloud& cloud = around.cloud();
  const ManagedCluster& cluster = cloud[*around.managed()];
  const model::Model& model = around.pods()->model();
  const model::Endpoint& endpoint = model[id];
  const AddressSet known =
      net::set_of(endpoint.addresses.empty() && endpoint.host_network ? endpoint.node_addresses
                                                                      : endpoint.addresses);
  std::vector<PodStand> all;
  std::vector<PodStand> fitting;  // those that the known address can be in
  for (std::size_t index : pools_of(model, endpoint, cluster)) {
    const NodePool& pool = cluster.pools[index];
    const bool seen = std::any_of(all.begin(), all.end(), [&](const PodStand& other) {
      return is_like(cluster.pools[other.nodes.pool], pool);
    });
    if (seen) continue;
    PodStand stand;
    stand.pool = "node pool " + pool.name;
    stand.nodes = {*around.managed(), index};
    stand.node_addresses = node_addresses(cloud, stand.nodes);
    if (!endpoint.node_addresses.empty()) {
      stand.node_addresses = net::set_of(endpoint.node_addresses);
    }
    const AddressSet space = endpoint.host_network ? node_addresses(cloud, stand.nodes)
                                                   : pod_space(cloud, cluster, pool);
    stand.addresses = known.empty() ? space : known;
    add_guards(around, cluster, endpoint.host_network, stand);
    if (!(space & known).empty()) fitting.push_back(stand);
    all.push_back(std::move(stand));
  }
  return fitting.empty() ? all : fitting;
}

bool same_subnets(const Cloud& cloud, const Nodes& a, const Nodes& b) {
  return is_like(cloud[a.cluster].pools[a.pool], cloud[b.cluster].pools[b.pool]);
}

std::vector<PodStand> node_stands(Surroundings& around, model::ManagedClusterId id) {
  const ManagedCluster& cluster = around.cloud()[id];
  std::vector<PodStand> all;
  for (std::size_t i = 0; i < cluster.pools.size(); ++i) {
    const bool seen = std::any_of(all.begin(), all.end(), [&](const PodStand& other) {
      return same_subnets(around.cloud(), other.nodes, {id, i});
    });
    if (seen) continue;
    PodStand stand;
    stand.pool = "node pool " + cluster.pools[i].name;
    stand.nodes = {id, i};
    stand.node_addresses = node_addresses(around.cloud(), stand.nodes);
    stand.addresses = stand.node_addresses;
    for (Guard& guard : node_guards(around, stand.nodes)) {
      stand.guards.push_back({std::move(guard), false});
    }
    all.push_back(std::move(stand));
  }
  return all;
}

void add_pod_guards(Surroundings& around, Path& path, const PodStand& stand,
                    model::Direction direction, const Header& header) {
  const std::size_t count = stand.guards.size();
  for (std::size_t i = 0; i < count; ++i) {
    const bool out = direction == model::Direction::Egress;
    const PodStand::At& at = stand.guards[out ? i : count - 1 - i];
    if (!at.perhaps) {
      add_guard(around, path, at.guard, direction, header);
      continue;
    }
    const auto unknown = around.unknowns().add(
        {model::Unknown::Scope::World, "A-NICNSG-PODIP",
         "whether the group at the nodes' interfaces filters the addresses of pods is not "
         "documented",
         "nothing in the input settles it", source::Span::none()});
    add_perhaps(around, path, at.guard, direction, header, unknown);
  }
}

}  // namespace polreach::compiler
