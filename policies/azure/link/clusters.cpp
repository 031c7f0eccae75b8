// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/clusters.h"

#include <algorithm>
#include <utility>

#include "policies/azure/link/addresses.h"

namespace polreach::azure {

using model::ManagedCluster;
using model::NetworkMode;
using model::NodePool;
using Type = Node::Type;

namespace {

void read_api(Work& work, const Item& item, ManagedCluster& cluster) {
  Report& report = work.report;
  const Node* access = field(report, item, "apiServerAccessProfile").node;
  if (access == nullptr) return;
  const Flag is_private =
      flag_of(report, open_property(access, "enablePrivateCluster"), "enablePrivateCluster", false);
  cluster.private_api = is_private.value;
  if (is_private.open) cluster.open_elsewhere.push_back(*is_private.open);
  const Node* ranges = open_property(access, "authorizedIPRanges");
  model::AddressSpace space;
  add_prefixes(report, ranges, "authorizedIPRanges", space, Bare::Taken);
  cluster.authorized_ranges = std::move(space.prefixes);
  if (space.more) {
    cluster.open_elsewhere.push_back(
        ranges->is(Type::Unknown)
            ? report.world(*ranges, "authorizedIPRanges")
            : report.unreadable("authorizedIPRanges of " + describe(item.id), ranges->where));
  }
}

/// "MC_group_cluster_location", where the cluster does not say another.
std::string node_resource_group(Report& report, const Item& item) {
  const Field written = field(report, item, "nodeResourceGroup");
  if (const auto text = text_of(report, written.node, "nodeResourceGroup")) return *text;
  if (written || item.missing) return {};
  const Node* location = item.parts.front().body->find("location");
  if (location == nullptr || !location->is(Type::String) || item.id.group.empty()) return {};
  return "MC_" + item.id.group + "_" + item.name() + "_" + location->text;
}

void find_node_group(const Work& work, ManagedCluster& cluster) {
  if (cluster.node_resource_group.empty()) return;
  for (std::size_t i = 0; i < work.cloud.groups.size(); ++i) {
    const model::SecurityGroup& group = work.cloud.groups[i];
    const std::string name = lower(group.name);
    if (!name.starts_with("aks-agentpool-") || !name.ends_with("-nsg")) continue;
    if (!same_name(group.resource_group, cluster.node_resource_group)) continue;
    cluster.node_group = static_cast<model::GroupId>(i);
    return;
  }
}

void add_cluster(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  ManagedCluster cluster;
  cluster.name = item.shown();
  cluster.resource_group = item.id.group;
  cluster.where = item.where;
  cluster.node_resource_group = node_resource_group(report, item);
  read_network_profile(report, item, cluster);
  read_api(work, item, cluster);
  for (const Item* pool : work.inventory.children(item, type::kPool)) {
    report.about(describe(pool->id) + " of " + describe(item.id));
    cluster.pools.push_back(read_pool(work, *pool));
  }
  report.about(describe(item.id));
  if (const Node* list = Inventory::open_list(item, type::kPool)) {
    cluster.open.push_back(report.world(*list, "agentPoolProfiles"));
  }
  if (cluster.mode == NetworkMode::NodeSubnet &&
      std::any_of(cluster.pools.begin(), cluster.pools.end(),
                  [](const NodePool& pool) { return pool.pod_subnet.has_value(); })) {
    cluster.mode = NetworkMode::PodSubnet;
  }
  find_node_group(work, cluster);
  if (item.contradicted) cluster.open.push_back(report.unreadable(describe(item.id), item.where));
  work.cloud.clusters.push_back(std::move(cluster));
}

}  // namespace

void add_clusters(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kCluster)) {
    const Item& item = work.inventory[index];
    add_cluster(work, item);
    if (!item.missing) continue;
    // Only pools are in the input: how their pods get addresses is not known.
    ManagedCluster& cluster = work.cloud.clusters.back();
    cluster.open.push_back(work.report.absent(
        describe(item.id) + " is not in the input",
        "add it: az aks show -g " + (item.id.group.empty() ? "GROUP" : item.id.group) + " -n " +
            item.name(),
        item.where));
  }
}

}  // namespace polreach::azure
