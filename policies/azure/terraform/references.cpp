// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/references.h"

#include <algorithm>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/kinds.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

constexpr std::string_view kGroupType = "microsoft.resources/resourcegroups";

std::vector<std::string_view> references_of(const Node* expression) {
  std::vector<std::string_view> result;
  const Node* list = member(expression, "references");
  if (list == nullptr || !list->is(Type::Array)) return result;
  for (const Node& item : list->items) {
    if (item.is(Type::String)) result.emplace_back(item.text);
  }
  return whole_references(result);
}

Traversal from(const Traversal& steps, std::size_t first, const Traversal& rest) {
  Traversal result;
  for (std::size_t i = std::min(first, steps.size()); i < steps.size(); ++i) {
    result.push_back(steps[i]);
  }
  result.insert(result.end(), rest.begin(), rest.end());
  return result;
}

/// Whether `id` of the resource is that of the subnet which it is about (documentation of the
/// azurerm_subnet_*_association resources).
bool is_subnet_association(std::string_view type) {
  return type.starts_with("azurerm_subnet_") && type.ends_with("_association");
}

std::string known_text(const Instance& instance, std::string_view attribute) {
  return std::string(text_member(instance.values, attribute));
}

const Node* expression_of(const Instance& instance, std::string_view attribute) {
  return member(member(instance.config, "expressions"), attribute);
}

}  // namespace

std::string azapi_type(const Node* values) {
  const std::string_view type = text_member(values, "type");
  return std::string(type.substr(0, type.find('@')));
}

References::References(Plan& plan, source::Diagnostics& diagnostics)
    : plan_(plan), diagnostics_(diagnostics) {
  identify();
}

const Node* References::look_up(const Node* object, std::string_view name) const {
  if (object != nullptr) steps_ += object->members.size();
  return member(object, name);
}

void References::identify() {
  for (const bool by_id : {false, true}) {
    for (Instance& instance : plan_.instances) {
      const Kind* kind = kind_of(instance.type);
      if (kind == nullptr || (kind->parent == Kind::Parent::Identified) != by_id) continue;
      identify_kind(instance);
    }
  }
  // Parents before what is in them, which may be in each other; types have few segments.
  constexpr int kRounds = 8;
  for (int round = 1; round <= kRounds; ++round) {
    for (Instance& instance : plan_.instances) {
      if (instance.id || !instance.type.starts_with("azapi_")) continue;
      identify_azapi(instance, round == kRounds);
    }
  }
}

void References::identify_kind(Instance& instance) {
  const Kind& kind = *kind_of(instance.type);
  if (kind.parent != Kind::Parent::Association) {
    const std::optional<ResourceId> known = ResourceId::parse(known_text(instance, "id"));
    if (known && known->type == lower(kind.arm)) {
      instance.id = known;
      return;
    }
  }
  Members names;
  const auto add = [&](std::string_view attribute) {
    std::string text = known_text(instance, attribute);
    const std::string_view arm = target_of(attribute);
    if (text.empty() && !arm.empty()) {
      const bool name = attribute.ends_with("_name");
      text = text_of(instance, attribute, {arm, name ? Wanted::Name : Wanted::Id, false});
    }
    if (!text.empty()) put(names, attribute, Node::string(text, instance.where), instance.where);
  };
  add("name");
  add("resource_group_name");
  if (!kind.parent_attribute.empty()) add(kind.parent_attribute);
  const Node object = Node::object(std::move(names), instance.where);
  // All of them are strings: there is nothing to report.
  instance.id = terraform::identify(kind, Attributes(object, instance.address, diagnostics_),
                                    instance.address);
}

void References::identify_azapi(Instance& instance, bool last) {
  const std::string type = lower(azapi_type(instance.values));
  if (type.find('/') == std::string::npos) return;
  std::optional<ResourceId> known = ResourceId::parse(known_text(instance, "id"));
  if (!known) known = ResourceId::parse(known_text(instance, "resource_id"));
  if (known && known->type == type) {
    instance.id = known;
    return;
  }
  std::string name = id_segment(known_text(instance, "name"));
  if (name.empty()) name = id_segment(instance.address);
  const std::string parent_type = type.substr(0, type.rfind('/'));
  const bool top = parent_type.find('/') == std::string::npos;
  std::string parent = known_text(instance, "parent_id");
  if (parent.empty()) {
    parent = text_of(
        instance, "parent_id",
        top ? Question{kGroupType, Wanted::Name, false} : Question{parent_type, Wanted::Id, false});
  } else if (top) {
    const std::size_t group = lower(parent).find("/resourcegroups/");
    const std::size_t begin = group == std::string::npos ? parent.size() : group + 16;
    ResourceId id;
    id.subscription = parent.starts_with("/subscriptions/")
                          ? lower(parent.substr(15, parent.find('/', 15) - 15))
                          : std::string();
    id.group = parent.substr(begin, parent.find('/', begin) - begin);
    id.type = type;
    id.names = {name};
    instance.id = std::move(id);
    return;
  }
  if (!top) {
    const std::optional<ResourceId> holder = ResourceId::parse(parent);
    if (holder && holder->type == parent_type) {
      instance.id = holder->child(type.substr(type.rfind('/') + 1), name);
      return;
    }
    if (!last) return;
  }
  ResourceId id;
  id.type = type;
  if (top) id.group = id_segment(parent);
  const auto segments = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
  id.names.assign(segments, id_segment(instance.address) + ".parent_id");
  id.names.back() = name;
  instance.id = std::move(id);
}

