// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/service_routed.h"

#include <algorithm>
#include <utility>

#include "compiler/path/route_list.h"

namespace polreach::compiler {
namespace {

using net::AddressSet;

Routed answer(Routed::Answer what, std::string reason, model::Span where) {
  return {what, std::move(reason), where};
}

/// "Asymmetric routing": replies of the nodes take the user's default route to an appliance, and
/// not the load balancer back.
const EffectiveRoute* breaking_route(const RouteList& list) {
  const auto found = std::find_if(list.routes.begin(), list.routes.end(), [](const auto& each) {
    return each.is_users && each.prefix.length == 0 && each.hop == EffectiveRoute::Hop::Appliance;
  });
  return found == list.routes.end() ? nullptr : &*found;
}

Routed from_internet(Surroundings& around, const ServiceFacts& service, const Nodes& nodes) {
  if (service.internal) {
    return answer(Routed::Answer::No, "the load balancer is internal", service.where);
  }
  const auto& subnet = around.cloud()[nodes.cluster].pools[nodes.pool].node_subnet;
  if (subnet) {
    const RouteList list = routes_of(around.cloud(), *subnet);
    if (const EffectiveRoute* route = breaking_route(list)) {
      return answer(Routed::Answer::Unknown,
                    "replies take " + route->name + " to an appliance, not the load balancer back",
                    route->where);
    }
  }
  return answer(Routed::Answer::Yes, "the public frontend of Service " + service.name,
                service.where);
}

/// To the frontend by the routes between the client and the nodes.
Routed within(Surroundings& around, const Site& client, const AddressSet& addresses,
              const ServiceFacts& service, const Nodes& nodes) {
  Site from = client;
  from.addresses = addresses;
  if (service.internal) return routed_between(around, from, node_site(around, nodes));
  AddressSet frontend;
  for (const net::Address& each : service.ingress_addresses) frontend |= AddressSet(each, each);
  if (frontend.empty()) frontend = net::internet_addresses() & net::all_addresses(net::Family::V4);
  return routed_between(around, from, outside_site("the frontend", frontend));
}

}  // namespace

Routed routed_to_service(Surroundings& around, const Site& client, const ServiceFacts& service,
                         Entry entry) {
  const model::ManagedClusterId id = *around.managed();
  std::optional<Routed> result;
  const auto add = [&](const Routed& part) { result = result ? both(*result, part) : part; };
  for (std::size_t i = 0; i < around.cloud()[id].pools.size(); ++i) {
    const Nodes nodes = {id, i};
    if (entry == Entry::NodePort) {
      add(routed_between(around, client, node_site(around, nodes)));
      continue;
    }
    const bool outside = client.kind == Site::Kind::Outside;
    const AddressSet on_internet =
        outside ? client.addresses & net::internet_addresses() : AddressSet();
    const AddressSet near = client.addresses - on_internet;
    if (!on_internet.empty()) add(from_internet(around, service, nodes));
    if (!near.empty()) add(within(around, client, near, service, nodes));
  }
  return result.value_or(Routed{});
}

}  // namespace polreach::compiler
