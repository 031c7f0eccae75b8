// SPDX-License-Identifier: Apache-2.0
// Which rules of security groups changed, and whether that changes anything.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "policies/model/directions.h"
#include "policies/source/ascii.h"
#include "solver/queries/network_diff.h"
#include "solver/z3/path_prover.h"

namespace polreach::solver::queries {
namespace {

using compiler::Surroundings;
using model::Cloud;
using model::Direction;
using model::SecurityGroup;
using model::SecurityRule;

std::string ports_text(const net::PortSet& ports) {
  return ports.contains(net::all_ports()) ? "*" : net::to_string(ports);
}

std::string terms_text(const std::vector<model::AddressTerm>& terms) {
  std::vector<std::string> texts;
  for (const model::AddressTerm& each : terms) texts.push_back(each.text);
  std::sort(texts.begin(), texts.end());
  std::string text;
  for (const std::string& each : texts) text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "?" : text;
}

/// "100 Allow TCP 10.0.1.0/24 -> * 443".
std::string text_of(const SecurityRule& rule) {
  const char* access = rule.access_open                      ? "Allow or Deny"
                       : rule.access == model::Access::Allow ? "Allow"
                       : rule.access == model::Access::Deny  ? "Deny"
                                                             : "AlwaysAllow";
  std::string text = rule.priority_open ? "?" : std::to_string(rule.priority);
  text += " " + std::string(access) + " " +
          (rule.any_protocol ? "*" : net::to_string(rule.protocols)) + " " +
          terms_text(rule.source);
  const std::string from = ports_text(rule.source_ports);
  if (from != "*") text += " ports " + from;
  text += " -> " + terms_text(rule.destination) + " " + ports_text(rule.destination_ports);
  return rule.only_if.empty() ? text : text + ", if it can be evaluated";
}

bool is_same(const SecurityRule& a, const SecurityRule& b) {
  return source::lower(text_of(a)) == source::lower(text_of(b));
}

/// The rules that someone wrote.
std::vector<const SecurityRule*> written(const SecurityGroup& group, Direction direction) {
  std::vector<const SecurityRule*> rules;
  for (const SecurityRule& rule : group.rules(direction)) {
    if (!rule.is_default) rules.push_back(&rule);
  }
  return rules;
}

void compare_rules(const SecurityGroup& before, const SecurityGroup& after, Direction direction,
                   std::vector<NetworkRuleChange>& changes) {
  using Pair = std::pair<const SecurityRule*, const SecurityRule*>;
  std::map<std::string, Pair> by_name;
  for (const SecurityRule* rule : written(before, direction))
    by_name[source::lower(rule->name)].first = rule;
  for (const SecurityRule* rule : written(after, direction))
    by_name[source::lower(rule->name)].second = rule;
  for (const auto& [key, pair] : by_name) {
    const auto& [was, is] = pair;
    if (was != nullptr && is != nullptr && is_same(*was, *is)) continue;
    NetworkRuleChange change;
    change.what = was == nullptr  ? Changed::Added
                  : is == nullptr ? Changed::Removed
                                  : Changed::Changed;
    change.direction = direction;
    change.name = is == nullptr ? was->name : is->name;
    if (was != nullptr) change.before = text_of(*was);
    if (was != nullptr) change.before_where = was->where;
    if (is != nullptr) change.after = text_of(*is);
    if (is != nullptr) change.after_where = is->where;
    changes.push_back(std::move(change));
  }
}

/// The old terms among the new application groups; false where something is open, or not there.
bool move_terms(const Cloud& from, const Cloud& to, std::vector<model::AddressTerm>& terms) {
  for (model::AddressTerm& term : terms) {
    if (std::holds_alternative<model::UnknownId>(term.what)) return false;
    const auto* id = std::get_if<model::ApplicationGroupId>(&term.what);
    if (id == nullptr) continue;
    const model::ApplicationGroup& group = from[*id];
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < to.application_groups.size(); ++i) {
      const model::ApplicationGroup& other = to.application_groups[i];
      if (source::lower(other.name) != source::lower(group.name)) continue;
      if (source::lower(other.resource_group) == source::lower(group.resource_group)) found = i;
    }
    if (!found) return false;
    term.what = static_cast<model::ApplicationGroupId>(*found);
  }
  return true;
}

/// The old rules as they would be in the new network.
std::optional<SecurityGroup> moved(const Cloud& from, const Cloud& to, const SecurityGroup& group) {
  SecurityGroup result = group;
  if (result.missing) return std::nullopt;
  for (auto* rules : {&result.inbound, &result.outbound}) {
    for (SecurityRule& rule : *rules) {
      if (!rule.only_if.empty() || rule.access_open || rule.priority_open) return std::nullopt;
      if (!move_terms(from, to, rule.source)) return std::nullopt;
      if (!move_terms(from, to, rule.destination)) return std::nullopt;
    }
  }
  return result;
}

/// Where the group acts; where it acts nowhere, every network.
std::set<std::optional<model::NetworkId>> networks_of(const Cloud& cloud, model::GroupId id) {
  std::set<std::optional<model::NetworkId>> found;
  for (const model::Subnet& subnet : cloud.subnets) {
    if (subnet.group == id) found.insert(subnet.network);
  }
  for (const model::Interface& each : cloud.interfaces) {
    if (each.group != id) continue;
    for (const model::InterfaceAddress& one : each.addresses) {
      if (one.subnet) found.insert(cloud[*one.subnet].network);
    }
  }
  if (!found.empty()) return found;
  for (std::size_t i = 0; i < cloud.networks.size(); ++i) {
    found.insert(static_cast<model::NetworkId>(i));
  }
  if (found.empty()) found.insert(std::nullopt);
  return found;
}

void judge(const Cloud& before, Surroundings& around, const SecurityGroup& old_group,
           model::GroupId id, NetworkGroupChange& change) {
  const Cloud& after = around.cloud();
  auto copy = moved(before, after, old_group);
  if (!copy || after[id].missing) return;
  const SecurityGroup& old_rules = around.made(
      "before " + std::to_string(static_cast<std::size_t>(id)), [&] { return std::move(*copy); });
  std::vector<std::pair<const compiler::Filter*, const compiler::Filter*>> filters;
  for (const auto& network : networks_of(after, id)) {
    for (const Direction direction : model::kDirections) {
      const compiler::Filter& was = around.filters().of(old_rules, direction, network);
      filters.emplace_back(&was, &around.filters().of(after[id], direction, network));
    }
  }
  const model::UnknownTable unknowns(around.unknowns().all());
  z3::PathProver prover(nullptr, unknowns);
  change.effect = NetworkGroupChange::Effect::Same;
  change.is_proven = true;
  for (const auto& pair : filters) {
    const compiler::Filter& was = *pair.first;
    const compiler::Filter& is = *pair.second;
    const auto witness = prover.difference(was, is);
    if (witness && *witness) {
      change.effect = NetworkGroupChange::Effect::Differs;
      return;
    }
    if (witness) continue;
    change.is_proven = false;
    sets::PathSpace space(unknowns);
    const auto equal = sets::within_budget([&] {
      const compiler::Header header;
      return space.outcome(was, header) == space.outcome(is, header);
    });
    if (equal && *equal) continue;
    change.effect =
        equal ? NetworkGroupChange::Effect::Differs : NetworkGroupChange::Effect::NotCompared;
    return;
  }
}

}  // namespace

