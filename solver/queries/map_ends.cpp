// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/map_ends.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace polreach::solver::queries {

using model::EndpointId;
using model::Model;

namespace {

MapEnds::Group group_of(const Model& model, EndpointId id, Grouping grouping) {
  const model::Endpoint& endpoint = model[id];
  const model::Workload& workload = model[endpoint.workload];
  const bool pod = grouping == Grouping::Pods && endpoint.pod;
  if (pod) return {workload.ns, model.symbols->intern("Pod"), *endpoint.pod, {}, true, 0};
  const bool owner = grouping == Grouping::Owners;
  return {workload.ns,
          owner ? endpoint.owner_kind : workload.kind,
          owner ? endpoint.owner_name : workload.name,
          {},
          !workload.replicated,
          0};
}

}  // namespace

MapEnds::MapEnds(const compiler::Cluster& cluster, const compiler::Classes& classes,
                 const MapOptions& options)
    : model_(cluster.model()) {
  group_endpoints(classes, options.grouping);
  add_peers();
  choose(options.from, &Part::is_source);
  choose(options.to, &Part::is_destination);
}

void MapEnds::group_endpoints(const compiler::Classes& classes, Grouping grouping) {
  using Key = std::tuple<std::uint32_t, std::string_view, std::string_view>;
  std::map<Key, std::map<std::uint32_t, std::vector<EndpointId>>> by_group;
  std::map<Key, Group> named;
  for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
    const auto id = static_cast<EndpointId>(i);
    Group group = group_of(model_, id, grouping);
    const Key key{static_cast<std::uint32_t>(group.ns), model_.text(group.name),
                  model_.text(group.kind)};
    by_group[key][classes.of(id)].push_back(id);
    named.emplace(key, std::move(group));
  }
  parts_of_class_.resize(classes.size());
  for (auto& [key, by_class] : by_group) {
    const auto group = static_cast<std::uint32_t>(groups_.size());
    groups_.push_back(named.at(key));
    for (auto& [class_id, endpoints] : by_class) {
      const auto part = static_cast<std::uint32_t>(parts_.size());
      groups_.back().parts.push_back(part);
      parts_of_class_[class_id].push_back(part);
      parts_.push_back({group, class_id, std::move(endpoints)});
    }
  }
}

void MapEnds::add_peers() {
  for (Group& group : groups_) {
    MapPeer whole{group.ns, group.kind, group.name, {}, true, {}};
    for (const std::uint32_t part : group.parts) {
      const auto& more = parts_[part].endpoints;
      whole.endpoints.insert(whole.endpoints.end(), more.begin(), more.end());
    }
    std::sort(whole.endpoints.begin(), whole.endpoints.end());
    group.peer = static_cast<std::uint32_t>(peers_.size());
    peers_.push_back(std::move(whole));
    for (const std::uint32_t part : group.parts) {
      parts_[part].peer = group.peer;
      if (group.parts.size() == 1) continue;
      parts_[part].peer = static_cast<std::uint32_t>(peers_.size());
      peers_.push_back({group.ns, group.kind, group.name, parts_[part].endpoints, false, {}});
    }
  }
}

void MapEnds::choose(const std::optional<Target>& target, bool Part::*chosen) {
  if (!target) return;
  const std::set<EndpointId> endpoints(target->endpoints.begin(), target->endpoints.end());
  for (Part& part : parts_) {
    part.*chosen = std::any_of(part.endpoints.begin(), part.endpoints.end(),
                               [&](EndpointId id) { return endpoints.contains(id); });
  }
}

bool MapEnds::has_source(const Group& group) const {
  return std::any_of(group.parts.begin(), group.parts.end(),
                     [&](std::uint32_t part) { return parts_[part].is_source; });
}

bool MapEnds::has_destination(const Group& group) const {
  return std::any_of(group.parts.begin(), group.parts.end(),
                     [&](std::uint32_t part) { return parts_[part].is_destination; });
}

}  // namespace polreach::solver::queries
