// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/exposure.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "policies/source/parallel.h"
#include "policies/source/result.h"
#include "solver/queries/cover.h"
#include "solver/queries/example_pods.h"
#include "solver/queries/outside.h"
#include "solver/sets/reach.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using model::Direction;
using model::EndpointId;
using model::Gap;
using model::Model;
using net::Traffic;

class Exposing {
 public:
  Exposing(const Cluster& cluster, const ExposureOptions& options)
      : cluster_(cluster),
        model_(cluster.model()),
        options_(options),
        classes_(cluster, {}),
        outside_(outside_addresses(cluster)),
        possible_(cluster),
        example_name_(example_name(model_)) {
    if (cluster.profile().own_node_passes) {
      throw source::InternalError("exposure does not know nodes");
    }
  }

  Exposure run() {
    note_gaps();
    for (const model::Workload& each : model_.workloads) {
      if (in_focus(each)) number_sides(each);
    }
    source::Progress deciding("deciding", "sets of policies", to_decide_.size());
    sides_.resize(to_decide_.size());
    source::in_parallel(to_decide_.size(), deciding, [&](std::size_t i) {
      sides_[i] = side(to_decide_[i].first, to_decide_[i].second);
    });
    for (std::uint32_t i = 0; i < model_.workloads.size(); ++i) {
      if (in_focus(model_.workloads[i])) workload(static_cast<model::WorkloadId>(i));
    }
    if (options_.checks_examples) check();
    return std::move(result_);
  }

 private:
  void note_gaps() {
    for (std::size_t i = 0; i < model_.gaps.size(); ++i) {
      if (model_.gaps[i].effect != Gap::Effect::RequestsOnly) result_.gaps.push_back(i);
    }
  }

  [[nodiscard]] bool touched(model::NamespaceId ns) const {
    return std::any_of(result_.gaps.begin(), result_.gaps.end(), [&](std::size_t i) {
      return !model_.gaps[i].ns || *model_.gaps[i].ns == ns;
    });
  }

  // Workloads -----------------------------------------------------------------------------------

  [[nodiscard]] bool in_focus(const model::Workload& workload) const {
    if (options_.ns && workload.ns != *options_.ns) return false;
    if (!options_.workloads) return true;
    const auto& wanted = options_.workloads->endpoints;
    return std::any_of(workload.endpoints.begin(), workload.endpoints.end(), [&](EndpointId id) {
      return std::find(wanted.begin(), wanted.end(), id) != wanted.end();
    });
  }

  /// One entry, or one for each part of its pods that policies tell apart.
  void workload(model::WorkloadId id) {
    const model::Workload& workload = model_[id];
    using Sides = std::pair<std::uint32_t, std::uint32_t>;
    std::vector<std::pair<Sides, std::vector<EndpointId>>> parts;
    for (EndpointId each : workload.endpoints) {
      const Sides sides{options_.ingress ? side_of(each, Direction::Ingress) : 0,
                        options_.egress ? side_of(each, Direction::Egress) : 0};
      const auto known = std::find_if(parts.begin(), parts.end(),
                                      [&](const auto& part) { return part.first == sides; });
      if (known != parts.end()) {
        known->second.push_back(each);
      } else {
        parts.push_back({sides, {each}});
      }
    }
    for (auto& [sides, endpoints] : parts) {
      WorkloadExposure entry;
      entry.pods = {workload.ns,          workload.kind,     workload.name,
                    std::move(endpoints), parts.size() == 1, {}};
      entry.gaps = touched(workload.ns);
      if (options_.ingress) entry.ingress = sides_[sides.first];
      if (options_.egress) entry.egress = sides_[sides.second];
      result_.workloads.push_back(std::move(entry));
    }
  }

  // Sides ---------------------------------------------------------------------------------------

  void number_sides(const model::Workload& workload) {
    for (const EndpointId each : workload.endpoints) {
      if (options_.ingress) side_of(each, Direction::Ingress);
      if (options_.egress) side_of(each, Direction::Egress);
    }
  }