std::string References::text_of(const Instance& instance, std::string_view attribute,
                                const Question& question) {
  const Found found = follow(instance, expression_of(instance, attribute), question);
  if (found.opaque || found.values.size() != 1) return {};
  return found.values.front();
}

Node References::unknown(const Instance& instance, const Node* expression, const std::string& path,
                         const Span& where) {
  std::string what = instance.address + ": " + path;
  const std::vector<std::string_view> references = references_of(expression);
  if (!references.empty()) what += " = " + std::string(references.front());
  if (references.size() > 1) what += ", ...";
  return Node::unknown(what, where, "show the plan of a state after apply, or the state itself");
}

Node References::resolve(const Instance& instance, const Node* expression,
                         std::string_view attribute, const std::string& path, const Span& where) {
  const std::string_view arm = target_of(attribute);
  if (!arm.empty() && expression != nullptr) {
    const bool name = attribute.ends_with("_name");
    const Found found =
        follow(instance, expression, {arm, name ? Wanted::Name : Wanted::Id, false});
    if (!found.opaque && found.values.size() == 1) {
      if (found.assumed) warn_assumed(instance, expression);
      return Node::string(found.values.front(), where);
    }
  }
  return unknown(instance, expression, path, where);
}

Node References::resolve_list(const Instance& instance, const Node* expression,
                              std::string_view attribute, const std::string& path,
                              const Span& where, std::optional<std::size_t> holes) {
  const std::string_view arm = target_of(attribute);
  if (!arm.empty() && expression != nullptr) {
    const Found found = follow(instance, expression, {arm, Wanted::Id, true});
    // Known values of variables may be in the list, too, where not even its length is known.
    const bool complete = holes ? found.values.size() == *holes : !found.variables;
    if (!found.opaque && !found.values.empty() && complete) {
      if (found.assumed) warn_assumed(instance, expression);
      std::vector<Node> items;
      for (const std::string& value : found.values) items.push_back(Node::string(value, where));
      return Node::array(std::move(items), where);
    }
  }
  return unknown(instance, expression, path, where);
}

void References::warn_assumed(const Instance& instance, const Node* expression) {
  if (!warned_.insert(expression).second) return;
  diagnostics_.add({source::Severity::Warning,
                    "assumed-instance",
                    "the plan does not say which instance of " +
                        std::string(references_of(expression).front()) +
                        " is meant; the one with the same key is taken",
                    expression->where,
                    instance.address,
                    "to be sure, show the plan of a state after apply, or the state itself",
                    Span::none(),
                    {}});
}

References::Found References::follow(const Instance& instance, const Node* expression,
                                     const Question& question) {
  Found found;
  std::vector<Item> open = {{expression,
                             instance.module,
                             instance.key,
                             member(instance.config, "for_each_expression"),
                             {},
                             false}};
  for (std::size_t count = 0; !open.empty(); ++count) {
    const Item next = std::move(open.back());
    open.pop_back();
    if (count == kMostItems || steps_ > kMostSteps) {
      found.opaque = true;
      return found;
    }
    const std::vector<std::string_view> references = references_of(next.expression);
    if (references.empty()) {
      // A constant is known, and what has neither refers to nothing that is known.
      if (member(next.expression, "constant_value") == nullptr) found.opaque = true;
      found.variables = true;
      continue;
    }
    steps_ += references.size();
    Item item = next;
    for (const std::string_view reference : references) {
      item.by_key |= reference.starts_with("each.") || reference == "count.index";
    }
    for (const std::string_view reference : references) {
      const std::optional<Traversal> steps = parse_traversal(reference);
      if (!steps) {
        found.opaque = true;
        continue;
      }
      const std::string& head = steps->front().text;
      if (head == "var") {
        follow_variable(item, *steps, open, found);
      } else if (head == "module") {
        follow_output(item, *steps, open, found);
      } else if (head == "each" && steps->size() > 1 && (*steps)[1].text == "value") {
        if (item.each == nullptr) found.opaque = true;
        if (item.each != nullptr) {
          open.push_back(
              {item.each, item.module, item.key, nullptr, from(*steps, 2, item.rest), true});
        }
      } else if (head == "path" || head == "terraform") {
        found.variables = true;
      } else if (head == "local" || head == "self") {
        found.opaque = true;
      } else if (head != "each" && head != "count") {
        follow_resource(item, *steps, question, open, found);
      }
    }
  }
  return found;
}

