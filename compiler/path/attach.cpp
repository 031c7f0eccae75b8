// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/attach.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

namespace polreach::compiler {
namespace {

using model::Access;
using model::Direction;
using model::NetworkId;
using model::SecurityGroup;
using model::SecurityRule;
using model::Unknown;
using model::UnknownId;

net::ProtocolSet with_ports() {
  net::ProtocolSet result;
  for (net::IpProtocol each : net::kIpProtocols) {
    if (net::has_ports(each)) result |= net::ProtocolSet(each);
  }
  return result;
}

SecurityRule rule_for_all(std::string name, Access access) {
  SecurityRule rule;
  rule.name = std::move(name);
  rule.access = access;
  rule.protocols = net::ProtocolSet::all();
  rule.any_protocol = true;
  rule.source_ports = net::all_header_ports();
  rule.destination_ports = net::all_header_ports();
  rule.is_default = true;
  return rule;
}

/// The rule as a FilterRule, but for its addresses.
FilterRule frame(const SecurityRule& rule) {
  FilterRule result;
  result.rule = &rule;
  result.access = rule.access;
  result.access_open = rule.access_open;
  result.protocols = rule.protocols;
  result.source_ports = rule.source_ports;
  result.destination_ports = rule.destination_ports;
  result.only_if = rule.only_if;
  return result;
}

FilterRule for_all(const SecurityRule& rule) {
  FilterRule result = frame(rule);
  result.source.certain = net::all_addresses();
  result.destination.certain = net::all_addresses();
  return result;
}

/// What no rule of a security group matches is denied. Written out where another list follows.
const SecurityRule& catch_all_rule() {
  static const SecurityRule kRule = rule_for_all("(no rule matches)", Access::Deny);
  return kRule;
}

}  // namespace

const SecurityRule& platform_rule() {
  static const SecurityRule kRule = rule_for_all("(platform addresses)", Access::Allow);
  return kRule;
}

const SecurityRule& no_group_rule() {
  static const SecurityRule kRule = rule_for_all("(the group does not act)", Access::Allow);
  return kRule;
}

AddressMatch Filters::term(const model::AddressTerm& term, std::optional<NetworkId> network,
                           const TagReading& reading) {
  AddressMatch match;
  if (term.expanded) {
    match.certain = *term.expanded;
    const auto* written = std::get_if<model::ServiceTag>(&term.what);
    if (reading.is_default_rule && written != nullptr && Tags::is_virtual_network(written->name)) {
      match.certain |= tags_.pod_ranges(network);
    }
  } else if (std::holds_alternative<model::AnyAddress>(term.what)) {
    match.certain = net::all_addresses();
  } else if (const auto* prefix = std::get_if<net::Prefix>(&term.what)) {
    match.certain = net::addresses_of(*prefix);
  } else if (const auto* tag = std::get_if<model::ServiceTag>(&term.what)) {
    match = tags_.meaning(tag->name, network, reading);
  } else if (const auto* id = std::get_if<model::ApplicationGroupId>(&term.what)) {
    const model::ApplicationGroup& group = (*cloud_)[*id];
    match.certain = group.members;
    if (group.more) {
      match.open.push_back({unknowns_->of_address(*group.more), others_of(*id)});
    }
  } else {
    const UnknownId unknown = std::get<UnknownId>(term.what);
    match.open.push_back({unknowns_->of_address(unknown), net::all_addresses()});
  }
  return match;
}

/// The addresses that may be members of a group besides those that are. "If the network interface
/// is not a member [...] the rule is not applied to the network interface": an interface of the
/// input says itself what it is a member of.
net::AddressSet Filters::others_of(model::ApplicationGroupId id) const {
  const model::ApplicationGroup& group = (*cloud_)[id];
  net::AddressSet others = net::all_addresses();
  if ((*unknowns_)[*group.more].id != "A-application-group") return others;
  for (const model::Interface& interface : cloud_->interfaces) {
    for (const model::InterfaceAddress& each : interface.addresses) {
      if (each.address) others -= net::AddressSet(*each.address, *each.address);
    }
  }
  return others;
}

AddressMatch Filters::side(const std::vector<model::AddressTerm>& terms,
                           std::optional<NetworkId> network, const TagReading& reading,
                           bool is_destination) {
  AddressMatch match;
  for (const model::AddressTerm& each : terms) {
    AddressMatch part = term(each, network, reading);
    const auto* tag = std::get_if<model::ServiceTag>(&each.what);
    if (is_destination && !(tag != nullptr && is_platform_tag(tag->name))) {
      part.certain -= platform_addresses();
      for (AddressMatch::Open& open : part.open) open.addresses -= platform_addresses();
    }
    match.certain |= part.certain;
    for (AddressMatch::Open& open : part.open) match.open.push_back(std::move(open));
  }
  for (AddressMatch::Open& open : match.open) open.addresses -= match.certain;
  std::erase_if(match.open, [](const auto& open) { return open.addresses.empty(); });
  return match;
}

void Filters::add(std::vector<FilterRule>& rules, const SecurityRule& rule,
                  std::optional<NetworkId> network, TagReading::Routes routes) {
  const TagReading reading = {routes, rule.is_default};
  FilterRule whole = frame(rule);
  whole.source = side(rule.source, network, reading, false);
  whole.destination = side(rule.destination, network, reading, true);
  const bool all_ports = rule.source_ports == net::all_header_ports() &&
                         rule.destination_ports == net::all_header_ports();
  const net::ProtocolSet others = rule.protocols - with_ports();
  if (!rule.any_protocol || all_ports || others.empty()) {
    rules.push_back(std::move(whole));
    return;
  }
  FilterRule portless = whole;
  whole.protocols = rule.protocols & with_ports();
  portless.protocols = others;
  portless.only_if.push_back(unknowns_->add(
      {Unknown::Scope::World, "A-nsg-star-port",
       "whether a rule for any protocol with ports matches protocols without ports is not "
       "documented",
       "write rules for ICMP, ESP and AH of their own", source::Span::none()}));
  rules.push_back(std::move(whole));
  rules.push_back(std::move(portless));
}

void Filters::add_rules(Filter& filter, std::optional<NetworkId> network, TagReading::Routes routes,
                        std::optional<UnknownId> only_if) {
  const std::vector<SecurityRule>& written = filter.group->rules(filter.direction);
  std::vector<FilterRule> rules;
  for (const SecurityRule& rule : written) {
    if (!rule.priority_open) continue;
    const std::size_t first = rules.size();
    add(rules, rule, network, routes);
    for (std::size_t i = first; i < rules.size(); ++i) {
      rules[i].only_if.push_back(*rule.priority_open);
    }
  }
  for (const SecurityRule& rule : written) {
    if (!rule.priority_open && !rule.is_default) add(rules, rule, network, routes);
  }
  for (const SecurityRule& rule : written) {
    if (rule.priority_open) add(rules, rule, network, routes);
  }
  for (const SecurityRule& rule : written) {
    if (!rule.priority_open && rule.is_default) add(rules, rule, network, routes);
  }
  if (filter.otherwise == Access::Deny) {
    FilterRule exempt = for_all(platform_rule());
    exempt.destination.certain = platform_addresses();
    rules.push_back(std::move(exempt));
  }
  if (only_if) {
    rules.push_back(for_all(catch_all_rule()));
    for (FilterRule& rule : rules) rule.only_if.push_back(*only_if);
  }
  for (FilterRule& rule : rules) filter.rules.push_back(std::move(rule));
}

const Filter& Filters::make(const SecurityGroup& group, Direction direction,
                            std::optional<NetworkId> network, bool admin) {
  const Key key{&group, direction, network, admin};
  const auto known = filters_.find(key);
  if (known != filters_.end()) return known->second;
  Filter filter;
  filter.group = &group;
  filter.direction = direction;
  filter.otherwise = admin ? Access::Allow : Access::Deny;
  filter.missing = group.missing;
  if (!group.missing) {
    // VirtualNetwork and Internet change together, which AddressMatches cannot say.
    const bool twice = !admin && tags_.routes_change_internet(network);
    if (twice) add_rules(filter, network, TagReading::Routes::In, tags_.routes_unknown());
    add_rules(filter, network, twice ? TagReading::Routes::Out : TagReading::Routes::Open, {});
  }
  return filters_.emplace(key, std::move(filter)).first->second;
}

const Filter& Filters::of(const SecurityGroup& group, Direction direction,
                          std::optional<NetworkId> network) {
  return make(group, direction, network, false);
}

const Filter& Filters::of_admin(const SecurityGroup& group, Direction direction,
                                std::optional<NetworkId> network) {
  return make(group, direction, network, true);
}

Filter Filters::perhaps(const Filter& filter, UnknownId not_acting) {
  Filter result = filter;
  if (result.missing) return result;  // it lets pass whatever there is in one of its worlds
  FilterRule none = for_all(no_group_rule());
  none.only_if.push_back(not_acting);
  result.rules.insert(result.rules.begin(), std::move(none));
  return result;
}

Filter Filters::unknown(UnknownId open, Direction direction) {
  Filter result;
  result.direction = direction;
  result.missing = open;
  return result;
}

}  // namespace polreach::compiler
