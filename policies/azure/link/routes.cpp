// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "policies/azure/link/addresses.h"
#include "policies/azure/link/networks.h"
#include "policies/azure/link/tags.h"

namespace polreach::azure {

using model::NextHop;
using model::Route;
using Type = Node::Type;

namespace {

std::optional<NextHop> hop_of(std::string_view text) {
  if (same_name(text, "VnetLocal")) return NextHop::VirtualNetwork;
  if (same_name(text, "VirtualNetworkGateway")) return NextHop::Gateway;
  if (same_name(text, "Internet")) return NextHop::Internet;
  if (same_name(text, "VirtualAppliance")) return NextHop::Appliance;
  if (same_name(text, "None")) return NextHop::None;
  return std::nullopt;
}

void read_prefix(Work& work, const Item& item, Route& route) {
  const Node* node = field(work.report, item, "addressPrefix").node;
  const auto text = text_of(work.report, node, "addressPrefix");
  if (node != nullptr && node->is(Type::Unknown)) {
    route.open.push_back(work.report.world(*node, "addressPrefix"));
  } else if (text && text->find('/') == std::string::npos && looks_like_tag(*text)) {
    route.tag = canonical_tag(*text, work.cloud.service_tags);
  } else if (node != nullptr) {
    route.prefix = prefix_of(work.report, *node);
    if (!route.prefix) {
      route.open.push_back(
          work.report.unreadable("addressPrefix of " + describe(item.id), node->where));
    }
  } else {
    work.report.error("missing-field", item.where, "it has no addressPrefix",
                      "add it: Azure requires it");
    route.open.push_back(
        work.report.unreadable("addressPrefix of " + describe(item.id), item.where));
  }
}

Route read_route(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  Route route;
  route.name = item.shown();
  route.where = item.where;
  for (model::UnknownId condition : conditions(report, item)) route.open.push_back(condition);
  if (item.contradicted) {
    route.open.push_back(report.unreadable(describe(item.id), item.where));
  }
  read_prefix(work, item, route);
  const Node* hop = field(report, item, "nextHopType").node;
  const auto text = text_of(report, hop, "nextHopType");
  const auto known = text ? hop_of(*text) : std::nullopt;
  if (hop != nullptr && hop->is(Type::Unknown)) {
    route.open.push_back(report.world(*hop, "nextHopType"));
  } else if (known) {
    route.hop = *known;
  } else {
    report.error(
        "bad-azure-field", hop != nullptr ? hop->where : item.where,
        text ? "\"" + *text + "\" is no nextHopType that Azure knows" : "it has no nextHopType",
        "write VirtualNetworkGateway, VnetLocal, Internet, VirtualAppliance or None");
    route.open.push_back(report.unreadable("nextHopType of " + describe(item.id), item.where));
  }
  const Node* appliance = field(report, item, "nextHopIpAddress").node;
  if (appliance != nullptr && appliance->is(Type::Unknown)) {
    route.open.push_back(report.world(*appliance, "nextHopIpAddress"));
  } else {
    route.appliance = address_of(report, appliance);
  }
  return route;
}

Route open_route(const Span& where, NextHop hop, model::UnknownId open) {
  Route route;
  route.name = "(not known)";
  route.hop = hop;
  route.open = {open};
  route.where = where;
  return route;
}

void fill_table(Work& work, const Item& item) {
  Report& report = work.report;
  model::RouteTable& table = work.cloud.route_tables[work.position(item)];
  for (const Item* route : work.inventory.children(item, type::kRoute)) {
    table.routes.push_back(read_route(work, *route));
  }
  report.about(describe(item.id));
  if (const Node* list = Inventory::open_list(item, type::kRoute)) {
    table.routes.push_back(
        open_route(list->where, NextHop::None, report.world(*list, "the routes")));
  }
  const Field disabled = field(report, item, "disableBgpRoutePropagation");
  const Flag flag = flag_of(report, disabled.node, "disableBgpRoutePropagation", false);
  table.gateway_propagation = !flag.value;
  if (flag.open) {
    // Routes of a gateway may come on top.
    table.routes.push_back(open_route(disabled.node->where, NextHop::Gateway, *flag.open));
  }
  if (item.contradicted) table.missing = report.unreadable(describe(item.id), item.where);
  if (item.missing) {
    table.missing =
        report.absent("the other routes of " + describe(item.id) + " are not in the input",
                      how_to_add(item.id), item.where);
  }
}

void attach_table(Work& work, const Item& item) {
  const auto id = static_cast<model::RouteTableId>(work.position(item));
  for (const Part& part : item.parts) {
    work.report.about(describe(item.id));
    for (const Node* entry :
         entries_of(work.report, open_property(part.body, "subnets"), "subnets")) {
      const Reference reference = reference_of(work.report, entry, {type::kSubnet});
      if (!reference.id) continue;
      const auto to = static_cast<std::size_t>(work.subnet(*reference.id, reference.where));
      model::Subnet& subnet = work.cloud.subnets[to];
      if (subnet.routes && *subnet.routes != id) {
        work.report.error("attachment-conflict", reference.where,
                          "subnet " + subnet.name + " has two route tables, " +
                              work.cloud[*subnet.routes].name + " and " + work.cloud[id].name,
                          "a subnet can have one: give polreach one of the two");
        continue;
      }
      subnet.routes = id;
      subnet.routes_open.reset();
    }
  }
}

}  // namespace

void fill_routes(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kRouteTable)) {
    fill_table(work, work.inventory[index]);
  }
  for (std::size_t index : work.inventory.of_type(type::kRouteTable)) {
    attach_table(work, work.inventory[index]);
  }
}

}  // namespace polreach::azure