  /// The number of what an endpoint is exposed to, which is decided where the number is new.
  std::uint32_t side_of(EndpointId id, Direction direction) {
    const std::uint32_t class_id = classes_.of(id);
    const auto known = side_of_class_.find({class_id, direction});
    if (known != side_of_class_.end()) return known->second;
    const EndpointId self = classes_.members(class_id).front();
    const std::uint32_t profile = profile_of(self, class_id, direction);
    side_of_class_.emplace(std::pair{class_id, direction}, profile);
    return profile;
  }

  /// Whether anything that is not known decides which policies select an endpoint.
  [[nodiscard]] bool is_open(EndpointId id) const {
    const model::LabelSet& pod = model_.label_sets[model_[id].labels];
    const model::LabelSet& space = model_.label_sets[model_[model_.namespace_of(id)].labels];
    return pod.open || !pod.unknown.empty() || space.open || !space.unknown.empty();
  }

  std::uint32_t profile_of(EndpointId self, std::uint32_t class_id, Direction direction) {
    const auto& policies = cluster_.candidates(self, direction);
    const bool ports = direction == Direction::Ingress && !policies.empty();
    Key key{direction, policies, ports ? model_[self].ports : std::vector<model::NamedPort>(),
            model_[self].host_network, is_open(self) ? class_id + 1 : 0};
    const auto next = static_cast<std::uint32_t>(to_decide_.size());
    const auto [entry, added] = profile_ids_.emplace(std::move(key), next);
    if (added) to_decide_.emplace_back(self, direction);
    return entry->second;
  }

  [[nodiscard]] ExposureSide side(EndpointId self, Direction direction) const {
    sets::PossibleFlow flows(possible_, direction, self);
    const LabelSpace space(possible_, model_.namespace_of(self), flows.peers());
    const Cover found = cover(space, flows);
    ExposureSide result;
    result.selected = !cluster_.candidates(self, direction).empty();
    result.bounded = found.bounded;
    for (const Covered& each : found.conditions) {
      result.entries.push_back(pods(direction, space, each));
    }
    add_outside(result, self, direction);
    return result;
  }

  [[nodiscard]] ExposureEntry pods(Direction direction, const LabelSpace& space,
                                   const Covered& each) const {
    ExposureEntry entry;
    entry.namespaces = space.namespaces(each.cube);
    entry.pods = space.pods(each.cube);
    entry.points = each.flow.points;
    entry.points_beyond = each.beyond.points;
    const sets::Flow& flow = each.flow;
    const sets::Flow& beyond = each.beyond;
    entry.allowed = without_markers(direction, flow.must, flow.must);
    entry.conditional = without_markers(direction, flow.may - flow.must, flow.may);
    entry.allowed_beyond = without_markers(direction, beyond.must, flow.must);
    entry.conditional_beyond = without_markers(direction, beyond.may - beyond.must, flow.may);
    entry.example = example_pod(possible_, space, each.cube, entry.allowed);
    entry.example->name = example_name_;
    return entry;
  }

  /// Towards pods: the ports that stand for names as names. `all`: what passes besides.
  [[nodiscard]] PossibleTraffic without_markers(Direction direction, Traffic traffic,
                                                const Traffic& all) const {
    PossibleTraffic result;
    if (direction == Direction::Egress) {
      for (const auto& [name, number] : possible_.markers().named) {
        const net::Port unnamed = possible_.markers().unnamed[static_cast<std::size_t>(name.first)];
        const bool passes = traffic[name.first].contains(number);
        const bool usual = traffic[name.first].contains(unnamed);
        if (passes && !usual) result.named.push_back(name);
        if (usual && !all[name.first].contains(number)) result.without.push_back(name);
        const net::PortSet one(number, number);
        if (usual) {
          traffic[name.first] |= one;
        } else {
          traffic[name.first] -= one;
        }
      }
      const auto by_text = [&](const auto& a, const auto& b) {
        return std::pair(a.first, model_.text(a.second)) <
               std::pair(b.first, model_.text(b.second));
      };
      std::sort(result.named.begin(), result.named.end(), by_text);
      std::sort(result.without.begin(), result.without.end(), by_text);
    }
    result.ports = std::move(traffic);
    return result;
  }

