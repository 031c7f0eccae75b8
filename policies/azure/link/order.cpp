// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/order.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "policies/azure/resource.h"

namespace polreach::azure {

using model::Cloud;

namespace {

/// Sorts a list; at the old position of each element the result has the new one.
template <typename T, typename Key>
std::vector<std::size_t> sort_list(const source::SourceMap& sources, std::vector<T>& list,
                                   Key key) {
  std::vector<std::size_t> order(list.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto x = key(list[a]);
    const auto y = key(list[b]);
    if (x != y) return x < y;
    return sources.before(list[a].where, list[b].where);
  });
  std::vector<T> sorted;
  std::vector<std::size_t> moved(list.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    moved[order[i]] = i;
    sorted.push_back(std::move(list[order[i]]));
  }
  list = std::move(sorted);
  return moved;
}

template <typename Id>
void rename(Id& id, const std::vector<std::size_t>& moved) {
  id = static_cast<Id>(moved[static_cast<std::size_t>(id)]);
}
template <typename Id>
void rename(std::optional<Id>& id, const std::vector<std::size_t>& moved) {
  if (id) rename(*id, moved);
}
template <typename Id>
void rename(std::vector<Id>& ids, const std::vector<std::size_t>& moved) {
  for (Id& id : ids) rename(id, moved);
  std::sort(ids.begin(), ids.end());
}

void rename_terms(std::vector<model::AddressTerm>& terms, const std::vector<std::size_t>& moved) {
  for (model::AddressTerm& term : terms) {
    if (auto* id = std::get_if<model::ApplicationGroupId>(&term.what)) rename(*id, moved);
  }
}

struct Moved {
  std::vector<std::size_t> groups, application_groups, networks, subnets, tables;
};

Moved sort_all(const source::SourceMap& sources, Cloud& cloud) {
  const auto key = [](const auto& named) {
    return std::tuple(lower(named.name), lower(named.resource_group));
  };
  Moved moved;
  // Before their networks are renamed.
  moved.subnets = sort_list(sources, cloud.subnets, [&](const model::Subnet& subnet) {
    const model::VirtualNetwork& network = cloud[subnet.network];
    return std::tuple(lower(subnet.name), lower(network.resource_group), lower(network.name));
  });
  moved.groups = sort_list(sources, cloud.groups, key);
  moved.application_groups = sort_list(sources, cloud.application_groups, key);
  moved.networks = sort_list(sources, cloud.networks, key);
  moved.tables = sort_list(sources, cloud.route_tables, key);
  sort_list(sources, cloud.interfaces, [](const model::Interface& interface) {
    return std::tuple(lower(interface.name), lower(interface.resource_group),
                      lower(interface.machine));
  });
  sort_list(sources, cloud.firewalls, key);
  sort_list(sources, cloud.clusters, key);
  return moved;
}

}  // namespace

void put_in_order(const source::SourceMap& sources, Cloud& cloud) {
  const Moved moved = sort_all(sources, cloud);
  for (model::SecurityGroup& group : cloud.groups) {
    for (auto* rules : {&group.inbound, &group.outbound}) {
      for (model::SecurityRule& rule : *rules) {
        rename_terms(rule.source, moved.application_groups);
        rename_terms(rule.destination, moved.application_groups);
      }
    }
  }
  for (model::VirtualNetwork& network : cloud.networks) {
    for (model::Peering& peering : network.peerings) rename(peering.network, moved.networks);
  }
  for (model::Subnet& subnet : cloud.subnets) {
    rename(subnet.network, moved.networks);
    rename(subnet.group, moved.groups);
    rename(subnet.routes, moved.tables);
  }
  for (model::Interface& interface : cloud.interfaces) {
    rename(interface.group, moved.groups);
    rename(interface.admin, moved.groups);
    for (model::InterfaceAddress& address : interface.addresses) {
      rename(address.subnet, moved.subnets);
      rename(address.groups, moved.application_groups);
    }
  }
  for (model::ManagedCluster& cluster : cloud.clusters) {
    rename(cluster.node_group, moved.groups);
    for (model::NodePool& pool : cluster.pools) {
      rename(pool.node_subnet, moved.subnets);
      rename(pool.pod_subnet, moved.subnets);
      rename(pool.groups, moved.application_groups);
    }
  }
}

}  // namespace polreach::azure
