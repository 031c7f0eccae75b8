// SPDX-License-Identifier: Apache-2.0
// The resources that a template lists: their loops, types and names. Neither bodies nor conditions
// are looked at, so that reference() can find a resource before anything is known of it.
#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/limits.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

const Node* text_of(const Node& object, std::string_view name) {
  const Node* found = object.find(name);
  return found != nullptr && found->is(Type::String) ? found : nullptr;
}

bool is_deployment_type(std::string_view type) {
  return same_name(type, "Microsoft.Resources/deployments");
}

/// Whether a child's type is written in full, as it also may be inside of its parent.
bool is_full_type(std::string_view type, std::string_view parent) {
  if (lower(type).starts_with("providers/")) return false;  // an extension of the parent
  return parent.empty() ||
         (type.size() > parent.size() && type[parent.size()] == '/' &&
          same_name(type.substr(0, parent.size()), parent)) ||
         type.find('/') != std::string_view::npos;
}

}  // namespace

/// A resource as it is written, before its loop.
struct Evaluator::Pending {
  const Node* written = nullptr;
  std::string symbol;
  Context context;
  std::string parent_type;  // empty: none
  Node parent_name;
  std::optional<Node> count;
};

Scope& Evaluator::root(const Node& document) {
  Scope& scope = scopes_.emplace_back();
  scope.document = &document;
  const auto known = [](const std::string& value, const char* expression) {
    return value.empty() ? hole(expression, {}, expression, true) : text(value);
  };
  scope.subscription = known(options_.subscription, "subscription().subscriptionId");
  scope.group = known(options_.group, "resourceGroup().name");
  scope.deployment = hole("deployment().name", {}, "deployment().name" + options_.label, true);
  if (!options_.label.empty()) scope.label = " in " + options_.label;
  for (const Node::Member& parameter : options_.parameters) {
    scope.given.insert_or_assign(lower(parameter.name), value_of(parameter.value));
  }
  return scope;
}

Context Evaluator::context_of(Scope& scope) {
  if (scope.names) return *scope.names;
  Context context;
  context.scope = &scope;
  return context;
}

std::span<Instance> Evaluator::instances(Scope& scope) {
  if (scope.enumerated == Progress::Open) enumerate(scope);
  return scope.instances;
}

void Evaluator::enumerate(Scope& scope) {
  scope.enumerated = Progress::Running;
  std::vector<Pending> open;
  const Node* written = scope.document->find("resources");
  const Context context = context_of(scope);
  const auto add = [&](const Node& resource, std::string symbol) {
    Pending pending;
    pending.written = &resource;
    pending.symbol = std::move(symbol);
    pending.context = context;
    open.push_back(std::move(pending));
  };
  if (written != nullptr && written->is(Type::Array)) {
    for (const Node& resource : written->items) add(resource, {});
  } else if (written != nullptr && written->is(Type::Object)) {
    for (const Node::Member& resource : written->members) add(resource.value, resource.name);
  } else if (written != nullptr) {
    problem(source::Severity::Error, "bad-template",
            "the resources of a template are an array, or an object by symbolic names",
            written->where);
  }
  // Children stand behind their parents.
  std::reverse(open.begin(), open.end());
  while (!open.empty() && !exhausted_) {
    const Pending next = std::move(open.back());
    open.pop_back();
    add_instances(scope, next, open);
  }
  scope.enumerated = Progress::Done;
}

