// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/report/passage_report.h"

namespace polreach::cli {

using compiler::Hop;
using net::AddressSet;
using solver::queries::RuleDecision;

namespace {

/// A few prefixes; the rest counted.
std::string prefixes_text(const AddressSet& set) {
  constexpr std::size_t kMostPrefixes = 4;
  if (set == net::internet_addresses() || set == net::all_addresses()) return net::to_string(set);
  const std::vector<net::Prefix> prefixes = net::prefixes_of(set);
  std::string text;
  for (std::size_t i = 0; i < prefixes.size() && i < kMostPrefixes; ++i) {
    const bool host = prefixes[i].length == net::width(prefixes[i].address.family);
    text +=
        (i == 0 ? "" : ", ") + (host ? prefixes[i].address.to_string() : prefixes[i].to_string());
  }
  if (prefixes.size() > kMostPrefixes) {
    text += fmt::format(" and {} more prefixes", prefixes.size() - kMostPrefixes);
  }
  return text;
}

/// All addresses that an end was asked about, over all ways.
AddressSet asked_addresses(const compiler::Connection& connection, bool source) {
  AddressSet all;
  for (const compiler::Path& way : connection.ways) all |= source ? way.source : way.destination;
  return all;
}

std::string protocols_of(const solver::sets::FlowBox& box) {
  if (box.protocols == net::ProtocolSet::all()) return "";
  return net::to_string(box.protocols);
}

std::string choice_text(const compiler::HeaderAddress& address) {
  const bool chosen = address.kind == compiler::HeaderAddress::Kind::Chosen;
  return chosen ? prefixes_text(address.among) : "";
}

}  // namespace

std::string text_of(const solver::sets::FlowBox& box, const compiler::Connection& connection) {
  std::string text = protocols_of(box);
  if (!box.destination_ports.contains(net::all_ports())) {
    if (text.empty()) text = "any protocol,";
    text += (text.empty() ? "" : " ") + net::to_string(box.destination_ports);
  }
  if (text.empty()) text = "all traffic";
  if (!box.source_ports.contains(net::all_ports()))
    text += " from source ports " + net::to_string(box.source_ports);
  if (!box.source.contains(asked_addresses(connection, true))) {
    text += " from " + prefixes_text(box.source);
  }
  if (!box.destination.contains(asked_addresses(connection, false))) {
    text += " to " + prefixes_text(box.destination);
  }
  return text;
}

std::string rule_name(const Hop& hop, const compiler::Path& path, const RuleDecision& decision) {
  const compiler::Filter& filter = path.filters[decision.is_admin ? *hop.admin : hop.filter];
  const bool named = filter.group != nullptr && filter.group->name != hop.place;
  const std::string group = named ? filter.group->name + " " : "";
  if (decision.rule == nullptr) {
    if (filter.missing) return group + "(not in the input)";
    return group + "(no rule matches)";
  }
  const model::SecurityRule& rule = *decision.rule->rule;
  if (!rule.where.exists() && !rule.is_default) return rule.name;
  if (rule.priority == 0) return group + rule.name;
  return fmt::format("{}{} {}{}", group, rule.priority, rule.name,
                     rule.is_default ? " (default rule)" : "");
}

std::string_view verb_of(const RuleDecision& decision) {
  if (decision.access_is_open) return "allows or denies";
  switch (decision.access) {
    case model::Access::Allow:
      return "allows";
    case model::Access::Deny:
      return "denies";
    case model::Access::AlwaysAllow:
      return "always allows";
  }
  return "?";
}

std::string place_of(const Hop& hop) {
  // A gate is the same in both directions.
  if (hop.kind == Hop::Kind::Gate) return "at " + hop.place;
  const bool egress = hop.direction == model::Direction::Egress;
  return (egress ? "out of " : "into ") + hop.place;
}

std::string header_of(const Hop& hop) {
  std::string text;
  const std::string source = choice_text(hop.header.source);
  const std::string destination = choice_text(hop.header.destination);
  if (!source.empty()) text += "from " + source;
  if (!destination.empty()) text += (text.empty() ? "" : " ") + ("to " + destination);
  if (hop.header.destination_port) {
    text += (text.empty() ? "" : ", ") + fmt::format("port {}", *hop.header.destination_port);
  }
  return text;
}

}  // namespace polreach::cli