void References::follow_variable(const Item& item, const Traversal& steps, std::vector<Item>& open,
                                 Found& found) const {
  found.variables = true;
  const ModuleInstance& module = plan_.modules[item.module];
  if (!module.parent || steps.size() < 2) return;
  const Node* call = module.config ? plan_.configs[*module.config].call : nullptr;
  if (call == nullptr) {
    found.opaque = true;
    return;
  }
  // Without an expression it has its default, which is known; so is a constant.
  const Node* expression = look_up(member(call, "expressions"), steps[1].text);
  if (expression == nullptr || member(expression, "constant_value") != nullptr) return;
  open.push_back({expression, *module.parent, module.key, member(call, "for_each_expression"),
                  from(steps, 2, item.rest), false});
}

void References::follow_output(const Item& item, const Traversal& steps, std::vector<Item>& open,
                               Found& found) const {
  found.opaque = true;  // unless all goes well
  if (steps.size() < 3) return;
  const auto& children = plan_.modules[item.module].children;
  const auto named = children.find(steps[1].text);
  if (named == children.end()) return;
  const std::string key = steps[2].is_key ? key_text(steps[2]) : std::string();
  const std::size_t output = steps[2].is_key ? 3 : 2;
  if (output >= steps.size()) return;
  const auto child = named->second.find(key);
  if (child == named->second.end()) return;
  const ModuleInstance& module = plan_.modules[child->second];
  if (!module.config) return;
  const Node* outputs = member(plan_.configs[*module.config].node, "outputs");
  const Node* expression = member(look_up(outputs, steps[output].text), "expression");
  if (expression == nullptr) return;
  found.opaque = false;
  open.push_back(
      {expression, child->second, {}, nullptr, from(steps, output + 1, item.rest), false});
}

void References::follow_resource(const Item& item, const Traversal& steps, const Question& question,
                                 std::vector<Item>& open, Found& found) const {
  const std::size_t skip = steps.front().text == "data" ? 1 : 0;
  if (steps.size() < skip + 2) {
    found.opaque = true;
    return;
  }
  const std::string local =
      (skip == 1 ? "data." : "") + steps[skip].text + "." + steps[skip + 1].text;
  const auto& resources = plan_.modules[item.module].resources;
  const auto named = resources.find(local);
  if (named == resources.end()) {
    found.opaque = true;
    return;
  }
  Traversal path = from(steps, skip + 2, item.rest);
  std::string key;
  bool any = false;
  if (!path.empty() && path.front().is_key) {
    // A key behind a variable or output need not be the resource's, as in {for k, v in a: k =>
    // v.id}
    found.assumed |= steps.size() == skip + 2;
    key = key_text(path.front());
    path.erase(path.begin());
  } else if (named->second.size() == 1) {
    any = true;
  } else if (item.by_key) {
    // Of numbers another is just as likely where two networks are meant.
    const bool numbered = item.key.starts_with("[") && !item.key.starts_with("[\"");
    if (numbered && question.arm == "microsoft.network/virtualnetworks" &&
        question.wanted == Wanted::Id) {
      found.opaque = true;
      return;
    }
    key = item.key;
    found.assumed = true;
  } else if (question.list) {
    any = true;
  } else {
    found.opaque = true;
    return;
  }
  if (!any) {
    const auto target = named->second.find(key);
    if (target == named->second.end()) {
      found.opaque = true;
    } else {
      take_attribute(plan_.instances[target->second], path, question, open, found);
    }
    return;
  }
  for (const auto& [other, index] : named->second) {
    if (found.values.size() >= kMostItems) found.opaque = true;
    if (found.opaque) return;
    take_attribute(plan_.instances[index], path, question, open, found);
  }
}

void References::take_attribute(const Instance& target, const Traversal& path,
                                const Question& question, std::vector<Item>& open,
                                Found& found) const {
  const auto add = [&](std::string value) {
    steps_ += found.values.size();
    if (std::find(found.values.begin(), found.values.end(), value) == found.values.end()) {
      found.values.push_back(std::move(value));
    }
  };
  std::string attribute =
      path.empty() ? (question.wanted == Wanted::Id ? "id" : "name") : path.front().text;
  const bool group = target.type == "azurerm_resource_group" && question.arm == kGroupType;
  if (group && question.wanted == Wanted::Name && (attribute == "name" || attribute == "id")) {
    const std::string name = known_text(target, "name");
    return add(id_segment(name.empty() ? target.address : name));
  }
  if (target.id && target.id->type == question.arm && !is_subnet_association(target.type)) {
    if (attribute == "id" && question.wanted == Wanted::Id) return add(target.id->to_string());
    if (attribute == "name" && question.wanted == Wanted::Name) return add(target.id->name());
  }
  if (attribute == "id" && is_subnet_association(target.type)) attribute = "subnet_id";
  // Another attribute of it that has such a value, as the subnet_id of an association.
  const bool is_name = attribute.ends_with("_name");
  if (target_of(attribute) != question.arm || is_name != (question.wanted == Wanted::Name)) {
    found.opaque = true;
    return;
  }
  const std::string known = known_text(target, attribute);
  if (!known.empty()) return add(known);
  open.push_back({expression_of(target, attribute),
                  target.module,
                  target.key,
                  member(target.config, "for_each_expression"),
                  {},
                  false});
}

}  // namespace polreach::azure::terraform