void Evaluator::add_instances(Scope& scope, const Pending& pending, std::vector<Pending>& open) {
  const Node& written = *pending.written;
  for (const char* field : {"type", "name"}) {
    if (text_of(written, field) != nullptr) continue;
    const Node* other = written.find(field);
    const bool absent = other == nullptr || other->is(Type::Null);
    problem(source::Severity::Error, "bad-template",
            !written.is(Type::Object) ? "a resource is an object"
            : absent                  ? fmt::format("a resource needs a {}", field)
                     : fmt::format("the {} of a resource must be a string, and is {}", field,
                                   describe(other->type)),
            absent ? written.where : other->where);
    return;
  }
  std::vector<Pending> children;
  const Node* copy = written.find("copy");
  if (copy == nullptr || copy->is(Type::Null)) {
    add_instance(scope, pending, children);
  } else {
    const Node* number = copy->find("count");
    const Node* name = copy->find("name");
    if (number == nullptr || name == nullptr) {
      problem(source::Severity::Error, "bad-template", "a copy loop needs a name and a count",
              copy->where);
      return;
    }
    const Value count = document(*number, pending.context);
    const bool known = count->is(Type::Integer);
    if (!count->is(Type::Unknown) &&
        (!known || count->integer < 0 || count->integer > kMostCopies)) {
      problem(source::Severity::Error, "bad-template",
              fmt::format("the count of a copy loop must be an integer from 0 to {}{}", kMostCopies,
                          known ? fmt::format(", and is {}", count->integer) : ""),
              number->where);
      return;
    }
    for (std::int64_t i = 0; i < (known ? count->integer : 1) && !exhausted_; ++i) {
      Pending one = pending;
      const std::string index = fmt::format("copyIndex('{}')", name->text);
      one.context.loops = std::make_shared<const Loop>(Loop{
          name->text, value_of(known ? integer(i) : hole(count->text, count->settle, index, true)),
          true, pending.context.loops});
      if (!known) one.count = *count;
      if (!one.symbol.empty()) one.symbol += fmt::format("[{}]", i);
      add_instance(scope, one, children);
    }
  }
  open.insert(open.end(), std::make_move_iterator(children.rbegin()),
              std::make_move_iterator(children.rend()));
}

void Evaluator::add_instance(Scope& scope, const Pending& pending, std::vector<Pending>& children) {
  const Node& written = *pending.written;
  if (++resources_ > kMostResources) {
    limit(fmt::format("the template has more than {} resources", kMostResources), written.where);
    return;
  }
  Instance instance;
  instance.written = &written;
  instance.symbol = pending.symbol;
  instance.context = pending.context;
  instance.count = pending.count;
  const Value type = document(*text_of(written, "type"), pending.context);
  const Value name = document(*text_of(written, "name"), pending.context);
  instance.type = type->text;
  instance.name = *name;
  if (!name->is(Type::String) && !name->is(Type::Unknown)) {
    problem(source::Severity::Error, "bad-template",
            fmt::format("the name of a resource must be a string, and is {}", describe(name->type)),
            name->where);
    return;
  }
  if (!is_full_type(type->text, pending.parent_type)) {
    instance.type = pending.parent_type + "/" + type->text;
    instance.name = from_symbol(symbol_or_hole(pending.parent_name) + "/" + symbol_or_hole(*name),
                                name->is(Type::Unknown) ? *name : pending.parent_name);
    instance.name.where = name->where;
  }
  const Node* existing = written.find("existing");
  instance.existing = existing != nullptr && existing->is(Type::Bool) && existing->truth;
  instance.is_deployment = is_deployment_type(instance.type);
  if (const Node* inside = written.find("resources")) {
    for (const Node& child : inside->items) {
      Pending next;
      next.written = &child;
      next.context = pending.context;
      next.parent_type = instance.type;
      next.parent_name = instance.name;
      next.count = pending.count;
      children.push_back(std::move(next));
    }
  }
  scope.instances.push_back(std::move(instance));
}

Scope* Evaluator::nested(Scope& scope, Instance& deployment) {
  if (deployment.nested != nullptr) return deployment.nested;
  const Node* properties = deployment.written->find("properties");
  const Node* inner = properties == nullptr ? nullptr : properties->find("template");
  if (inner == nullptr || !inner->is(Type::Object)) return nullptr;
  if (scope.depth + 1 > kDeepestDeployment) {
    limit(fmt::format("deployments are nested deeper than {} levels", kDeepestDeployment),
          deployment.written->where);
    return nullptr;
  }
  Scope& made = scopes_.emplace_back();
  made.document = inner;
  made.parent = &scope;
  made.depth = scope.depth + 1;
  made.deployment = deployment.name;
  made.label = " of " + canonical(deployment.name) + scope.label;
  made.count = deployment.count ? deployment.count : scope.count;
  const auto placed = [&](const char* name, const Node& otherwise) {
    const Node* written = deployment.written->find(name);
    if (written == nullptr || written->is(Type::Null)) return otherwise;
    return *document(*written, deployment.context);
  };
  made.subscription = placed("subscriptionId", scope.subscription);
  made.group = placed("resourceGroup", scope.group);
  made.written = properties->find("parameters");
  made.written_context = deployment.context;
  bool is_inner = false;
  if (const Node* options = properties->find("expressionEvaluationOptions")) {
    const Node* where = text_of(*options, "scope");
    is_inner = where != nullptr && same_name(where->text, "inner");
  }
  // Outside is the default: names mean what they mean around the deployment.
  if (!is_inner) made.names = deployment.context;
  deployment.nested = &made;
  return &made;
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
