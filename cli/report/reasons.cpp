// SPDX-License-Identifier: Apache-2.0
#include "cli/report/reasons.h"

#include <fmt/format.h>

#include "cli/report/style.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::Basis;
using queries::RuleReason;

namespace {

/// Why the only rule of a policy does not match: " (rule 1: the pod is not app=web)".
std::string miss_of(const queries::DirectionReason& reason, model::PolicyId id) {
  const queries::RuleMiss* only = nullptr;
  for (const queries::RuleMiss& miss : reason.misses) {
    if (miss.policy != id) continue;
    if (only != nullptr) return "";
    only = &miss;
  }
  if (only == nullptr || only->reasons.empty()) return "";
  return fmt::format(" (rule {}: {})", only->rule->number, printable(only->reasons.front()));
}

void add_rules(const Written& input, std::string_view how, const std::vector<RuleReason>& rules,
               std::size_t most, std::vector<ReasonLine>& lines) {
  for (std::size_t i = 0; i < rules.size() && i < most; ++i) {
    const RuleReason& each = rules[i];
    const bool certain = each.matches == compiler::Tri::Yes;
    lines.push_back({fmt::format("{}{} {}, rule {}, {}", certain ? "" : "perhaps ", how,
                                 policy_name(input.model, each.policy), each.rule->number,
                                 net::to_string(each.traffic)),
                     each.rule->where});
  }
  if (rules.size() > most) {
    lines.push_back(
        {fmt::format("and {} {} more", how, rules.size() - most), source::Span::none()});
  }
}

}  // namespace

std::vector<ReasonLine> reason_lines(const Written& input, const queries::DirectionReason& reason,
                                     std::size_t most) {
  std::vector<ReasonLine> lines;
  const source::Span nowhere = source::Span::none();
  switch (reason.basis) {
    case Basis::Outside:
      return {};
    case Basis::OnePod:
      return {{"a pod always reaches itself", nowhere}};
    case Basis::Node:
      return {{"it uses the network of its node (hostNetwork)", nowhere}};
    case Basis::NotSelected:
      return {{"no NetworkPolicy selects it, open by default", nowhere}};
    case Basis::Policies:
      break;
  }
  add_rules(input, "denied by", reason.denying, most, lines);
  add_rules(input, "left to the next tier by", reason.passing, most, lines);
  add_rules(input, "allowed by", reason.allowing, most, lines);
  const bool isolated = !reason.selecting.empty() || !reason.may_select.empty();
  if (reason.selecting.empty() && !reason.by_default.empty()) {
    lines.push_back({fmt::format("{} is open by default, no NetworkPolicy selects it",
                                 net::to_string(reason.by_default)),
                     nowhere});
  }
  if (isolated && reason.allowing.empty()) {
    const auto add = [&](model::PolicyId id, std::string_view perhaps) {
      lines.push_back({fmt::format("{}isolated by {}, no rule allows this{}", perhaps,
                                   policy_name(input.model, id), miss_of(reason, id)),
                       input.model[id].where});
    };
    for (model::PolicyId id : reason.selecting) add(id, "");
    for (model::PolicyId id : reason.may_select) add(id, "perhaps ");
  }
  return lines;
}

std::vector<std::string> lines_of(const Written& input, const queries::DirectionReason& reason) {
  constexpr std::size_t kMostRules = 4;
  std::vector<std::string> lines;
  for (const ReasonLine& line : reason_lines(input, reason, kMostRules)) {
    lines.push_back(fmt::format("{}: {}", direction_word(reason.direction), line.text));
    if (!line.where.exists()) continue;
    lines.back() += "  " + printable(input.sources.place(line.where));
  }
  return lines;
}

std::string_view direction_word(model::Direction direction) {
  return direction == model::Direction::Egress ? "egress" : "ingress";
}

std::string policy_name(const model::Model& model, model::PolicyId id) {
  const model::Policy& policy = model[id];
  if (policy.tier != model::Tier::Network) {
    const std::string_view tier = policy.tier == model::Tier::Admin ? "admin" : "baseline";
    const std::string name = fmt::format("{} {}", model.text(policy.kind), model.text(policy.name));
    if (policy.priority == model::Policy::kLastPriority) return name + " (baseline tier)";
    return name + fmt::format(" ({} tier, priority {})", tier, policy.priority);
  }
  return fmt::format("{} {}/{}", model.text(policy.kind), model.text(model[policy.ns].name),
                     model.text(policy.name));
}

std::string settling(const std::string& settle) {
  return settle.starts_with("nothing ") ? settle : "settled by: " + settle;
}

}  // namespace polreach::cli
