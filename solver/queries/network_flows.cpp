// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/network_flows.h"

#include <algorithm>
#include <utility>

#include "compiler/path/network_paths.h"
#include "compiler/path/routed.h"

namespace polreach::solver::queries {

using compiler::Guard;
using compiler::Path;
using compiler::Site;
using compiler::Stand;
using model::Direction;
using sets::Diagram;
using sets::Diagrams;

namespace {

/// Nothing is freed while a space lives, and one pair needs little of it.
constexpr std::size_t kEdgesOfManyPairs = 2'000'000;

template <typename T>
T value_of(source::Result<T> result) {
  if (!result) throw sets::OverBudget(result.error().message);
  return std::move(*result);
}

bool is_itself(const Site& source, const Site& destination) {
  return source.interface && source.interface == destination.interface &&
         source.addresses == destination.addresses && source.is_asked;
}

NetworkRule rule_of(const Guard& guard, Direction direction, const Path& path,
                    const sets::Deciding& deciding) {
  const compiler::Hop& hop = path.hops.front();
  const compiler::Filter& filter = path.filters[deciding.admin ? *hop.admin : hop.filter];
  NetworkRule result;
  result.place = guard.place;
  result.direction = direction;
  result.is_admin = deciding.admin;
  if (filter.group != nullptr) result.group = filter.group->name;
  if (!deciding.rule) {
    result.is_missing = filter.missing.has_value();
    result.access_is_open = result.is_missing;
    result.access = filter.otherwise;
    if (filter.group != nullptr) result.where = filter.group->where;
    return result;
  }
  const compiler::FilterRule& rule = filter.rules[*deciding.rule];
  result.name = rule.rule->name;
  result.priority = rule.rule->priority;
  result.is_default = rule.rule->is_default;
  result.access = rule.access;
  result.access_is_open = rule.access_open.has_value();
  result.where = rule.rule->where;
  const bool written = rule.rule->where.exists() || rule.rule->is_default;
  if (!written && result.priority == 0) result.group.clear();
  return result;
}

}  // namespace

NetworkFlows::NetworkFlows(compiler::Surroundings& around)
    : around_(around), space_(std::make_unique<sets::PathSpace>(around.unknowns().all())) {}

NetworkFlows::Evaluated& NetworkFlows::evaluated(const Guard& guard, Direction direction) {
  const Key key{guard.group, guard.open, guard.admin, guard.network, direction};
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  Evaluated result;
  result.path.source = net::all_addresses();
  result.path.destination = net::all_addresses();
  add_guard(around_, result.path, guard, direction, compiler::packet_header());
  if (!result.path.hops.empty()) {
    const auto flows = value_of(sets::flows(*space_, nullptr, {result.path}));
    result.passes = flows.ways.front().hops.front().passes;
  }
  return known_.emplace(key, std::move(result)).first->second;
}

sets::WayFlows NetworkFlows::way_flows(const Path& way, const Stand& from, const Stand& to,
                                       bool is_filtered) {
  Diagrams& diagrams = space_->diagrams();
  sets::WayFlows result;
  result.packets = sets::kTrue;
  result.open = sets::kTrue;
  const auto end = [&](sets::Variable variable, const net::AddressSet& values, bool is_asked) {
    Diagram& part = is_asked ? result.packets : result.open;
    part = diagrams.both(part, diagrams.addresses(variable, values));
  };
  end(sets::Variable::source(), way.source, way.source_is_asked);
  end(sets::Variable::destination(), way.destination, way.destination_is_asked);
  result.passes = diagrams.both(result.packets, result.open);
  if (is_filtered) {
    for (const Guard& guard : from.guards) {
      result.passes = diagrams.both(result.passes, evaluated(guard, Direction::Egress).passes);
    }
    for (const Guard& guard : to.guards) {
      result.passes = diagrams.both(result.passes, evaluated(guard, Direction::Ingress).passes);
    }
  }
  result.must = diagrams.both(result.packets, sets::in_every_case(*space_, way, result.passes));
  result.may = sets::in_some_case(*space_, way, result.passes);
  return result;
}

NetworkFlows::Between NetworkFlows::between(const Site& source, const Site& destination) {
  if (space_->diagrams().edges_used() > kEdgesOfManyPairs) {
    known_.clear();
    space_ = std::make_unique<sets::PathSpace>(around_.unknowns().all());
  }
  return also_between(source, destination);
}

NetworkFlows::Between NetworkFlows::also_between(const Site& source, const Site& destination) {
  Between result;
  result.routed = routed_between(around_, source, destination);
  compiler::Connection connection;
  const bool too_many = leave_out_ways(
      around_, connection, source.stands.size() * destination.stands.size(),
      {source.addresses, source.is_asked, destination.addresses, destination.is_asked});
  if (too_many) {
    result.ways = std::move(connection.ways);
    result.flows = value_of(sets::flows(*space_, nullptr, result.ways));
    return result;
  }
  Diagrams& diagrams = space_->diagrams();
  for (const Stand& from : source.stands) {
    for (const Stand& to : destination.stands) {
      Path way;
      way.label = compiler::join_labels(from.label.empty() ? "" : "from: " + from.label,
                                        to.label.empty() ? "" : "to: " + to.label);
      std::vector<std::string> notes;
      if (!set_ends(way, source.addresses, source.is_asked, destination.addresses,
                    destination.is_asked, notes)) {
        result.flows = {};
        return result;
      }
      result.flows.ways.push_back(way_flows(way, from, to, !is_itself(source, destination)));
      result.ways.push_back(std::move(way));
    }
  }
  std::vector<Diagram> may;
  for (const sets::WayFlows& way : result.flows.ways) may.push_back(way.may);
  // All ways are for the same packets.
  result.flows.packets = result.flows.ways.front().packets;
  result.flows.may = diagrams.any_of(std::move(may));
  result.flows.must = result.flows.packets;
  for (const sets::WayFlows& way : result.flows.ways) {
    result.flows.must = diagrams.both(result.flows.must, way.must);
  }
  return result;
}

void NetworkFlows::add_rules(const Guard& guard, Direction direction, Diagram packets,
                             std::vector<NetworkRule>& rules) {
  Evaluated& at = evaluated(guard, direction);
  if (at.path.hops.empty()) return;
  if (!at.deciding) at.deciding = value_of(sets::deciding(*space_, at.path, 0, sets::kTrue));
  for (const sets::Deciding& each : *at.deciding) {
    if (space_->diagrams().disjoint(packets, each.possible)) continue;
    NetworkRule rule = rule_of(guard, direction, at.path, each);
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) {
      rules.push_back(std::move(rule));
    }
  }
}

std::vector<NetworkRule> NetworkFlows::deciding(const Site& source, const Site& destination,
                                                const Between& pair, Diagram packets) {
  std::vector<NetworkRule> rules;
  if (is_itself(source, destination) || pair.flows.ways.empty()) return rules;
  Diagrams& diagrams = space_->diagrams();
  const sets::WayFlows& way = pair.flows.ways.front();
  packets = diagrams.all_of({packets, way.packets, way.open});
  for (const Stand& from : source.stands) {
    for (const Guard& guard : from.guards) add_rules(guard, Direction::Egress, packets, rules);
  }
  for (const Stand& to : destination.stands) {
    for (std::size_t i = to.guards.size(); i-- > 0;) {
      add_rules(to.guards[i], Direction::Ingress, packets, rules);
    }
  }
  return rules;
}

}  // namespace polreach::solver::queries
