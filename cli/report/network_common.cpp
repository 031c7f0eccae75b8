// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "cli/report/network_report.h"
#include "compiler/path/hops.h"

namespace polreach::cli {

namespace queries = solver::queries;

using net::AddressSet;
using queries::NetworkLink;
using queries::NetworkMap;
using queries::NetworkRule;
using solver::sets::FlowBox;
using solver::sets::FlowBoxes;

namespace {

std::string blocks_text(const AddressSet& set) {
  constexpr std::size_t kMostPrefixes = 6;
  const std::vector<net::Prefix> prefixes = net::prefixes_of(set);
  std::string text;
  for (std::size_t i = 0; i < prefixes.size() && i < kMostPrefixes; ++i) {
    text += (i == 0 ? "" : ", ") + prefixes[i].to_string();
  }
  if (prefixes.size() > kMostPrefixes) {
    text += fmt::format(" and {} more blocks", prefixes.size() - kMostPrefixes);
  }
  return text;
}

/// "TCP, UDP", "every protocol but TCP": whichever is shorter.
std::string protocols_text(net::ProtocolSet protocols) {
  const net::ProtocolSet rest = net::ProtocolSet::all() - protocols;
  const auto count = [](net::ProtocolSet set) {
    return std::count_if(net::kIpProtocols.begin(), net::kIpProtocols.end(),
                         [&](net::IpProtocol each) { return set.contains(each); });
  };
  if (count(rest) >= count(protocols)) return net::to_string(protocols);
  return "every protocol but " + net::to_string(rest);
}

/// The addresses, or all but a few of the end's: whichever is shorter.
std::string addresses_within(const AddressSet& set, const AddressSet& end) {
  const AddressSet rest = end - set;
  const bool shorter = net::prefixes_of(rest).size() < net::prefixes_of(set).size();
  return shorter ? "all but " + blocks_text(rest) : blocks_text(set);
}

}  // namespace

NetworkEnds::NetworkEnds(const compiler::Site& from, const compiler::Site& to)
    : source(compiler::of_common_family(from.addresses, to.addresses)),
      destination(compiler::of_common_family(to.addresses, from.addresses)) {}

std::string text_of(const FlowBox& box, const NetworkEnds& ends) {
  std::string text;
  const bool any = box.protocols == net::ProtocolSet::all();
  if (!any) text = protocols_text(box.protocols);
  if (!box.destination_ports.contains(net::all_ports())) {
    // Nothing listens on port 0; it is named where it is all there is.
    const net::PortSet ports = box.destination_ports & net::all_ports();
    // "every protocol but TCP" and ports would read as one thing.
    if (!any) text = net::to_string(box.protocols);
    text += (any ? "any protocol, ports " : " ") +
            net::to_string(ports.empty() ? box.destination_ports : ports);
  }
  if (text.empty()) text = "all traffic";
  if (!box.source_ports.contains(net::all_ports()))
    text += " from source ports " + net::to_string(box.source_ports);
  if (!box.source.contains(ends.source))
    text += " from " + addresses_within(box.source, ends.source);
  if (!box.destination.contains(ends.destination)) {
    text += " to " + addresses_within(box.destination, ends.destination);
  }
  return text;
}

std::string text_of(const FlowBoxes& boxes, const NetworkEnds& ends) {
  constexpr std::size_t kMostBoxes = 8;
  std::string text;
  for (std::size_t i = 0; i < boxes.boxes.size() && i < kMostBoxes; ++i) {
    text += (i == 0 ? "" : "; ") + text_of(boxes.boxes[i], ends);
  }
  if (boxes.boxes.size() > kMostBoxes) {
    text += fmt::format("; and {}{} more", boxes.complete ? "" : "over ",
                        boxes.boxes.size() - kMostBoxes);
  }
  return text;
}

std::string name_of(const NetworkRule& rule) {
  const std::string group = rule.group.empty() ? "" : rule.group + " ";
  if (rule.is_missing) return group + "(not in the input)";
  if (rule.name.empty()) return group + "(no rule matches)";
  if (rule.group.empty()) return rule.name;
  return fmt::format("{}{} {}", group, rule.priority, rule.name);
}

std::string location_of(const Input& input, const source::Span& where) {
  if (!where.exists()) return "";
  const source::Location at = input.sources.location(where);
  return fmt::format("{}:{}:{}", at.file, at.line, at.column);
}

std::string line_of(const Input& input, const NetworkRule& rule) {
  const bool out = rule.direction == model::Direction::Egress;
  const char* verb = rule.access_is_open                         ? "depends on"
                     : rule.access == model::Access::Deny        ? "denied by"
                     : rule.access == model::Access::AlwaysAllow ? "always allowed by"
                                                                 : "allowed by";
  std::string line =
      fmt::format("{} {}: {} {}", out ? "out of" : "into", rule.place, verb, name_of(rule));
  if (rule.is_default) line += " (default rule)";
  const std::string at = location_of(input, rule.where);
  return at.empty() ? line : line + "  " + at;
}

bool is_listed(const NetworkLink& link) {
  return link.routed.answer != compiler::Routed::Answer::No;
}

NetworkEnds ends_of(const NetworkMap& map, const NetworkLink& link) {
  return {map.sources[link.source].site, map.destinations[link.destination].site};
}

std::vector<std::string> conditions_of(const NetworkMap& map, const NetworkLink& link) {
  std::vector<std::string> ids;
  for (const std::uint32_t i : link.condition) ids.push_back(map.depends[i].id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string flows_of(const NetworkMap& map, const NetworkLink& link) {
  const NetworkEnds ends = ends_of(map, link);
  std::string text;
  if (!link.allowed.boxes.empty()) text = "allowed " + text_of(link.allowed, ends);
  if (link.conditional.boxes.empty()) return text;
  text += (text.empty() ? "" : "; ") + ("depends " + text_of(link.conditional, ends));
  const std::vector<std::string> ids = conditions_of(map, link);
  for (std::size_t i = 0; i < ids.size(); ++i) text += (i == 0 ? " if " : ", ") + ids[i];
  return text;
}

std::string_view kind_of(const compiler::Site& site) {
  switch (site.kind) {
    case compiler::Site::Kind::Subnet:
      return "Subnet";
    case compiler::Site::Kind::Interface:
      return "NetworkInterface";
    case compiler::Site::Kind::Nodes:
      return "NodePool";
    case compiler::Site::Kind::Outside:
      return "Addresses";
  }
  return "?";
}

}  // namespace polreach::cli
