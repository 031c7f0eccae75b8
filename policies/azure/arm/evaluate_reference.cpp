// SPDX-License-Identifier: Apache-2.0
// reference() and resourceInfo(): what other resources of the template say, and the outputs of
// nested deployments. What Azure adds when it deploys is not known.
#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/functions.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

std::string name_of(const Instance& instance) { return readable(symbol_or_hole(instance.name)); }

/// Whether an id has the type and the names of a resource.
bool has_names(const Instance& instance, const ResourceId& id) {
  std::string names;
  for (const std::string& name : id.names) names += (names.empty() ? "" : "/") + name;
  return same_name(id.type, instance.type) && same_name(names, name_of(instance));
}

/// The outputs as reference() shows them, where all are asked for.
bool is_path_to_output(std::span<const Value> keys) {
  return keys.size() >= 2 && keys[0]->is(Type::String) && same_name(keys[0]->text, "outputs") &&
         keys[1]->is(Type::String);
}

}  // namespace

/// Whether an id has the subscription and the resource group that a resource is deployed to.
bool Evaluator::is_at(const Scope& scope, const Instance& instance, const ResourceId& id) {
  const auto same_place = [&](const char* member, const Node& otherwise, std::string_view in_id) {
    const Node* written = instance.is_deployment ? instance.written->find(member) : nullptr;
    const Node place = written == nullptr ? otherwise : *document(*written, instance.context);
    return in_id.empty() || same_name(readable(symbol_or_hole(place)), in_id);
  };
  return same_place("subscriptionId", scope.subscription, id.subscription) &&
         same_place("resourceGroup", scope.group, id.group);
}

/// By symbolic name, by id, or by name. Nothing where several could be meant.
std::pair<Scope*, Instance*> Evaluator::find_instance(Scope& from, const Node& target) {
  const std::string text = readable(symbol_or_hole(target));
  const auto id = ResourceId::parse(text);
  for (Scope* scope = &from; scope != nullptr; scope = scope->parent) {
    // Names may not depend on what is deployed.
    if (scope->enumerated == Progress::Running) continue;
    std::vector<Instance*> found;
    for (Instance& instance : instances(*scope)) {
      if (!instance.symbol.empty() && instance.symbol == text) return {scope, &instance};
      const bool meant = id ? has_names(instance, *id) && is_at(*scope, instance, *id)
                            : same_name(name_of(instance), text);
      if (meant) found.push_back(&instance);
    }
    if (found.size() == 1) return {scope, found.front()};
    if (!found.empty()) break;
  }
  return {nullptr, nullptr};
}

Truth Evaluator::is_deployed(const Instance& instance) {
  const Node* written = instance.written->find("condition");
  if (written == nullptr) return Truth::Yes;
  const Value condition = document(*written, instance.context);
  if (!condition->is(Type::Bool)) return Truth::Maybe;
  return condition->truth ? Truth::Yes : Truth::No;
}

Value Evaluator::reference_to(const Site& site, std::span<const Value> keys, std::size_t& used) {
  const std::vector<Value> values = arguments(site);
  if (values.empty()) return fail(site, fmt::format("{}() takes an argument", site.term.text));
  const Value open = value_of(hole(Call{site.term.text, {values.data(), 1}}.expression(), {},
                                   Call{site.term.text, {values.data(), 1}}.expression()));
  const auto [scope, instance] = find_instance(*site.context.scope, *values[0]);
  if (instance == nullptr || instance->count || scope->count) return open;
  if (same_name(site.term.text, "resourceInfo")) {
    used = 0;
    Node id = Node::object({{"name", instance->name, Span::none()},
                            {"type", text(instance->type), Span::none()},
                            {"id", hole(open->text, {}, canonical(*open) + ".id"), Span::none()}},
                           Span::none());
    return value_of(std::move(id));
  }
  // What is not deployed now may be there from before, and nobody knows what that says. An output
  // under an open condition is only asked for where the deployment is made, or that fails.
  const Truth deployed = is_deployed(*instance);
  if (deployed == Truth::No || (deployed == Truth::Maybe && !instance->is_deployment)) return open;
  const bool full =
      values.size() > 2 && values[2]->is(Type::String) && same_name(values[2]->text, "full");
  if (!instance->is_deployment) return resource_state(*instance, full, keys, used, open);
  std::span<const Value> rest = keys;
  std::size_t skipped = 0;
  if (full) {
    if (keys.empty() || !same_name(keys[0]->text, "properties")) return open;
    rest = keys.subspan(1);
    skipped = 1;
  }
  Value state = deployment_state(*scope, *instance, rest, used, open);
  if (state != open) used += skipped;
  return state;
}

Value Evaluator::deployment_state(Scope& owner, Instance& instance, std::span<const Value> keys,
                                  std::size_t& used, const Value& open) {
  Scope* inside = nested(owner, instance);
  if (inside == nullptr || !is_path_to_output(keys)) return open;
  const Value value = output(*inside, keys[1]->text);
  if (keys.size() >= 3 && keys[2]->is(Type::String) && same_name(keys[2]->text, "value")) {
    used = 3;
    return value;
  }
  used = 2;
  return value_of(Node::object({{"value", *value, Span::none()}}, Span::none()));
}

Value Evaluator::resource_state(const Instance& instance, bool full, std::span<const Value> keys,
                                std::size_t& used, const Value& open) {
  const Node* at = full ? instance.written : instance.written->find("properties");
  if (instance.existing || at == nullptr || keys.empty()) return open;
  std::size_t depth = 0;
  while (depth < keys.size() && at->is(Type::Object) && keys[depth]->is(Type::String)) {
    const Node* next = at->find(keys[depth]->text);
    if (next == nullptr) return open;
    at = next;
    ++depth;
  }
  // Azure adds members to objects and items to lists.
  const Value value = depth == 0 ? open : document(*at, instance.context);
  if (depth == 0 || value->is(Type::Object) || value->is(Type::Array)) return open;
  used = depth;
  return value;
}

Value Evaluator::reference(const Site& site) {
  std::size_t used = 0;
  return reference_to(site, {}, used);
}

Value Evaluator::resource_info(const Site& site) {
  std::size_t used = 0;
  return reference_to(site, {}, used);
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
