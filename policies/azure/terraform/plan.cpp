// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/plan.h"

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/traversal.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

class Builder {
 public:
  explicit Builder(source::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void configuration(const Node* root);
  void changes(const Node* list);
  void values(const Node* root, bool data_only, bool from_state);
  Plan take() { return std::move(plan_); }

 private:
  /// The items of a list of objects.
  std::vector<const Node*> objects(const Node* list, std::string_view what);
  /// The value if it is an object; else nullptr, with a diagnostic if it is something else.
  const Node* object(const Node* value, std::string_view what);
  void wrong(const Node& value, std::string_view what, std::string_view wanted);
  std::size_t module_at(const Node& node, std::size_t parent);
  void add_resource(const Node& node, std::size_t module, bool data_only, bool from_state);

  Plan plan_;
  source::Diagnostics& diagnostics_;
  std::map<std::string, std::size_t, std::less<>> module_by_address_;
  std::map<std::string, std::size_t, std::less<>> instance_by_address_;
  std::map<std::string, const Node*, std::less<>> unknown_by_address_;
};

void Builder::wrong(const Node& value, std::string_view what, std::string_view wanted) {
  diagnostics_.add({source::Severity::Error,
                    "wrong-type",
                    std::string(what) + " is " + std::string(describe(value.type)) +
                        ", and must be " + std::string(wanted),
                    value.where,
                    {},
                    {},
                    Span::none(),
                    {}});
}

const Node* Builder::object(const Node* value, std::string_view what) {
  if (value == nullptr || value->is(Type::Null)) return nullptr;
  if (value->is(Type::Object)) return value;
  wrong(*value, what, "a mapping");
  return nullptr;
}

std::vector<const Node*> Builder::objects(const Node* list, std::string_view what) {
  std::vector<const Node*> result;
  if (list == nullptr || list->is(Type::Null)) return result;
  if (!list->is(Type::Array)) {
    wrong(*list, what, "a list");
    return result;
  }
  for (const Node& item : list->items) {
    if (const Node* found = object(&item, "an item of " + std::string(what))) {
      result.push_back(found);
    }
  }
  return result;
}

void Builder::configuration(const Node* root) {
  struct Open {
    const Node* node;
    const Node* call;
    std::optional<std::size_t> parent;
    std::string name;
  };
  const Node* module = object(member(root, "root_module"), "root_module");
  if (module == nullptr) return;
  std::vector<Open> open = {{module, nullptr, std::nullopt, {}}};
  while (!open.empty()) {
    const Open next = std::move(open.back());
    open.pop_back();
    const std::size_t index = plan_.configs.size();
    if (next.parent) plan_.configs[*next.parent].calls.emplace(next.name, index);
    ModuleConfig& config = plan_.configs.emplace_back();
    config.node = next.node;
    config.call = next.call;
    for (const Node* resource : objects(member(next.node, "resources"), "resources")) {
      std::string key = text_member(resource, "mode") == "data" ? "data." : "";
      key += text_member(resource, "type");
      key += "." + std::string(text_member(resource, "name"));
      config.resources.emplace(std::move(key), resource);
    }
    const Node* calls = object(member(next.node, "module_calls"), "module_calls");
    if (calls == nullptr) continue;
    for (const Node::Member& call : calls->members) {
      const Node* value = object(&call.value, call.name);
      const Node* inner = object(member(value, "module"), "module");
      if (inner != nullptr) open.push_back({inner, value, index, call.name});
    }
  }
}

void Builder::changes(const Node* list) {
  for (const Node* change : objects(list, "resource_changes")) {
    const Node* details = object(member(change, "change"), "change");
    if (details == nullptr) continue;
    const Node* unknown = member(details, "after_unknown");
    const std::string address(text_member(change, "address"));
    unknown_by_address_.emplace(address, unknown);
    const Node* actions = member(details, "actions");
    if (actions == nullptr || !actions->is(Type::Array) || actions->items.size() != 1) continue;
    const Node& action = actions->items.front();
    if (!action.is(Type::String) || action.text != "delete") continue;
    const Node* before = object(member(details, "before"), "before");
    if (before != nullptr) plan_.deleted.emplace_back(text_member(change, "type"), before);
  }
}

/// The instance of a module that a node of the values is.
std::size_t Builder::module_at(const Node& node, std::size_t parent) {
  const std::string address(text_member(&node, "address"));
  if (const auto known = module_by_address_.find(address); known != module_by_address_.end()) {
    return known->second;
  }
  ModuleInstance module;
  module.address = address;
  module.parent = parent;
  std::string name;
  if (const std::optional<Traversal> steps = parse_traversal(address)) {
    if (steps->back().is_key) module.key = key_text(steps->back());
    for (const Step& step : *steps) {
      if (!step.is_key) name = step.text;
    }
  }
  if (const auto config = plan_.modules[parent].config) {
    const auto& calls = plan_.configs[*config].calls;
    const auto call = calls.find(name);
    if (call != calls.end()) module.config = call->second;
  }
  const std::size_t index = plan_.modules.size();
  plan_.modules[parent].children[name].emplace(module.key, index);
  plan_.modules.push_back(std::move(module));
  module_by_address_.emplace(address, index);
  return index;
}

void Builder::add_resource(const Node& node, std::size_t module, bool data_only, bool from_state) {
  Instance instance;
  instance.is_data = text_member(&node, "mode") == "data";
  if (data_only && !instance.is_data) return;
  instance.address = text_member(&node, "address");
  instance.type = text_member(&node, "type");
  instance.name = text_member(&node, "name");
  instance.module = module;
  instance.from_state = from_state;
  instance.values = object(member(&node, "values"), "values");
  instance.where = node.where;
  const Node* index = member(&node, "index");
  if (index != nullptr && index->is(Type::String)) instance.key = "[\"" + index->text + "\"]";
  if (index != nullptr && index->is(Type::Integer)) {
    instance.key = "[" + std::to_string(index->integer) + "]";
  }
  if (!instance_by_address_.emplace(instance.address, plan_.instances.size()).second) return;
  const std::string local = (instance.is_data ? "data." : "") + instance.type + "." + instance.name;
  ModuleInstance& home = plan_.modules[module];
  if (home.config) {
    const auto& resources = plan_.configs[*home.config].resources;
    const auto found = resources.find(local);
    if (found != resources.end()) instance.config = found->second;
  }
  const auto change = unknown_by_address_.find(instance.address);
  if (change != unknown_by_address_.end() && !from_state) {
    instance.has_change = true;
    instance.unknown = change->second;
  }
  home.resources[local].emplace(instance.key, plan_.instances.size());
  plan_.instances.push_back(std::move(instance));
}

void Builder::values(const Node* root, bool data_only, bool from_state) {
  if (plan_.modules.empty()) {
    plan_.modules.emplace_back();
    if (!plan_.configs.empty()) plan_.modules.front().config = 0;
    module_by_address_.emplace("", 0);
  }
  const Node* top = object(member(object(root, "the values"), "root_module"), "root_module");
  if (top == nullptr) return;
  std::vector<std::pair<const Node*, std::size_t>> open = {{top, 0}};
  while (!open.empty()) {
    const auto [node, module] = open.back();
    open.pop_back();
    for (const Node* resource : objects(member(node, "resources"), "resources")) {
      add_resource(*resource, module, data_only, from_state);
    }
    for (const Node* child : objects(member(node, "child_modules"), "child_modules")) {
      open.emplace_back(child, module_at(*child, module));
    }
  }
}

}  // namespace

const Node* member(const Node* object, std::string_view name) {
  if (object == nullptr || !object->is(Type::Object)) return nullptr;
  for (const Node::Member& m : object->members) {
    if (m.name == name) return &m.value;
  }
  return nullptr;
}

std::string_view text_member(const Node* object, std::string_view name) {
  const Node* value = member(object, name);
  return value != nullptr && value->is(Type::String) ? std::string_view(value->text)
                                                     : std::string_view();
}

Plan take_apart(const Node& root, source::Diagnostics& diagnostics) {
  Builder builder(diagnostics);
  const Node* planned = member(&root, "planned_values");
  if (planned == nullptr) {
    builder.values(member(&root, "values"), false, true);
    Plan plan = builder.take();
    plan.is_state = true;
    return plan;
  }
  builder.configuration(member(&root, "configuration"));
  builder.changes(member(&root, "resource_changes"));
  builder.values(planned, false, false);
  // Data sources that were read while planning are only there.
  builder.values(member(member(&root, "prior_state"), "values"), true, true);
  return builder.take();
}

}  // namespace polreach::azure::terraform
