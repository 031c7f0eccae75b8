// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/map.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <utility>

#include "policies/source/progress.h"
#include "solver/queries/controller.h"
#include "solver/queries/entrances.h"
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

/// The pods of one line's end that are of one class.
struct Part {
  std::uint32_t group = 0;
  std::uint32_t class_id = 0;
  std::vector<EndpointId> endpoints;
};

/// Pods that share a line, by the parts that policies tell apart.
struct Group {
  model::NamespaceId ns{};
  model::Symbol kind{};
  model::Symbol name{};
  std::vector<std::uint32_t> parts;
  bool one_pod = false;  // nothing to connect to but itself
};

Group group_of(const Model& model, EndpointId id, Grouping grouping) {
  const model::Endpoint& endpoint = model[id];
  const model::Workload& workload = model[endpoint.workload];
  const bool pod = grouping == Grouping::Pods && endpoint.pod;
  if (pod) return {workload.ns, model.symbols->intern("Pod"), *endpoint.pod, {}, true};
  const bool owner = grouping == Grouping::Owners;
  return {workload.ns,
          owner ? endpoint.owner_kind : workload.kind,
          owner ? endpoint.owner_name : workload.name,
          {},
          !workload.replicated};
}

class Mapping {
 public:
  Mapping(const Cluster& cluster, const MapOptions& options)
      : cluster_(cluster), model_(cluster.model()), options_(options), classes_(cluster, {}) {
    group_endpoints();
    focus();
    note_gaps();
  }

  Map run() {
    decide();
    if (options_.prove) prove();
    return std::move(result_);
  }

