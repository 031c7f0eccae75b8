// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/map.h"

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "policies/source/progress.h"
#include "solver/queries/map_ends.h"
#include "solver/queries/map_entrances.h"
#include "solver/queries/outside.h"
#include "solver/sets/matrix.h"
#include "solver/z3/prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Cluster;
using compiler::Party;
using model::EndpointId;
using model::Gap;
using model::Model;
using net::AddressSet;
using net::Traffic;

class Mapping {
 public:
  Mapping(const Cluster& cluster, const MapOptions& options)
      : cluster_(cluster),
        model_(cluster.model()),
        options_(options),
        classes_(cluster, {}),
        ends_(cluster, classes_, options) {
    result_.peers = ends_.take_peers();
    const AddressSet all = options_.ipv6 ? net::all_addresses() : outside_addresses(cluster_);
    outside_sources_ = options_.from ? options_.from->addresses : all;
    outside_destinations_ = options_.to ? options_.to->addresses : all;
    note_gaps();
  }

  Map run() {
    decide();
    if (options_.prove) prove();
    return std::move(result_);
  }

 private:
  void decide() {
    const auto& parts = ends_.parts();
    const bool between =
        std::any_of(parts.begin(), parts.end(), std::mem_fn(&Part::is_source)) &&
        std::any_of(parts.begin(), parts.end(), std::mem_fn(&Part::is_destination));
    if (between) matrix_.emplace(cluster_, classes_);
    const auto groups = static_cast<std::uint32_t>(ends_.groups().size());
    source::Progress deciding("deciding", "workloads", std::uint64_t{2} * groups);
    for (std::uint32_t group = 0; group < groups; ++group) {
      between_pods(group);
      to_outside(group);
      deciding.advance();
    }
    for (std::uint32_t group = 0; group < groups; ++group) {
      from_outside(group);
      deciding.advance();
    }
    sort_outside();
    if (!options_.from) from_controllers();
  }

  using Part = MapEnds::Part;
  using Group = MapEnds::Group;
  [[nodiscard]] const Group& group_at(std::uint32_t id) const { return ends_.groups()[id]; }
  [[nodiscard]] const Part& part_at(std::uint32_t id) const { return ends_.parts()[id]; }

  [[nodiscard]] bool in_namespace(std::uint32_t a, std::uint32_t b) const {
    return !options_.ns || group_at(a).ns == *options_.ns || group_at(b).ns == *options_.ns;
  }

  // What was not understood ----------------------------------------------------------------------

  void note_gaps() {
    gap_in_.resize(model_.namespaces.size(), false);
    for (std::size_t i = 0; i < model_.gaps.size(); ++i) {
      const Gap& gap = model_.gaps[i];
      if (gap.effect == Gap::Effect::RequestsOnly) continue;
      result_.gaps.push_back(i);
      if (gap.ns) {
        gap_in_[static_cast<std::size_t>(*gap.ns)] = true;
      } else {
        gap_everywhere_ = true;
      }
    }
  }

  [[nodiscard]] bool touched(std::uint32_t group) const {
    return gap_everywhere_ || gap_in_[static_cast<std::size_t>(group_at(group).ns)];
  }

  // The connections ------------------------------------------------------------------------------

  /// What was asked about, at a destination; what a port name means differs from pod to pod.
  const Traffic& asked(std::uint32_t class_id) {
    const auto known = asked_.find(class_id);
    if (known != asked_.end()) return known->second;
    const Party party = classes_.members(class_id).front();
    return asked_.emplace(class_id, traffic_of(model_, options_.asked, party)).first->second;
  }

  std::uint32_t intern(MapFlow flow) {
    const auto next = static_cast<std::uint32_t>(result_.flows.size());
    const auto [entry, added] = flow_ids_.emplace(flow, next);
    if (added) result_.flows.push_back(std::move(flow));
    return entry->second;
  }

  /// Nothing where nothing is left to list.
  std::optional<std::uint32_t> flow_of(const Traffic& must, const Traffic& may,
                                       const std::vector<compiler::OpenPoint>& points,
                                       const Traffic& asked, bool gaps) {
    MapFlow flow{must & asked, (may - must) & asked, {}, gaps};
    if (!flow.conditional.empty()) flow.points = points;
    if (gaps) {
      flow.conditional |= flow.allowed;
      flow.allowed = {};
    }
    if (flow.allowed.empty() && flow.conditional.empty()) return std::nullopt;
    return intern(std::move(flow));
  }

