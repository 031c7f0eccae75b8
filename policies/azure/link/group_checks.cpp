// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "policies/azure/link/groups.h"
#include "policies/azure/resource.h"

namespace polreach::azure {

using model::ApplicationGroupId;
using model::SecurityGroup;
using model::SecurityRule;

namespace {

// Azure documentation, "Azure networking limits".
constexpr std::size_t kMostRules = 1000;
constexpr std::size_t kMostPrefixes = 4000;
constexpr std::size_t kMostApplicationGroups = 100;

void check_priorities(Work& work, std::vector<SecurityRule>& rules, std::string_view what) {
  std::map<std::int32_t, const SecurityRule*> seen;
  for (SecurityRule& rule : rules) {
    if (rule.priority_open) continue;
    const auto [entry, added] = seen.emplace(rule.priority, &rule);
    if (added) continue;
    // Where one of them perhaps does not exist, both need not exist at the same time.
    if (!rule.only_if.empty() || !entry->second->only_if.empty()) continue;
    work.report.error("duplicate-priority",
                      {rule.where, entry->second->where, "the other rule is here"},
                      "the " + std::string(what) + " rules " + entry->second->name + " and " +
                          rule.name + " have the same priority, " + std::to_string(rule.priority),
                      "give each rule of a direction its own: Azure refuses this");
    rule.priority_open =
        work.report.unreadable("the priority of security rule " + rule.name, rule.where);
  }
}

void check_limit(Work& work, const SecurityGroup& group, std::size_t count, std::size_t most,
                 const std::string& what) {
  if (count <= most) return;
  work.report.error("group-limit", group.where,
                    "network security group " + group.name + " has " + std::to_string(count) + " " +
                        what + ", and Azure takes " + std::to_string(most),
                    "Azure refuses the group: make it smaller");
}

/// The networks that the members of application groups are in.
std::map<ApplicationGroupId, std::set<model::NetworkId>> networks_of_groups(
    const model::Cloud& cloud) {
  std::map<ApplicationGroupId, std::set<model::NetworkId>> result;
  for (const model::Interface& interface : cloud.interfaces) {
    for (const model::InterfaceAddress& address : interface.addresses) {
      if (!address.subnet) continue;
      for (ApplicationGroupId group : address.groups) {
        result[group].insert(cloud[*address.subnet].network);
      }
    }
  }
  return result;
}

}  // namespace

void check_group(Work& work, SecurityGroup& group) {
  check_priorities(work, group.inbound, "inbound");
  check_priorities(work, group.outbound, "outbound");
  std::size_t sources = 0;
  std::size_t destinations = 0;
  std::set<ApplicationGroupId> groups;
  for (const auto* rules : {&group.inbound, &group.outbound}) {
    for (const SecurityRule& rule : *rules) {
      sources += rule.source.size();
      destinations += rule.destination.size();
      for (const auto* terms : {&rule.source, &rule.destination}) {
        for (const model::AddressTerm& term : *terms) {
          if (const auto* id = std::get_if<ApplicationGroupId>(&term.what)) groups.insert(*id);
        }
      }
    }
  }
  check_limit(work, group, group.inbound.size() + group.outbound.size(), kMostRules, "rules");
  check_limit(work, group, sources, kMostPrefixes, "source addresses");
  check_limit(work, group, destinations, kMostPrefixes, "destination addresses");
  check_limit(work, group, groups.size(), kMostApplicationGroups, "application security groups");
}

void check_application_groups(Work& work) {
  const auto networks = networks_of_groups(work.cloud);
  const auto check = [&](const SecurityGroup& group, const SecurityRule& rule) {
    std::set<model::NetworkId> all;
    const Span* where = nullptr;
    for (const auto* terms : {&rule.source, &rule.destination}) {
      for (const model::AddressTerm& term : *terms) {
        const auto* id = std::get_if<ApplicationGroupId>(&term.what);
        const auto found = id == nullptr ? networks.end() : networks.find(*id);
        if (found == networks.end()) continue;
        all.insert(found->second.begin(), found->second.end());
        where = &term.where;
      }
    }
    if (all.size() < 2) return;
    work.report.about("network security group " + group.name);
    work.report.error("groups-of-networks", *where,
                      "the application security groups of the rule " + rule.name +
                          " have members in several virtual networks",
                      "Azure refuses this: all members of them must be in one network");
  };
  for (const SecurityGroup& group : work.cloud.groups) {
    for (const auto* rules : {&group.inbound, &group.outbound}) {
      for (const SecurityRule& rule : *rules) check(group, rule);
    }
  }
}

}  // namespace polreach::azure
