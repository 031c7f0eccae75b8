// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/report/network_report.h"

namespace polreach::cli {

namespace queries = solver::queries;

using queries::NetworkLink;
using queries::NetworkMap;
using queries::NetworkPlace;
using queries::NetworkRule;
using solver::sets::FlowBox;
using solver::sets::FlowBoxes;

namespace {

std::string_view access_word(model::Access access) {
  switch (access) {
    case model::Access::Allow:
      return "allow";
    case model::Access::Deny:
      return "deny";
    case model::Access::AlwaysAllow:
      return "alwaysAllow";
  }
  return "?";
}

}  // namespace

std::string_view word(compiler::Routed::Answer answer) {
  switch (answer) {
    case compiler::Routed::Answer::Yes:
      return "yes";
    case compiler::Routed::Answer::No:
      return "no";
    case compiler::Routed::Answer::Unknown:
      return "unknown";
  }
  return "?";
}

void NetworkJson::ports(const char* key, const net::PortSet& set) {
  list(key, set.intervals(), [&](const net::PortSet::Interval& range) {
    std::string text = std::to_string(range.first);
    if (range.last != range.first) text += "-" + std::to_string(range.last);
    string(text);
  });
}

void NetworkJson::box(const FlowBox& box, const NetworkEnds& ends) {
  json_.StartObject();
  if (box.protocols != net::ProtocolSet::all()) {
    std::vector<std::string_view> names;
    for (const net::IpProtocol protocol : net::kIpProtocols) {
      if (!box.protocols.contains(protocol)) continue;
      names.push_back(protocol == net::IpProtocol::Other ? "other" : net::to_string(protocol));
    }
    list("protocols", names, [&](std::string_view name) { string(name); });
  }
  if (!box.destination_ports.contains(net::all_ports())) ports("ports", box.destination_ports);
  if (!box.source_ports.contains(net::all_ports())) ports("sourcePorts", box.source_ports);
  if (!box.source.contains(ends.source)) addresses("sourceCidrs", box.source);
  if (!box.destination.contains(ends.destination)) {
    addresses("destinationCidrs", box.destination);
  }
  json_.EndObject();
}

void NetworkJson::boxes(const char* key, const FlowBoxes& boxes, const NetworkEnds& ends) {
  list(key, boxes.boxes, [&](const FlowBox& each) { box(each, ends); });
}

void NetworkJson::rule(const Input& input, const NetworkRule& rule) {
  json_.StartObject();
  text("place", rule.place);
  text("direction", rule.direction == model::Direction::Egress ? "egress" : "ingress");
  if (!rule.group.empty()) text("group", rule.group);
  if (!rule.name.empty()) {
    text("name", rule.name);
    json_.Key("priority");
    json_.Int(rule.priority);
    text("access", rule.access_is_open ? "unknown" : access_word(rule.access));
    if (rule.is_default) flag("default", true);
    if (rule.is_admin) flag("networkManager", true);
  }
  place(input, "at", rule.where);
  json_.EndObject();
}

void NetworkJson::network(const Input& input, const NetworkMap& map) {
  json_.Key("network");
  json_.StartObject();
  std::vector<const NetworkPlace*> places;
  for (const NetworkPlace& each : map.sources) places.push_back(&each);
  for (const NetworkPlace& each : map.destinations) {
    const bool known = std::any_of(map.sources.begin(), map.sources.end(),
                                   [&](const auto& other) { return other.name == each.name; });
    if (!known) places.push_back(&each);
  }
  list("places", places, [&](const NetworkPlace* each) {
    json_.StartObject();
    text("name", each->name);
    text("kind", kind_of(each->site));
    // What the internet is needs no list.
    if (each->name != "the internet") addresses("cidrs", each->site.addresses);
    if (!each->site.is_asked) flag("someAddress", true);
    json_.EndObject();
  });
  list("connections", map.links, [&](const NetworkLink& link) {
    const NetworkEnds ends = ends_of(map, link);
    json_.StartObject();
    text("source", map.sources[link.source].name);
    text("destination", map.destinations[link.destination].name);
    boxes("allowed", link.allowed, ends);
    if (!link.conditional.boxes.empty()) {
      boxes("conditional", link.conditional, ends);
      list("condition", conditions_of(map, link), [&](const std::string& id) { string(id); });
    }
    if (!link.allowed.complete || !link.conditional.complete) flag("complete", false);
    list("rules", link.rules, [&](std::uint32_t i) { rule(input, map.rules[i]); });
    text("routed", word(link.routed.answer));
    if (!link.routed.reason.empty()) text("routedBecause", link.routed.reason);
    json_.EndObject();
  });
  number("closed", map.closed);
  list("dependsOn", map.depends,
       [&](const queries::NetworkOpen& each) { assumption(input, each.named()); });
  list("assumptions", map.assumes, [&](const compiler::Standing& each) {
    assumption(input, {each.id, each.text, "", {}});
  });
  list("notes", map.notes, [&](const std::string& each) { string(each); });
  json_.EndObject();
}

}  // namespace polreach::cli
