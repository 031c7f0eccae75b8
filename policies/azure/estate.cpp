// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/estate.h"

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "policies/azure/link/inventory.h"

namespace polreach::azure {
namespace {

using model::Setting;
using Type = Node::Type;

constexpr std::string_view kBalancer = "microsoft.network/loadbalancers";
constexpr std::string_view kGateway = "microsoft.network/applicationgateways";
constexpr std::string_view kWebFirewallPolicy =
    "microsoft.network/applicationgatewaywebapplicationfirewallpolicies";
constexpr std::string_view kFlowLog = "microsoft.network/networkwatchers/flowlogs";

/// What could not be evaluated on the way to a property is the property.
const Node* property_of(const Node* object, std::string_view name) {
  if (object == nullptr || object->is(Type::Unknown)) return object;
  if (const Node* found = property(*object, name)) return found;
  const Node* properties = object->find("properties");
  return properties != nullptr && properties->is(Type::Unknown) ? properties : nullptr;
}

const Node* path(const Node& body, std::initializer_list<std::string_view> names) {
  const Node* at = &body;
  for (const std::string_view name : names) at = property_of(at, name);
  return at;
}

Setting setting(const Node& body, std::initializer_list<std::string_view> names) {
  Setting result;
  const Node* node = path(body, names);
  if (node == nullptr) return result;
  result.where = node->where;
  switch (node->type) {
    case Type::Bool:
      result.text = node->truth ? "true" : "false";
      break;
    case Type::Integer:
      result.text = std::to_string(node->integer);
      break;
    case Type::String:
      result.text = lower(node->text);
      break;
    case Type::Unknown:
      result.open = node->text.empty() ? std::string("a value") : node->text;
      break;
    default:
      break;
  }
  return result;
}

model::ResourceName name_of(const ResourceId& id) { return {id.type, id.group, id.names}; }

/// {"id": "..."}, or the id itself; nothing where it is neither.
std::optional<model::ResourceName> reference(const Node* node) {
  if (node != nullptr && node->is(Type::Object)) node = node->find("id");
  if (node == nullptr || !node->is(Type::String)) return std::nullopt;
  const auto id = ResourceId::parse(node->text);
  return id ? std::optional(name_of(*id)) : std::nullopt;
}

model::Gateway::Frontend frontend_of(const Node& body) {
  using Frontend = model::Gateway::Frontend;
  const Node* list = property_of(&body, "frontendIPConfigurations");
  if (list == nullptr || !list->is(Type::Array)) return Frontend::Open;
  bool open = list->items.empty();
  for (const Node& each : list->items) {
    const Node* address = property_of(&each, "publicIPAddress");
    if (address == nullptr) continue;
    if (!each.is(Type::Unknown)) return Frontend::Public;
    open = true;
  }
  return open ? Frontend::Open : Frontend::Private;
}

void add_policy(const Node* object, model::Gateway& gateway) {
  const Node* policy = property_of(object, "firewallPolicy");
  if (policy == nullptr) return;
  if (const auto id = reference(policy)) {
    gateway.policies.push_back(*id);
  } else {
    gateway.policies_open = "a firewallPolicy";
  }
}

/// Listeners and paths can have policies of their own.
void add_policies(const Node& body, model::Gateway& gateway) {
  add_policy(&body, gateway);
  for (const std::string_view name : {"httpListeners", "urlPathMaps"}) {
    const Node* list = property_of(&body, name);
    if (list == nullptr) continue;
    if (list->is(Type::Unknown)) gateway.policies_open = std::string(name);
    for (const Node& each : list->items) {
      add_policy(&each, gateway);
      const Node* rules = property_of(&each, "pathRules");
      if (rules == nullptr) continue;
      for (const Node& rule : rules->items) add_policy(&rule, gateway);
    }
  }
}

void add(const Resource& resource, model::Estate& estate) {
  const Node& body = resource.body;
  const model::ResourceName id = name_of(resource.id);
  const std::string& kind = resource.id.type;
  if (kind == kBalancer || kind == type::kPublicAddress) {
    estate.balancers.push_back({id, setting(body, {"sku", "name"}), resource.where});
  } else if (kind == kGateway) {
    model::Gateway gateway;
    gateway.id = id;
    gateway.tier = setting(body, {"sku", "tier"});
    gateway.frontend = frontend_of(body);
    gateway.firewall = setting(body, {"webApplicationFirewallConfiguration", "enabled"});
    gateway.mode = setting(body, {"webApplicationFirewallConfiguration", "firewallMode"});
    add_policies(body, gateway);
    gateway.where = resource.where;
    estate.gateways.push_back(std::move(gateway));
  } else if (kind == kWebFirewallPolicy) {
    estate.firewall_policies.push_back({id, setting(body, {"policySettings", "state"}),
                                        setting(body, {"policySettings", "mode"}), resource.where});
  } else if (kind == kFlowLog) {
    estate.flow_logs.push_back({id, reference(property_of(&body, "targetResourceId")),
                                setting(body, {"enabled"}),
                                setting(body, {"retentionPolicy", "enabled"}),
                                setting(body, {"retentionPolicy", "days"}), resource.where});
  } else if (kind == type::kCluster) {
    estate.clusters.push_back(
        {id, setting(body, {"addonProfiles", "httpApplicationRouting", "enabled"}),
         setting(body, {"networkProfile", "loadBalancerSku"}), resource.where});
  }
}

template <typename T>
void sort(std::vector<T>& list, const source::SourceMap& sources) {
  const auto key = [](const T& each) {
    return std::tuple(each.id.type, lower(each.id.group), lower(each.id.shown()));
  };
  std::stable_sort(list.begin(), list.end(), [&](const T& a, const T& b) {
    if (key(a) != key(b)) return key(a) < key(b);
    return sources.before(a.where, b.where);
  });
  // The same resource twice, as in two exports: the first says it.
  list.erase(std::unique(list.begin(), list.end(),
                         [&](const T& a, const T& b) { return key(a) == key(b); }),
             list.end());
}

}  // namespace

void add_estate(const Resources& resources, const source::SourceMap& sources,
                model::Estate& estate) {
  for (const Resource& each : resources) {
    if (!each.is_patch && !each.id.names.empty()) add(each, estate);
  }
  sort(estate.balancers, sources);
  sort(estate.gateways, sources);
  sort(estate.firewall_policies, sources);
  sort(estate.flow_logs, sources);
  sort(estate.clusters, sources);
}

}  // namespace polreach::azure
