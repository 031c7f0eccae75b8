// SPDX-License-Identifier: Apache-2.0
// Why paths let pass what they do: what a difference rests on, and which rules decide.
#include <algorithm>

#include "solver/sets/path_flows.h"
#include "solver/sets/path_parts.h"
#include "solver/sets/path_policies.h"

namespace polreach::solver::sets {
namespace {

using compiler::Hop;
using compiler::Path;

template <typename T>
void sort_out(std::vector<T>& found) {
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

/// What one way rests on.
class WayReasons {
 public:
  WayReasons(PathSpace& space, const compiler::Cluster* cluster, const Path& way,
             const WayFlows& flows, Diagram asked, RestsOn& result)
      : space_(space),
        diagrams_(space.diagrams()),
        cluster_(cluster),
        way_(way),
        flows_(flows),
        passes_(diagrams_.both(flows.passes, asked)),
        result_(result) {}

  void facts() {
    for (const Variable variable : diagrams_.support(passes_)) {
      if (!variable.is_fact()) continue;
      const PathSpace::FactKey& key = space_.key(variable.index());
      if (key.unknown) {
        result_.unknowns.push_back(*key.unknown);
      } else {
        policies(variable);
      }
    }
  }

  /// Which value something open has makes a difference where some and all of them differ.
  void variables(std::size_t number) {
    const PathParts parts(way_);
    for (const PathParts::Open& open : parts.open_variables()) {
      const Diagram some = diagrams_.exists(passes_, open.variable, open.values);
      const Diagram every = diagrams_.forall(passes_, open.variable, open.values);
      if (some == every) continue;
      if (open.variable == Variable::source()) {
        result_.source = true;
      } else if (open.variable == Variable::destination()) {
        result_.destination = true;
      } else if (open.variable.is_port()) {
        result_.chosen_source_port = true;
      } else {
        result_.chosen.push_back({number, open.variable.index()});
      }
    }
  }

 private:
  void policies(Variable fact) {
    for (std::size_t i = 0; i < way_.hops.size(); ++i) {
      if (flows_.hops[i].protocols_fact == fact.index()) {
        result_.policies_of_other_protocols = true;
      }
      if (flows_.hops[i].policies_fact != fact.index()) continue;
      const Values& either = domain_of(fact);
      const Diagram matters = diagrams_.minus(diagrams_.exists(passes_, fact, either),
                                              diagrams_.forall(passes_, fact, either));
      const auto points = policy_points(space_, *cluster_, way_.hops[i], matters);
      result_.points.insert(result_.points.end(), points.begin(), points.end());
    }
  }

  PathSpace& space_;
  Diagrams& diagrams_;
  const compiler::Cluster* cluster_;
  const Path& way_;
  const WayFlows& flows_;
  Diagram passes_;
  RestsOn& result_;
};

/// Whether it makes a difference which of two ways a packet takes that both are for. Chosen values
/// are those of one way, and so are facts about them; all other facts are the same for both.
bool differ(PathSpace& space, const std::vector<Path>& ways, const PathFlows& flows, std::size_t a,
            std::size_t b, Diagram asked) {
  Diagrams& diagrams = space.diagrams();
  const Diagram common = diagrams.all_of({asked, flows.ways[a].packets, flows.ways[b].packets});
  const auto bounds = [&](std::size_t i) {
    Diagram some = flows.ways[i].passes;
    Diagram every = some;
    for (const Variable variable : diagrams.support(some)) {
      if (!variable.is_fact()) continue;
      const PathSpace::FactKey& key = space.key(variable.index());
      const bool is_shared = key.unknown && (!key.address || *key.address == Variable::source() ||
                                             *key.address == Variable::destination());
      if (is_shared) continue;
      some = diagrams.exists(some, variable, domain_of(variable));
      every = diagrams.forall(every, variable, domain_of(variable));
    }
    const PathParts parts(ways[i]);
    for (const PathParts::Open& open : parts.open_variables()) {
      some = diagrams.exists(some, open.variable, open.values);
      every = diagrams.forall(every, open.variable, open.values);
    }
    return std::pair(diagrams.both(some, common), diagrams.both(every, common));
  };
  return common != kFalse && bounds(a) != bounds(b);
}

}  // namespace

source::Result<RestsOn> rests_on(PathSpace& space, const compiler::Cluster* cluster,
                                 const std::vector<Path>& ways, const PathFlows& flows,
                                 Diagram asked) {
  return within_budget([&] {
    RestsOn result;
    // Where must and may agree, nothing that is open makes a difference.
    asked = space.diagrams().both(asked, space.diagrams().minus(flows.may, flows.must));
    if (asked == kFalse) return result;
    for (std::size_t i = 0; i < ways.size(); ++i) {
      if (PathParts(ways[i]).is_impossible()) continue;
      WayReasons reasons(space, cluster, ways[i], flows.ways[i], asked, result);
      reasons.facts();
      reasons.variables(i);
      for (std::size_t j = 0; j < i && !result.ways; ++j) {
        result.ways = differ(space, ways, flows, j, i, asked);
      }
    }
    sort_out(result.unknowns);
    sort_out(result.points);
    return result;
  });
}

source::Result<std::vector<Deciding>> deciding(PathSpace& space, const Path& way, std::size_t hop,
                                               Diagram asked) {
  const Hop& at = way.hops[hop];
  if (at.kind != Hop::Kind::Filter) throw source::InternalError("rules of a hop that has none");
  return within_budget([&] {
    std::vector<Deciding> result;
    const PathParts parts(way);
    if (parts.is_impossible()) return result;
    Diagrams& diagrams = space.diagrams();
    const Diagram packets = diagrams.both(asked, parts.packets(diagrams));
    Diagram region = diagrams.both(packets, parts.open(diagrams));
    const auto decided = [&](bool admin, std::optional<std::size_t> rule, Diagram part) {
      const Diagram possible = parts.in_some_case(diagrams, part);
      if (possible == kFalse) return;
      result.push_back({admin, rule, parts.in_every_case(diagrams, part), possible});
    };
    const auto ask = [&](const compiler::Filter& filter, bool admin) {
      if (filter.missing) {
        decided(admin, std::nullopt, region);
        region = diagrams.both(region, space.fact(*filter.missing));
        return;
      }
      DecisionList list = space.decisions(filter, at.header);
      const std::vector<Diagram> by_rule = list.decides(region);
      for (std::size_t i = 0; i < list.size(); ++i) decided(admin, i, by_rule[i]);
      decided(admin, std::nullopt, by_rule.back());
      region = list.outcome(region).allow;
    };
    if (at.admin) ask(way.filters[*at.admin], true);
    ask(way.filters[at.filter], false);
    return result;
  });
}

}  // namespace polreach::solver::sets