  /// Flows between classes are few: each is restricted to what was asked once.
  std::optional<std::uint32_t> flow_of(sets::Matrix::FlowId id, std::uint32_t destination,
                                       bool gaps) {
    const Traffic& question = asked(destination);
    const auto key = std::tuple(id, options_.asked.entries.empty() ? 0 : destination + 1, gaps);
    const auto known = flows_.find(key);
    if (known != flows_.end()) return known->second;
    const sets::Flow& flow = matrix_->flow(id);
    const auto result = flow_of(flow.must, flow.may, flow.points, question, gaps);
    flows_.emplace(key, result);
    return result;
  }

  struct Found {
    std::uint32_t group;  // of the destination
    std::uint32_t source;
    std::uint32_t destination;  // parts
    std::uint32_t flow;
  };

  void between_pods(std::uint32_t source) {
    const Group& from = group_at(source);
    if (!matrix_ || !ends_.has_source(from)) return;
    std::vector<Found> found;
    for (std::uint32_t part : from.parts) {
      if (!part_at(part).is_source) continue;
      for (const sets::Matrix::Entry& entry : matrix_->row(part_at(part).class_id)) {
        for (std::uint32_t other : ends_.parts_of_class(entry.destination)) {
          const std::uint32_t destination = part_at(other).group;
          if (!part_at(other).is_destination || !in_namespace(source, destination)) continue;
          const bool same = destination == source;
          if (same && (!options_.itself || from.one_pod)) continue;
          const bool gaps = touched(source) || touched(destination);
          const auto flow = flow_of(entry.flow, entry.destination, gaps);
          if (flow) found.push_back({destination, part, other, *flow});
        }
      }
    }
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
      return std::tie(a.group, a.source, a.destination) <
             std::tie(b.group, b.source, b.destination);
    });
    for (auto at = found.begin(); at != found.end();) {
      const auto end =
          std::find_if(at, found.end(), [&](const Found& each) { return each.group != at->group; });
      add_line(source, {at, end});
      at = end;
    }
  }

  /// One line where all pods of both groups agree, else one for each two parts.
  void add_line(std::uint32_t source, std::span<const Found> found) {
    const std::uint32_t destination = found.front().group;
    const std::size_t all = group_at(source).parts.size() * group_at(destination).parts.size();
    const bool alike =
        found.size() == all && std::all_of(found.begin(), found.end(), [&](const Found& each) {
          return each.flow == found.front().flow;
        });
    if (alike) {
      result_.connections.push_back(
          {group_at(source).peer, group_at(destination).peer, found.front().flow});
      return;
    }
    for (const Found& each : found) {
      result_.connections.push_back(
          {part_at(each.source).peer, part_at(each.destination).peer, each.flow});
    }
  }

  std::uint32_t outside_peer(const AddressSet& addresses) {
    const auto next = static_cast<std::uint32_t>(result_.peers.size());
    const auto [entry, added] = outside_ids_.emplace(addresses, next);
    if (added) result_.peers.push_back({{}, {}, {}, {}, true, addresses});
    return entry->second;
  }

  /// The pieces between a class and the outside, as flows; computed once a class.
  using OutsideFlows = std::vector<std::pair<AddressSet, std::uint32_t>>;
  const OutsideFlows& outside_flows(std::uint32_t class_id, bool egress, bool gaps) {
    const auto key = std::tuple(class_id, egress, gaps);
    const auto known = outside_flows_.find(key);
    if (known != outside_flows_.end()) return known->second;
    const Party pod = classes_.members(class_id).front();
    const Party outside = egress ? outside_destinations_ : outside_sources_;
    const Party& source = egress ? pod : outside;
    const Party& destination = egress ? outside : pod;
    const Traffic question = traffic_of(model_, options_.asked, destination);
    std::map<std::uint32_t, std::vector<AddressSet::Interval>> by_flow;
    for (const sets::Piece& piece : sets::reach(cluster_, source, destination)) {
      std::vector<compiler::OpenPoint> points;
      const Traffic open = (piece.may - piece.must) & question;
      if (!open.empty()) {
        const Party there = piece.addresses;
        points = sets::assumptions(cluster_, egress ? pod : there, egress ? there : pod, open);
      }
      const auto flow = flow_of(piece.must, piece.may, points, question, gaps);
      if (!flow) continue;
      const auto& more = piece.addresses.intervals();
      by_flow[*flow].insert(by_flow[*flow].end(), more.begin(), more.end());
    }
    OutsideFlows result;
    for (auto& [flow, intervals] : by_flow) {
      result.emplace_back(AddressSet::of(std::move(intervals)), flow);
    }
    std::sort(result.begin(), result.end());
    return outside_flows_.emplace(key, std::move(result)).first->second;
  }

  void to_outside(std::uint32_t source) {
    if (!outside_destinations_.empty()) outside_lines(source, true);
  }

  void from_outside(std::uint32_t destination) {
    if (!outside_sources_.empty()) outside_lines(destination, false);
  }

  void outside_lines(std::uint32_t group, bool egress) {
    const auto chosen = egress ? &Part::is_source : &Part::is_destination;
    const Group& pods = group_at(group);
    const bool any = egress ? ends_.has_source(pods) : ends_.has_destination(pods);
    if (!any || !in_namespace(group, group)) return;
    const auto add = [&](std::uint32_t peer, const OutsideFlows& flows) {
      for (const auto& [addresses, flow] : flows) {
        const std::uint32_t outside = outside_peer(addresses);
        result_.connections.push_back({egress ? peer : outside, egress ? outside : peer, flow});
      }
    };
    const auto flows = [&](std::uint32_t part) -> const OutsideFlows& {
      return outside_flows(part_at(part).class_id, egress, touched(group));
    };
    const bool alike = std::all_of(pods.parts.begin(), pods.parts.end(), [&](std::uint32_t part) {
      return part_at(part).*chosen && flows(part) == flows(pods.parts.front());
    });
    if (alike) {
      add(group_at(group).peer, flows(pods.parts.front()));
      return;
    }
    for (std::uint32_t part : pods.parts) {
      if (part_at(part).*chosen) add(part_at(part).peer, flows(part));
    }
  }

  /// Lines from outside go by their addresses, then by destination.
  void sort_outside() {
    const auto& peers = result_.peers;
    const auto first =
        std::find_if(result_.connections.begin(), result_.connections.end(),
                     [&](const MapConnection& each) { return peers[each.source].is_outside(); });
    std::stable_sort(first, result_.connections.end(),
                     [&](const MapConnection& a, const MapConnection& b) {
                       return std::tie(peers[a.source].addresses, a.destination) <
                              std::tie(peers[b.source].addresses, b.destination);
                     });
  }

  // Entrances ------------------------------------------------------------------------------------

  /// What entrances lead to, through controllers that the input does not hold.
  void from_controllers() {
    const Entered found = entered(cluster_);
    result_.warnings = found.warnings;
    if (found.pods.empty()) return;
    const auto peer = static_cast<std::uint32_t>(result_.peers.size());
    result_.peers.push_back({{}, {}, {}, {}, true, {}, true});
    for (std::uint32_t id = 0; id < ends_.groups().size(); ++id) {
      const Group& group = group_at(id);
      if (!ends_.has_destination(group) || !in_namespace(id, id)) continue;
      std::map<std::uint32_t, std::optional<std::uint32_t>> by_part;
      for (const std::uint32_t part : group.parts) {
        if (!part_at(part).is_destination) continue;
        const auto led_to = into(part_at(part), found);
        if (led_to) by_part[part] = flow_into(part_at(part), *led_to);
      }
      const bool alike = by_part.size() == group.parts.size() &&
                         std::all_of(by_part.begin(), by_part.end(), [&](const auto& each) {
                           return each.second == by_part.begin()->second;
                         });
      for (const auto& [part, flow] : by_part) {
        if (!flow) continue;
        result_.connections.push_back({peer, alike ? group.peer : part_at(part).peer, *flow});
        if (alike) break;
      }
    }
  }

  /// What leads to any of the pods of a part: Services may select among pods that no policy tells
  /// apart. Nothing where none does.
  static std::optional<Entered::Pod> into(const Part& part, const Entered& found) {
    std::optional<Entered::Pod> result;
    for (const EndpointId id : part.endpoints) {
      const auto pod = found.pods.find(id);
      if (pod == found.pods.end()) continue;
      if (!result) result.emplace();
      result->led_to |= pod->second.led_to;
      result->certain |= pod->second.certain;
      result->flow = pod->second.flow;
    }
    return result;
  }

  std::optional<std::uint32_t> flow_into(const Part& part, const Entered::Pod& pod) {
    std::vector<compiler::OpenPoint> points = pod.flow.points;
    if (points.empty()) points.push_back({compiler::Assumption::Controller, {}});
    return flow_of(pod.flow.must & pod.certain, pod.flow.may & pod.led_to, points,
                   asked(part.class_id), touched(part.group));
  }

  // Proofs ---------------------------------------------------------------------------------------

  void prove() {
    z3::Prover prover(cluster_);
    std::set<std::pair<Party, Party>> asked;
    source::Progress proving("proving", "connections", result_.connections.size());
    for (const MapConnection& each : result_.connections) {
      proving.advance();
      if (result_.peers[each.source].is_controller) continue;
      const auto [source, destination] = parties(result_, each);
      if (!asked.emplace(source, destination).second) continue;
      const auto pieces = sets::reach(cluster_, source, destination);
      const auto refuted = prover.refute(source, destination, pieces);
      if (refuted && *refuted) throw source::InternalError("Z3 refutes the set engine");
      ++(refuted ? result_.proofs : result_.unproven);
      for (const sets::Piece& piece : pieces) check_listed(piece, each, destination);
    }
  }

  /// The line must say what was proven.
  void check_listed(const sets::Piece& piece, const MapConnection& line,
                    const Party& destination) const {
    const Traffic question = traffic_of(model_, options_.asked, destination);
    const MapFlow& flow = result_.flows[line.flow];
    const Traffic may = flow.allowed | flow.conditional;
    const bool same =
        (piece.may & question) == may && (flow.gaps || (piece.must & question) == flow.allowed);
    if (!same) throw source::InternalError("the map differs from what Z3 has proven");
  }

 public:
  /// Representatives of the ends of a line.
  static std::pair<Party, Party> parties(const Map& map, const MapConnection& line) {
    const MapPeer& from = map.peers[line.source];
    const MapPeer& to = map.peers[line.destination];
    Party source = from.addresses;
    Party destination = to.addresses;
    if (!from.is_outside()) source = from.endpoints.front();
    if (!to.is_outside()) destination = to.endpoints.front();
    // Of one group two pods are meant, where it has two.
    if (line.source == line.destination && to.endpoints.size() > 1) destination = to.endpoints[1];
    return {source, destination};
  }

 private:
  const Cluster& cluster_;
  const Model& model_;
  const MapOptions& options_;
  compiler::Classes classes_;
  MapEnds ends_;
  std::optional<sets::Matrix> matrix_;  // where pods may connect to pods at all
  Map result_;
  AddressSet outside_sources_;
  AddressSet outside_destinations_;
  bool gap_everywhere_ = false;
  std::vector<bool> gap_in_;  // by namespace
  std::map<std::uint32_t, Traffic> asked_;
  std::map<MapFlow, std::uint32_t> flow_ids_;
  std::map<std::tuple<sets::Matrix::FlowId, std::uint32_t, bool>, std::optional<std::uint32_t>>
      flows_;
  std::map<AddressSet, std::uint32_t> outside_ids_;
  std::map<std::tuple<std::uint32_t, bool, bool>, OutsideFlows> outside_flows_;
};

}  // namespace

bool speaks_of_ipv6(const Cluster& cluster) {
  return !(outside_addresses(cluster) & net::all_addresses(net::Family::V6)).empty();
}

Map map(const Cluster& cluster, const MapOptions& options) {
  return Mapping(cluster, options).run();
}

MapReasons explain(const Cluster& cluster, const Map& map, const MapConnection& connection) {
  // Nothing is known of a controller that could be explained.
  if (map.peers[connection.source].is_controller) {
    MapReasons reasons;
    reasons.egress.basis = reasons.ingress.basis = Basis::Outside;
    reasons.ingress.direction = model::Direction::Ingress;
    return reasons;
  }
  const auto [source, destination] = Mapping::parties(map, connection);
  const MapFlow& flow = map.flows[connection.flow];
  const Traffic asked = flow.allowed | flow.conditional;
  return {explain(cluster, model::Direction::Egress, source, destination, asked),
          explain(cluster, model::Direction::Ingress, source, destination, asked)};
}

}  // namespace polreach::solver::queries
