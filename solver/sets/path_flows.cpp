// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/path_flows.h"

#include <map>

#include "solver/sets/path_parts.h"
#include "solver/sets/path_policies.h"

namespace polreach::solver::sets {
namespace {

using compiler::Hop;
using compiler::Path;

constexpr net::Port kLowestChosenPort = 1024;

/// What is left to a group behind a network manager's rules, and what passes both.
Diagram filter_passes(PathSpace& space, const Path& way, const Hop& hop) {
  Diagrams& diagrams = space.diagrams();
  const Outcome group = space.outcome(way.filters[hop.filter], hop.header);
  const Diagram passes = diagrams.either(group.allow, group.always);
  if (!hop.admin) return passes;
  const Outcome admin = space.outcome(way.filters[*hop.admin], hop.header);
  return diagrams.either(admin.always, diagrams.both(admin.allow, passes));
}

HopFlows hop_flows(PathSpace& space, const compiler::Cluster* cluster, const Path& way,
                   const Hop& hop) {
  Diagrams& diagrams = space.diagrams();
  HopFlows result;
  switch (hop.kind) {
    case Hop::Kind::Filter:
      result.passes = filter_passes(space, way, hop);
      break;
    case Hop::Kind::Gate:
      result.passes = hop.gate ? space.fact(*hop.gate) : kFalse;
      break;
    case Hop::Kind::Policies: {
      if (cluster == nullptr) throw source::InternalError("a hop of policies without a cluster");
      const PolicyBounds bounds = policy_bounds(space, *cluster, hop);
      const Diagram open = diagrams.minus(bounds.may, bounds.must);
      const Diagram named = diagrams.protocols(policy_protocols());
      result.passes = bounds.must;
      if (!diagrams.disjoint(open, named)) {
        result.policies_fact = space.fresh_fact();
        const Diagram decides = diagrams.both(named, diagrams.fact(*result.policies_fact));
        result.passes = diagrams.either(result.passes, diagrams.both(open, decides));
      }
      if (!diagrams.within(open, named)) {
        result.protocols_fact = space.fresh_fact();
        const Diagram decides = diagrams.minus(diagrams.fact(*result.protocols_fact), named);
        result.passes = diagrams.either(result.passes, diagrams.both(open, decides));
      }
      break;
    }
  }
  return result;
}

/// Pairs of hops that may rest on the same.
Diagram joint_bounds(PathSpace& space, const compiler::Cluster* cluster, const Path& way) {
  Diagram result = kTrue;
  for (const Hop& a : way.hops) {
    if (a.kind != Hop::Kind::Policies || a.direction != model::Direction::Egress) continue;
    for (const Hop& b : way.hops) {
      if (b.kind != Hop::Kind::Policies || b.direction != model::Direction::Ingress) continue;
      result = space.diagrams().both(result, joint_bound(space, *cluster, a, b));
    }
  }
  return result;
}

WayFlows way_flows(PathSpace& space, const compiler::Cluster* cluster, const Path& way) {
  Diagrams& diagrams = space.diagrams();
  WayFlows result;
  result.hops.resize(way.hops.size());
  const PathParts parts(way);
  if (parts.is_impossible()) return result;
  result.packets = parts.packets(diagrams);
  result.open = parts.open(diagrams);
  const Diagram domain = diagrams.both(result.packets, result.open);
  std::vector<Diagram> must = {result.packets};
  std::vector<Diagram> passes = {domain};
  for (std::size_t i = 0; i < way.hops.size(); ++i) {
    HopFlows& hop = result.hops[i];
    hop = hop_flows(space, cluster, way, way.hops[i]);
    hop.must = diagrams.both(result.packets, parts.in_every_case(diagrams, hop.passes));
    hop.may = diagrams.both(result.packets, parts.in_some_case(diagrams, hop.passes));
    must.push_back(hop.must);
    passes.push_back(hop.passes);
  }
  passes.push_back(joint_bounds(space, cluster, way));
  // What passes each hop in every case passes all of them in every case.
  result.must = diagrams.all_of(std::move(must));
  result.passes = diagrams.all_of(std::move(passes));
  result.may = parts.in_some_case(diagrams, result.passes);
  return result;
}

}  // namespace

PathParts::PathParts(const Path& way) : way_(way) {
  std::map<std::uint32_t, net::AddressSet> chosen;
  for (const Hop& hop : way.hops) {
    for (const compiler::HeaderAddress* address : {&hop.header.source, &hop.header.destination}) {
      if (address->kind != compiler::HeaderAddress::Kind::Chosen) continue;
      const auto [at, is_new] = chosen.emplace(address->variable, address->among);
      if (!is_new && at->second != address->among) at->second &= address->among;
    }
    chosen_source_port_ = chosen_source_port_ || hop.header.source_port_is_chosen;
  }
  if (!way.source_is_asked) open_.push_back({Variable::source(), way.source});
  if (!way.destination_is_asked) open_.push_back({Variable::destination(), way.destination});
  for (auto& [variable, among] : chosen) {
    open_.push_back({Variable::chosen(variable), std::move(among)});
  }
  if (chosen_source_port_) {
    open_.push_back({Variable::chosen_source_port(),
                     values_of(net::PortSet(kLowestChosenPort, net::kHighestPort))});
  }
}

bool PathParts::is_impossible() const {
  for (const Open& open : open_) {
    if (open.values.empty()) return true;
  }
  return false;
}

Diagram PathParts::packets(Diagrams& diagrams) const {
  Diagram result = kTrue;
  if (way_.destination_is_asked) {
    result = diagrams.both(result, diagrams.addresses(Variable::destination(), way_.destination));
  }
  if (way_.source_is_asked) {
    result = diagrams.both(result, diagrams.addresses(Variable::source(), way_.source));
  }
  return result;
}

Diagram PathParts::open(Diagrams& diagrams) const {
  Diagram result = kTrue;
  for (const Open& open : open_) {
    result = diagrams.both(result, open.variable.is_port()
                                       ? diagrams.ports(open.variable, ports_of(open.values))
                                       : diagrams.addresses(open.variable, open.values));
  }
  return result;
}

Diagram PathParts::in_every_case(Diagrams& diagrams, Diagram d) const {
  if (is_impossible()) return kFalse;
  d = diagrams.forall_facts(d);
  for (const Open& open : open_) d = diagrams.forall(d, open.variable, open.values);
  return d;
}

Diagram PathParts::in_some_case(Diagrams& diagrams, Diagram d) const {
  if (is_impossible()) return kFalse;
  d = diagrams.exists_facts(d);
  for (const Open& open : open_) d = diagrams.exists(d, open.variable, open.values);
  return d;
}

Diagram in_every_case(PathSpace& space, const Path& way, Diagram d) {
  return PathParts(way).in_every_case(space.diagrams(), d);
}

Diagram in_some_case(PathSpace& space, const Path& way, Diagram d) {
  return PathParts(way).in_some_case(space.diagrams(), d);
}

source::Result<PathFlows> flows(PathSpace& space, const compiler::Cluster* cluster,
                                const std::vector<Path>& ways) {
  return within_budget([&] {
    Diagrams& diagrams = space.diagrams();
    PathFlows result;
    std::vector<Diagram> packets;
    std::vector<Diagram> may;
    for (const Path& way : ways) {
      result.ways.push_back(way_flows(space, cluster, way));
      packets.push_back(result.ways.back().packets);
      may.push_back(result.ways.back().may);
    }
    result.packets = diagrams.any_of(std::move(packets));
    result.may = diagrams.any_of(std::move(may));
    result.must = result.packets;
    for (const WayFlows& way : result.ways) {
      const Diagram stopped = diagrams.minus(way.packets, way.must);
      result.must = diagrams.minus(result.must, stopped);
    }
    return result;
  });
}

source::Result<FlowDifference> difference(PathSpace& space, Diagram a, Diagram b,
                                          std::size_t limit) {
  return within_budget([&] {
    Diagrams& diagrams = space.diagrams();
    return FlowDifference{boxes_of(diagrams, diagrams.minus(a, b), limit),
                          boxes_of(diagrams, diagrams.minus(b, a), limit)};
  });
}

}  // namespace polreach::solver::sets