std::vector<NetworkGroupChange> group_changes(const Cloud& before, Surroundings& after) {
  using Key = std::pair<std::string, std::string>;
  std::map<Key, std::pair<std::optional<std::size_t>, std::optional<std::size_t>>> groups;
  const auto key = [](const SecurityGroup& group) {
    return Key{source::lower(group.name), source::lower(group.resource_group)};
  };
  const Cloud& cloud = after.cloud();
  for (std::size_t i = 0; i < before.groups.size(); ++i) groups[key(before.groups[i])].first = i;
  for (std::size_t i = 0; i < cloud.groups.size(); ++i) groups[key(cloud.groups[i])].second = i;
  std::vector<NetworkGroupChange> changes;
  for (const auto& [name, pair] : groups) {
    static const SecurityGroup kNone;
    const SecurityGroup& was = pair.first ? before.groups[*pair.first] : kNone;
    const SecurityGroup& is = pair.second ? cloud.groups[*pair.second] : kNone;
    NetworkGroupChange change;
    change.name = pair.second ? is.name : was.name;
    change.what = !pair.first ? Changed::Added : !pair.second ? Changed::Removed : Changed::Changed;
    for (const Direction direction : model::kDirections) {
      compare_rules(was, is, direction, change.rules);
    }
    if (change.what == Changed::Changed && change.rules.empty()) continue;
    if (change.what == Changed::Changed) {
      judge(before, after, was, static_cast<model::GroupId>(*pair.second), change);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace polreach::solver::queries