  void add_outside(ExposureSide& side, EndpointId self, Direction direction) const {
    const bool egress = direction == Direction::Egress;
    const compiler::Party pod = self;
    const compiler::Party outside = outside_;
    const auto pieces = sets::reach(cluster_, egress ? pod : outside, egress ? outside : pod);
    using FlowKey = std::tuple<Traffic, Traffic, std::vector<compiler::OpenPoint>>;
    std::map<FlowKey, net::AddressSet> by_flow;
    for (const sets::Piece& piece : pieces) {
      if (piece.may.empty()) continue;
      const Traffic open = piece.may - piece.must;
      std::vector<compiler::OpenPoint> points;
      if (!open.empty()) {
        const compiler::Party there = piece.addresses;
        points = sets::assumptions(cluster_, egress ? pod : there, egress ? there : pod, open);
      }
      by_flow[{piece.must, open, points}] |= piece.addresses;
    }
    std::vector<ExposureEntry> entries;
    for (const auto& [flow, addresses] : by_flow) {
      ExposureEntry entry;
      entry.addresses = addresses;
      entry.allowed.ports = entry.allowed_beyond.ports = std::get<0>(flow);
      entry.conditional.ports = entry.conditional_beyond.ports = std::get<1>(flow);
      entry.points = entry.points_beyond = std::get<2>(flow);
      entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const ExposureEntry& a, const ExposureEntry& b) {
      return a.addresses < b.addresses;
    });
    for (ExposureEntry& entry : entries) side.entries.push_back(std::move(entry));
  }

  // Examples ------------------------------------------------------------------------------------

  /// Policies that would select an example can stop what the workload's let pass.
  void check() {
    std::vector<ExampleCheck> checks;
    for (std::size_t i = 0; i < result_.workloads.size(); ++i) {
      WorkloadExposure& workload = result_.workloads[i];
      const EndpointId self = workload.pods.endpoints.front();
      for (const Direction direction : {Direction::Ingress, Direction::Egress}) {
        auto& side = direction == Direction::Ingress ? workload.ingress : workload.egress;
        if (!side) continue;
        for (ExposureEntry& entry : side->entries) {
          if (!entry.example) continue;
          Traffic traffic = entry.allowed.ports;
          for (const auto& name : entry.allowed.named) {
            const net::Port number = possible_.markers().named.at(name);
            traffic[name.first] |= net::PortSet(number, number);
          }
          for (const auto& name : entry.allowed.without) {
            const net::Port number = possible_.markers().named.at(name);
            traffic[name.first] -= net::PortSet(number, number);
          }
          checks.push_back({&*entry.example, self, direction, std::move(traffic)});
        }
      }
    }
    check_examples(cluster_, checks);
  }

  using Key = std::tuple<Direction, std::vector<model::PolicyId>, std::vector<model::NamedPort>,
                         bool, std::uint32_t>;

  const Cluster& cluster_;
  const Model& model_;
  const ExposureOptions& options_;
  compiler::Classes classes_;
  net::AddressSet outside_;
  sets::PossibleCluster possible_;
  std::string example_name_;
  Exposure result_;
  std::map<Key, std::uint32_t> profile_ids_;
  std::vector<std::pair<EndpointId, Direction>> to_decide_;  // by profile
  std::vector<ExposureSide> sides_;                          // likewise
  std::map<std::pair<std::uint32_t, Direction>, std::uint32_t> side_of_class_;
};

}  // namespace

Exposure exposure(const Cluster& cluster, const ExposureOptions& options) {
  return Exposing(cluster, options).run();
}

}  // namespace polreach::solver::queries
