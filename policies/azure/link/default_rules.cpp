// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "policies/azure/link/groups.h"
#include "policies/azure/link/rules.h"
#include "policies/azure/resource.h"

namespace polreach::azure {

using model::Access;
using model::AddressTerm;
using model::SecurityGroup;
using model::SecurityRule;

namespace {

/// Azure documentation, "Network security groups", default security rules; an empty tag is any
/// address. Names as the API writes them.
struct Default {
  std::string_view name;
  bool inbound;
  std::int32_t priority;
  std::string_view source;
  std::string_view destination;
  Access access;
};
constexpr std::array<Default, 6> kDefaults = {{
    {"AllowVnetInBound", true, 65000, "VirtualNetwork", "VirtualNetwork", Access::Allow},
    {"AllowAzureLoadBalancerInBound", true, 65001, "AzureLoadBalancer", "", Access::Allow},
    {"DenyAllInBound", true, 65500, "", "", Access::Deny},
    {"AllowVnetOutBound", false, 65000, "VirtualNetwork", "VirtualNetwork", Access::Allow},
    {"AllowInternetOutBound", false, 65001, "", "Internet", Access::Allow},
    {"DenyAllOutBound", false, 65500, "", "", Access::Deny},
}};

AddressTerm term_of(std::string_view tag) {
  if (tag.empty()) return {model::AnyAddress{}, "*", std::nullopt, Span::none()};
  return {model::ServiceTag{std::string(tag)}, std::string(tag), std::nullopt, Span::none()};
}

SecurityRule rule_of(const Default& written) {
  SecurityRule rule;
  rule.name = written.name;
  rule.priority = written.priority;
  rule.access = written.access;
  rule.protocols = net::ProtocolSet::all();
  rule.any_protocol = true;
  rule.source = {term_of(written.source)};
  rule.destination = {term_of(written.destination)};
  rule.source_ports = rule.destination_ports = net::all_header_ports();
  rule.is_default = true;
  return rule;
}

/// Exports of effective rules write 0.0.0.0/0 for any address here.
bool same_side(const std::vector<AddressTerm>& terms, std::string_view tag) {
  if (terms.size() != 1) return false;
  if (const auto* found = std::get_if<model::ServiceTag>(&terms.front().what)) {
    return found->name == tag;
  }
  return tag.empty() && (std::holds_alternative<model::AnyAddress>(terms.front().what) ||
                         terms.front().text == "0.0.0.0/0");
}

bool same_rule(const SecurityRule& rule, const Default& written) {
  return rule.priority == written.priority && rule.access == written.access && rule.any_protocol &&
         rule.only_if.empty() && !rule.access_open && !rule.priority_open &&
         rule.source_ports == net::all_header_ports() &&
         rule.destination_ports == net::all_header_ports() &&
         same_side(rule.source, written.source) && same_side(rule.destination, written.destination);
}

}  // namespace

void add_default_rules(SecurityGroup& group) {
  for (const Default& written : kDefaults) {
    auto& rules = written.inbound ? group.inbound : group.outbound;
    const bool there = std::any_of(rules.begin(), rules.end(), [&](const SecurityRule& rule) {
      return rule.is_default && same_name(rule.name, written.name);
    });
    if (!there) rules.push_back(rule_of(written));
  }
}

void read_default_rules(Work& work, const Node* list, SecurityGroup& group) {
  for (const Node* entry : entries_of(work.report, list, "defaultSecurityRules")) {
    const Node* name_node = entry->find("name");
    const std::string name =
        text_of(work.report, name_node, "the name of a rule").value_or("(name not known)");
    const Span where = name_node != nullptr ? name_node->where : entry->where;
    ReadRule read = read_rule(work, *entry, name, where, RuleOrigin::Platform);
    read.rule.is_default = true;
    const auto* known = std::find_if(kDefaults.begin(), kDefaults.end(), [&](const Default& d) {
      return same_name(d.name, name) && d.inbound == read.inbound && read.inbound != read.outbound;
    });
    if (known == kDefaults.end() || !same_rule(read.rule, *known)) {
      work.report.warning("unusual-default-rule", where,
                          "the default rule " + name +
                              " is not one of the six of Azure's "
                              "documentation",
                          "it counts as it is written; export the group again if that is wrong");
    } else {
      // As documented: what stays of the export is the place.
      SecurityRule rule = rule_of(*known);
      rule.where = where;
      rule.source.front().where = read.rule.source.front().where;
      rule.destination.front().where = read.rule.destination.front().where;
      rule.name = name;
      read.rule = std::move(rule);
    }
    place_rule(read, group);
  }
}

}  // namespace polreach::azure
