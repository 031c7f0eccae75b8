// SPDX-License-Identifier: Apache-2.0
#include "solver/audit/kubernetes/rule_causes.h"

#include <fmt/format.h>

#include <algorithm>

namespace polreach::solver::audit::kubernetes {

using model::Direction;

std::vector<RuleId> allowing_rules(const compiler::Cluster& cluster, Direction direction,
                                   const compiler::Party& source,
                                   const compiler::Party& destination,
                                   const net::Traffic& traffic) {
  const queries::DirectionReason reason =
      queries::explain(cluster, direction, source, destination, traffic);
  std::vector<RuleId> result;
  for (const queries::RuleReason& each : reason.allowing) {
    const auto& rules = *cluster.model()[each.policy].rules(direction);
    const auto at = std::find_if(rules.begin(), rules.end(),
                                 [&](const model::Rule& rule) { return &rule == each.rule; });
    if (at == rules.end()) continue;
    result.push_back({each.policy, direction, static_cast<std::size_t>(at - rules.begin())});
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

std::vector<Cause> causes_of(const Context& context, const std::vector<RuleId>& rules) {
  constexpr std::size_t kMost = 5;
  std::vector<Cause> result;
  for (const RuleId& id : rules) {
    if (result.size() == kMost) break;
    const model::Rule& rule = context.model()[id.policy].rules(id.direction)->at(id.rule);
    const bool ingress = id.direction == Direction::Ingress;
    std::string what = ingress ? "lets them in" : "lets them pass";
    if (rule.peers.empty()) {
      what = ingress ? "has no from: it lets everyone in" : "has no to: it leads everywhere";
    }
    result.push_back({rule.where, fmt::format("{} of {} {}", Context::rule_name(id),
                                              context.name(id.policy), what)});
  }
  return result;
}

}  // namespace polreach::solver::audit::kubernetes
