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

/// "microsoft.network/networksecuritygroups/web": what an id says behind the last /providers/.
std::string tail_of(std::string_view type, std::string_view names) {
  return lower(std::string(type) + " " + std::string(names));
}

std::optional<std::string> tail_of_id(std::string_view id) {
  const auto parsed = ResourceId::parse(id);
  if (!parsed) return std::nullopt;
  std::string names;
  for (const std::string& name : parsed->names) names += (names.empty() ? "" : "/") + name;
  return tail_of(parsed->type, names);
}

bool means(const Instance& instance, std::string_view target) {
  if (!instance.symbol.empty() && instance.symbol == target) return true;
  const std::string name = readable(symbol_or_hole(instance.name));
  if (same_name(name, target)) return true;
  const auto tail = tail_of_id(target);
  return tail && *tail == tail_of(instance.type, name);
}

/// The outputs as reference() shows them, where all are asked for.
bool is_path_to_output(std::span<const Value> keys) {
  return keys.size() >= 2 && keys[0]->is(Type::String) && same_name(keys[0]->text, "outputs") &&
         keys[1]->is(Type::String);
}

}  // namespace

std::pair<Scope*, Instance*> Evaluator::find_instance(Scope& from, const Node& target) {
  const std::string text = readable(symbol_or_hole(target));
  for (Scope* scope = &from; scope != nullptr; scope = scope->parent) {
    // Names may not depend on what is deployed.
    if (scope->enumerated == Progress::Running) continue;
    for (Instance& instance : instances(*scope)) {
      if (means(instance, text)) return {scope, &instance};
    }
  }
  return {nullptr, nullptr};
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
    const Symbol name = symbol_or_hole(instance->name);
    Node id = Node::object({{"name", instance->name, Span::none()},
                            {"type", text(instance->type), Span::none()},
                            {"id", hole(open->text, {}, canonical(*open) + ".id"), Span::none()}},
                           Span::none());
    return value_of(std::move(id));
  }
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