 private:
  void decide() {
    const auto is_any = [](const std::vector<bool>& parts) {
      return std::find(parts.begin(), parts.end(), true) != parts.end();
    };
    if (is_any(is_source_) && is_any(is_destination_)) matrix_.emplace(cluster_, classes_);
    source::Progress deciding("deciding", "workloads", 2 * groups_.size());
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
      between_pods(group);
      to_outside(group);
      deciding.advance();
    }
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
      from_outside(group);
      deciding.advance();
    }
    sort_outside();
    if (!options_.from) from_controllers();
  }

  // The ends -------------------------------------------------------------------------------------

  void group_endpoints() {
    using Key = std::tuple<std::uint32_t, std::string_view, std::string_view>;
    std::map<Key, std::map<std::uint32_t, std::vector<EndpointId>>> by_group;
    std::map<Key, Group> named;
    for (std::uint32_t i = 0; i < model_.endpoints.size(); ++i) {
      const auto id = static_cast<EndpointId>(i);
      Group group = group_of(model_, id, options_.grouping);
      const Key key{static_cast<std::uint32_t>(group.ns), model_.text(group.name),
                    model_.text(group.kind)};
      by_group[key][classes_.of(id)].push_back(id);
      named.emplace(key, std::move(group));
    }
    parts_of_class_.resize(classes_.size());
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
    add_peers();
  }

  /// A peer for each group and, where it has several parts, for each of these.
  void add_peers() {
    peer_of_part_.resize(parts_.size());
    for (const Group& group : groups_) {
      MapPeer whole{group.ns, group.kind, group.name, {}, true, {}};
      for (std::uint32_t part : group.parts) {
        const auto& more = parts_[part].endpoints;
        whole.endpoints.insert(whole.endpoints.end(), more.begin(), more.end());
      }
      std::sort(whole.endpoints.begin(), whole.endpoints.end());
      const auto index = static_cast<std::uint32_t>(result_.peers.size());
      peer_of_group_.push_back(index);
      result_.peers.push_back(std::move(whole));
      for (std::uint32_t part : group.parts) {
        peer_of_part_[part] = index;
        if (group.parts.size() == 1) continue;
        peer_of_part_[part] = static_cast<std::uint32_t>(result_.peers.size());
        result_.peers.push_back(
            {group.ns, group.kind, group.name, parts_[part].endpoints, false, {}});
      }
    }
  }

  void focus() {
    const AddressSet all = options_.ipv6 ? net::all_addresses() : outside_addresses(cluster_);
    outside_sources_ = options_.from ? options_.from->addresses : all;
    outside_destinations_ = options_.to ? options_.to->addresses : all;
    const auto chosen = [&](const std::optional<Target>& target) {
      std::vector<bool> result(parts_.size(), !target);
      if (!target) return result;
      const std::set<EndpointId> endpoints(target->endpoints.begin(), target->endpoints.end());
      for (std::size_t i = 0; i < parts_.size(); ++i) {
        const auto& own = parts_[i].endpoints;
        result[i] = std::any_of(own.begin(), own.end(),
                                [&](EndpointId id) { return endpoints.contains(id); });
      }
      return result;
    };
    is_source_ = chosen(options_.from);
    is_destination_ = chosen(options_.to);
  }

  [[nodiscard]] bool in_focus(const std::vector<bool>& chosen, const Group& group) const {
    return std::any_of(group.parts.begin(), group.parts.end(),
                       [&](std::uint32_t part) { return chosen[part]; });
  }

  [[nodiscard]] bool in_namespace(std::uint32_t a, std::uint32_t b) const {
    return !options_.ns || groups_[a].ns == *options_.ns || groups_[b].ns == *options_.ns;
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
    return gap_everywhere_ || gap_in_[static_cast<std::size_t>(groups_[group].ns)];
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
    const Group& from = groups_[source];
    if (!matrix_ || !in_focus(is_source_, from)) return;
    std::vector<Found> found;
    for (std::uint32_t part : from.parts) {
      if (!is_source_[part]) continue;
      for (const sets::Matrix::Entry& entry : matrix_->row(parts_[part].class_id)) {
        for (std::uint32_t other : parts_of_class_[entry.destination]) {
          const std::uint32_t destination = parts_[other].group;
          if (!is_destination_[other] || !in_namespace(source, destination)) continue;
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
    const std::size_t all = groups_[source].parts.size() * groups_[destination].parts.size();
    const bool alike =
        found.size() == all && std::all_of(found.begin(), found.end(), [&](const Found& each) {
          return each.flow == found.front().flow;
        });
    if (alike) {
      result_.connections.push_back(
          {peer_of_group_[source], peer_of_group_[destination], found.front().flow});
      return;
    }
    for (const Found& each : found) {
      result_.connections.push_back(
          {peer_of_part_[each.source], peer_of_part_[each.destination], each.flow});
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
    const std::vector<bool>& chosen = egress ? is_source_ : is_destination_;
    const Group& pods = groups_[group];
    if (!in_focus(chosen, pods) || !in_namespace(group, group)) return;
    const auto add = [&](std::uint32_t peer, const OutsideFlows& flows) {
      for (const auto& [addresses, flow] : flows) {
        const std::uint32_t outside = outside_peer(addresses);
        result_.connections.push_back({egress ? peer : outside, egress ? outside : peer, flow});
      }
    };
    const auto flows = [&](std::uint32_t part) -> const OutsideFlows& {
      return outside_flows(parts_[part].class_id, egress, touched(group));
    };
    const bool alike = std::all_of(pods.parts.begin(), pods.parts.end(), [&](std::uint32_t part) {
      return chosen[part] && flows(part) == flows(pods.parts.front());
    });
    if (alike) {
      add(peer_of_group_[group], flows(pods.parts.front()));
      return;
    }
    for (std::uint32_t part : pods.parts) {
      if (chosen[part]) add(peer_of_part_[part], flows(part));
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

  /// What an entrance leads to, through a controller that the input does not hold.
  void from_controllers() {
    std::map<EndpointId, Traffic> asked_of;  // backends, certain or not
    std::map<EndpointId, Traffic> certain;
    std::vector<std::pair<const model::Entrance*, EntranceTargets>> unknown;
    for (const model::Entrance& entrance : model_.entrances) {
      EntranceTargets targets = resolve_entrance(model_, entrance);
      result_.warnings.insert(result_.warnings.end(), targets.warnings.begin(),
                              targets.warnings.end());
      const std::vector<EndpointId> controllers = controller_pods(model_, entrance);
      if (!controllers.empty()) {
        check_known(entrance, targets, controllers);
        continue;
      }
      for (const Backend& each : targets.backends) {
        const Traffic traffic(each.protocol, net::PortSet(each.port, each.port));
        asked_of[each.endpoint] |= traffic;
        if (!each.maybe) certain[each.endpoint] |= traffic;
      }
      unknown.emplace_back(&entrance, std::move(targets));
    }
    if (asked_of.empty()) return;
    std::vector<EndpointId> destinations;
    for (const auto& [id, traffic] : asked_of) destinations.push_back(id);
    const UnknownController controller(cluster_, destinations);
    std::map<EndpointId, sets::Flow> flows;
    for (EndpointId id : destinations) flows.emplace(id, controller.reach(id));
    for (const auto& [entrance, targets] : unknown) {
      check_blocked(*entrance, targets, [&](EndpointId id) { return flows.at(id).may; });
    }
    add_controller_lines(asked_of, certain, flows);
  }

  void add_controller_lines(const std::map<EndpointId, Traffic>& asked_of,
                            std::map<EndpointId, Traffic>& certain,
                            const std::map<EndpointId, sets::Flow>& flows) {
    const auto peer = static_cast<std::uint32_t>(result_.peers.size());
    result_.peers.push_back({{}, {}, {}, {}, true, {}, true});
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
      if (!in_focus(is_destination_, groups_[group]) || !in_namespace(group, group)) continue;
      std::map<std::uint32_t, std::optional<std::uint32_t>> by_part;
      for (std::uint32_t part : groups_[group].parts) {
        // Services may select among pods that no policy tells apart.
        Traffic led_to;
        Traffic certainly;
        const sets::Flow* flow = nullptr;
        for (EndpointId id : parts_[part].endpoints) {
          const auto backend = asked_of.find(id);
          if (backend == asked_of.end()) continue;
          led_to |= backend->second;
          certainly |= certain[id];
          flow = &flows.at(id);
        }
        if (flow == nullptr || !is_destination_[part]) continue;
        std::vector<compiler::OpenPoint> points = flow->points;
        if (points.empty()) points.push_back({compiler::Assumption::Controller, {}});
        by_part[part] = flow_of(flow->must & certainly, flow->may & led_to, points,
                                asked(parts_[part].class_id), touched(group));
      }
      const bool alike = by_part.size() == groups_[group].parts.size() &&
                         std::all_of(by_part.begin(), by_part.end(), [&](const auto& each) {
                           return each.second == by_part.begin()->second;
                         });
      for (const auto& [part, flow] : by_part) {
        if (!flow) continue;
        result_.connections.push_back(
            {peer, alike ? peer_of_group_[group] : peer_of_part_[part], *flow});
        if (alike) break;
      }
    }
  }

  /// The controller's pods are in the input, and so are their connections.
  void check_known(const model::Entrance& entrance, const EntranceTargets& targets,
                   const std::vector<EndpointId>& controllers) {
    check_blocked(entrance, targets, [&](EndpointId id) {
      Traffic may;
      for (EndpointId from : controllers) may |= sets::reach(cluster_, from, id).at(0).may;
      return may;
    });
  }

  /// A backend whose policies let no controller in is a mistake.
  template <typename May>
  void check_blocked(const model::Entrance& entrance, const EntranceTargets& targets,
                     const May& may) {
    std::set<model::WorkloadId> said;
    for (const Backend& each : targets.backends) {
      const Traffic traffic(each.protocol, net::PortSet(each.port, each.port));
      const Traffic passes = may(each.endpoint);
      if (!(passes & traffic).empty() || each.maybe) continue;
      const model::WorkloadId workload = model_[each.endpoint].workload;
      if (!said.insert(workload).second) continue;
      result_.warnings.push_back(blocked(entrance, each, workload));
    }
  }

  [[nodiscard]] source::Diagnostic blocked(const model::Entrance& entrance, const Backend& backend,
                                           model::WorkloadId workload) const {
    const std::string port =
        std::string(net::to_string(backend.protocol)) + " " + std::to_string(backend.port);
    const std::string subject = std::string(model_.text(entrance.kind)) + " " +
                                std::string(model_.text(model_[entrance.ns].name)) + "/" +
                                std::string(model_.text(entrance.name));
    source::Diagnostic diagnostic{source::Severity::Warning,
                                  "entrance-blocked",
                                  "it leads to " + port + " of " + name_of(model_, workload) +
                                      ", whose policies let no controller in there",
                                  entrance.where,
                                  subject,
                                  "allow ingress on " + port + " from the controller's pods",
                                  {},
                                  ""};
    const auto& policies = cluster_.candidates(backend.endpoint, model::Direction::Ingress);
    if (!policies.empty()) {
      diagnostic.other = model_[policies.front()].where;
      diagnostic.other_message = "this policy acts on it";
    }
    return diagnostic;
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
  std::optional<sets::Matrix> matrix_;  // where pods may connect to pods at all
  Map result_;
  std::vector<Group> groups_;
  std::vector<Part> parts_;
  std::vector<std::vector<std::uint32_t>> parts_of_class_;
  std::vector<std::uint32_t> peer_of_group_;
  std::vector<std::uint32_t> peer_of_part_;
  std::vector<bool> is_source_;  // by part
  std::vector<bool> is_destination_;
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
