// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/pod_paths_common.h"

#include "compiler/path/network_paths.h"

namespace polreach::compiler {
namespace {

using model::ManagedCluster;
using model::Unknown;

/// The first thing about the cluster that could not be evaluated.
std::optional<model::UnknownId> open_field(const ManagedCluster& cluster) {
  if (!cluster.open.empty()) return cluster.open.front();
  for (const model::NodePool& pool : cluster.pools) {
    if (!pool.open.empty()) return pool.open.front();
  }
  return std::nullopt;
}

}  // namespace

PodNetwork pod_network(Surroundings& around) {
  PodNetwork result;
  if (!around.managed()) {
    result.unknown = around.unknowns().add(
        {Unknown::Scope::World, "A-no-cluster",
         "how the pods are connected is not known: the input does not say which cluster they are "
         "in",
         "add az aks show", source::Span::none()});
    result.why = "the network of the pods is not known";
    return result;
  }
  const ManagedCluster& cluster = around.cloud()[*around.managed()];
  result.nothing_known = open_field(cluster);
  if (result.nothing_known) {
    result.why = "parts of cluster " + cluster.name + " could not be evaluated";
    return result;
  }
  if (cluster.pools.empty()) {
    result.unknown =
        around.unknowns().add({Unknown::Scope::World, "A-no-cluster",
                               "the input holds no node pool of cluster " + cluster.name,
                               "add az aks show", cluster.where});
    result.why = "the nodes of the cluster are not known";
    return result;
  }
  if (cluster.mode == model::NetworkMode::Other) {
    result.unknown = around.unknowns().add(
        {Unknown::Scope::World, "A-BYOCNI",
         "what the network plugin of cluster " + cluster.name + " does to packets is not known",
         "nothing in the input settles it", cluster.mode_where});
    result.why = "the cluster has a network plugin of its own";
    return result;
  }
  result.cluster = &cluster;
  return result;
}

void leave_open(Path& path, const PodNetwork& network) {
  add_gate(path, "the network of the pods",
           network.nothing_known ? network.nothing_known : network.unknown, network.why);
}

void assume_pods(Surroundings& around, Connection& connection, const PodNetwork& network) {
  assume_network(around, connection);
  if (around.pods()->profile().engine == model::Engine::None) {
    connection.notes.push_back("the cluster enforces no network policies");
  }
  if (network.cluster == nullptr) return;
  if (network.cluster->mode == model::NetworkMode::Kubenet) {
    assume(connection, "A-KUBENET-ROUTES", "the route table leads the pods' range to their nodes");
  }
}

Header translated(const net::AddressSet& nodes, const net::AddressSet& destination) {
  Header header;
  header.source = chosen(1, of_common_family(nodes, destination));
  header.source_port_is_chosen = true;
  return header;
}

}  // namespace polreach::compiler
