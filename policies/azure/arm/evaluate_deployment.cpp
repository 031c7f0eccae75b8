// SPDX-License-Identifier: Apache-2.0
// "Resource functions" that make ids, and "Scope functions" and "Deployment functions for ARM
// templates".
#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/functions.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

/// "Microsoft.Network/virtualNetworks/subnets"; some templates have a '/' at the end.
std::string_view type_text(const Node& node) {
  std::string_view type = node.text;
  while (type.ends_with('/')) type.remove_suffix(1);
  return type;
}

/// Where the type stands among the arguments: it has a '/', and a name for each segment follows.
std::optional<std::size_t> type_position(const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]->is(Type::String)) continue;
    const std::string_view type = type_text(*values[i]);
    const auto slashes = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
    if (slashes > 0 && slashes + i + 1 == values.size()) return i;
  }
  return std::nullopt;
}

Symbol group_prefix(const Node& subscription, const Node& group) {
  return "/subscriptions/" + as_segment(symbol_or_hole(subscription)) + "/resourceGroups/" +
         as_segment(symbol_or_hole(group));
}

Node::Member member(const char* name, Node value) { return {name, std::move(value), Span::none()}; }

Node open(const std::string& expression) { return hole(expression, {}, expression, true); }

}  // namespace

/// `prefix`/providers/{type}/{name}[/{type}/{name}...]; `because` is what is unknown in the prefix.
Value Evaluator::id_of(const Site& site, const std::vector<Value>& values, std::size_t type_at,
                       Symbol prefix, const Node* because) {
  Symbol id = std::move(prefix) + "/providers/";
  const std::string_view type = type_text(*values[type_at]);
  std::size_t at = type.find('/');
  id += type.substr(0, at);
  for (std::size_t i = type_at + 1; i < values.size(); ++i) {
    const std::size_t next = std::min(type.find('/', at + 1), type.size());
    id += "/" + std::string(type.substr(at + 1, next - at - 1)) + "/" +
          as_segment(symbol_or_hole(*values[i]));
    at = next;
    if (values[i]->is(Type::Unknown)) because = values[i].get();
  }
  if (because == nullptr) because = values[type_at].get();
  return admit(from_symbol(std::move(id), *because), site.text.source.where);
}

Value Evaluator::resource_id(const Site& site) {
  const std::vector<Value> values = arguments(site);
  const auto type = type_position(values);
  if (!type || *type > 2) {
    if (std::any_of(values.begin(), values.end(),
                    [](const Value& v) { return v->is(Type::Unknown); })) {
      return value_of(Call{site.term.text, values}.open());
    }
    return fail(site, "resourceId() takes a type, and a name for each of its segments");
  }
  const Scope& scope = *site.context.scope;
  const Node& subscription = *type == 2 ? *values[0] : scope.subscription;
  const Node& group = *type == 0 ? scope.group : *values[*type - 1];
  const Node* because = nullptr;
  if (subscription.is(Type::Unknown)) because = &subscription;
  if (group.is(Type::Unknown)) because = &group;
  return id_of(site, values, *type, group_prefix(subscription, group), because);
}

Value Evaluator::subscription_resource_id(const Site& site) {
  const std::vector<Value> values = arguments(site);
  const auto type = type_position(values);
  if (!type || *type > 1) return value_of(Call{site.term.text, values}.open());
  const Node& subscription = *type == 1 ? *values[0] : site.context.scope->subscription;
  return id_of(site, values, *type, "/subscriptions/" + as_segment(symbol_or_hole(subscription)),
               subscription.is(Type::Unknown) ? &subscription : nullptr);
}

Value Evaluator::tenant_resource_id(const Site& site) {
  const std::vector<Value> values = arguments(site);
  const auto type = type_position(values);
  if (!type || *type > 0) return value_of(Call{site.term.text, values}.open());
  return id_of(site, values, *type, {}, nullptr);
}

Value Evaluator::management_group_resource_id(const Site& site) {
  const std::vector<Value> values = arguments(site);
  const auto type = type_position(values);
  if (!type || *type > 1) return value_of(Call{site.term.text, values}.open());
  const Node group = *type == 1 ? *values[0] : open("managementGroup().name");
  return id_of(
      site, values, *type,
      "/providers/Microsoft.Management/managementGroups/" + as_segment(symbol_or_hole(group)),
      group.is(Type::Unknown) ? &group : nullptr);
}

Value Evaluator::extension_resource_id(const Site& site) {
  const std::vector<Value> values = arguments(site);
  if (values.size() < 3) return fail(site, "extensionResourceId() takes an id, a type and names");
  const auto type = type_position({values.begin() + 1, values.end()});
  if (!type || *type > 0) return value_of(Call{site.term.text, values}.open());
  const Node* because = values[0]->is(Type::Unknown) ? values[0].get() : nullptr;
  return id_of(site, values, 1, symbol_or_hole(*values[0]), because);
}

Value Evaluator::resource_group(const Site& site) {
  const Scope& scope = *site.context.scope;
  const Node& because = scope.group.is(Type::Unknown) ? scope.group : scope.subscription;
  Node location =
      options_.location.empty() ? open("resourceGroup().location") : text(options_.location);
  return value_of(Node::object(
      {member("id", from_symbol(group_prefix(scope.subscription, scope.group), because)),
       member("name", scope.group), member("type", text("Microsoft.Resources/resourceGroups")),
       member("location", std::move(location)),
       member("managedBy", open("resourceGroup().managedBy")),
       member("tags", open("resourceGroup().tags")),
       member("properties", open("resourceGroup().properties"))},
      Span::none()));
}

Value Evaluator::subscription(const Site& site) {
  const Node& id = site.context.scope->subscription;
  return value_of(Node::object(
      {member("id", from_symbol("/subscriptions/" + symbol_or_hole(id), id)),
       member("subscriptionId", id), member("tenantId", open("subscription().tenantId")),
       member("displayName", open("subscription().displayName"))},
      Span::none()));
}

Value Evaluator::deployment(const Site& site) {
  return value_of(Node::object({member("name", site.context.scope->deployment),
                                member("location", open("deployment().location")),
                                member("properties", open("deployment().properties"))},
                               Span::none()));
}

Value Evaluator::tenant(const Site& /*site*/) { return value_of(open("tenant()")); }

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
