// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/azure/arm/evaluator.h"

namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (c == '/') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

bool is_skipped(std::string_view member) {
  static constexpr std::array<std::string_view, 11> kNames = {
      "apiVersion", "type",  "name",     "resources", "copy",    "condition",
      "dependsOn",  "scope", "comments", "existing",  "metadata"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return same_name(name, member); });
}

/// What cannot be evaluated of others changes nothing that is asked of networks.
bool is_of_networks(std::string_view type) {
  const std::string provider = lower(type.substr(0, type.find('/')));
  return provider == "microsoft.network" || provider == "microsoft.containerservice" ||
         provider == "microsoft.compute";
}

std::string place_of(const Node& node) { return place_segment(readable(symbol_or_hole(node))); }

/// Goes through a template and those that are nested in it.
class Walk {
 public:
  Walk(const TemplateOptions& options, source::Diagnostics& diagnostics, Resources& resources)
      : evaluator_(options, diagnostics), resources_(resources) {}

  void run(const Node& root) {
    Scope& top = evaluator_.root(root);
    check_parameters(top);
    std::vector<std::pair<Scope*, std::size_t>> open{{&top, 0}};
    while (!open.empty() && !evaluator_.exhausted()) {
      auto& [scope, next] = open.back();
      const std::span<Instance> instances = evaluator_.instances(*scope);
      if (next == instances.size()) {
        open.pop_back();
        continue;
      }
      if (Scope* nested = visit(*scope, instances[next++])) open.emplace_back(nested, 0);
    }
  }

 private:
  void check_parameters(Scope& top);
  Scope* visit(Scope& scope, Instance& instance);
  Scope* enter(Scope& scope, Instance& instance, std::vector<Node> conditions);
  std::optional<ResourceId> id_of(const Scope& scope, const Instance& instance);
  Node body_of(const Instance& instance, const ResourceId& id, bool quiet);

  Evaluator evaluator_;
  Resources& resources_;
};

/// Values that are given count even where no expression asks for them.
void Walk::check_parameters(Scope& top) {
  const Node* declared = top.document->find("parameters");
  if (declared == nullptr) return;
  for (const Node::Member& parameter : declared->members) {
    if (top.given.count(lower(parameter.name)) == 0) continue;
    const Node call = Node::string("[parameters('" + parameter.name + "')]", parameter.where);
    evaluator_.document(call, Evaluator::context_of(top));
    evaluator_.forget(call);
  }
}

Scope* Walk::visit(Scope& scope, Instance& instance) {
  std::vector<Node> conditions = scope.conditions;
  if (const Node* written = instance.written->find("condition")) {
    const Value condition = evaluator_.document(*written, instance.context);
    if (condition->is(Type::Unknown)) {
      conditions.push_back(finish(*condition));
    } else if (condition->is(Type::Bool)) {
      if (!condition->truth) return nullptr;
    } else if (!condition->is(Type::String) || !same_name(condition->text, "true")) {
      if (condition->is(Type::String) && same_name(condition->text, "false")) return nullptr;
      evaluator_.problem(
          source::Severity::Error, "bad-template",
          fmt::format("a condition must be a boolean, and is {}", describe(condition->type)),
          written->where);
      return nullptr;
    }
  }
  if (instance.existing) return nullptr;
  if (instance.is_deployment) return enter(scope, instance, std::move(conditions));
  const auto id = id_of(scope, instance);
  if (!id) return nullptr;
  Resource resource;
  resource.id = *id;
  resource.where = instance.name.where;
  const std::optional<Node>& count = instance.count ? instance.count : scope.count;
  if (count) conditions.push_back(finish(*count));
  const bool quiet = !conditions.empty() || !is_of_networks(resource.id.type);
  resource.body = count ? Node::unknown(count->text, instance.written->where, count->settle)
                        : body_of(instance, resource.id, quiet);
  resource.conditions = std::move(conditions);
  resources_.push_back(std::move(resource));
  return nullptr;
}

Scope* Walk::enter(Scope& scope, Instance& instance, std::vector<Node> conditions) {
  Scope* nested = evaluator_.nested(scope, instance);
  if (nested == nullptr) {
    const Node* properties = instance.written->find("properties");
    const bool linked = properties != nullptr && properties->find("templateLink") != nullptr;
    evaluator_.problem(
        source::Severity::Warning, "linked-template",
        linked ? "a linked template is not in the input: what it deploys is not known"
               : "a deployment has no template in it: what it deploys is not known",
        instance.name.where, "give the linked template as well, or export what was deployed");
    return nullptr;
  }
  nested->conditions = std::move(conditions);
  return nested;
}

std::optional<ResourceId> Walk::id_of(const Scope& scope, const Instance& instance) {
  std::string_view type = instance.type;
  std::vector<std::string> names = pieces_of(readable(symbol_or_hole(instance.name)));
  // An extension in the old way: "Microsoft.Compute/virtualMachines/providers/locks".
  constexpr std::string_view kProviders = "/providers/";
  if (const std::size_t at = lower(type).rfind(kProviders); at != std::string::npos) {
    type.remove_prefix(at + kProviders.size());
    if (type.find('/') == std::string_view::npos && names.size() >= 2) {
      // The provider stands in the name: "vm/Microsoft.Authorization/lock".
      ResourceId id{place_of(scope.subscription),
                    place_of(scope.group),
                    lower(names[names.size() - 2]) + "/" + lower(type),
                    {names.back()}};
      return id;
    }
    const auto levels = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
    if (names.size() > levels)
      names.erase(names.begin(), names.end() - static_cast<std::ptrdiff_t>(levels));
  }
  const auto levels = static_cast<std::size_t>(std::count(type.begin(), type.end(), '/'));
  if (levels == 0 || names.size() != levels) {
    const Evaluator::Quiet quiet(evaluator_, !is_of_networks(type));
    const bool open = instance.name.is(Type::Unknown);
    evaluator_.problem(
        source::Severity::Error, "bad-template",
        fmt::format("the name '{}' does not have one segment for each of type '{}'",
                    readable(symbol_or_hole(instance.name)), instance.type),
        instance.name.where,
        open ? "the name is not known in full: give values of parameters with --parameters FILE"
             : "the name of a child resource is 'parent/child'");
    return std::nullopt;
  }
  ResourceId id;
  id.subscription = lower(place_of(scope.subscription));
  id.group = place_of(scope.group);
  id.type = lower(type);
  id.names = std::move(names);
  return id;
}

Node Walk::body_of(const Instance& instance, const ResourceId& id, bool quiet) {
  const Evaluator::Quiet off(evaluator_, quiet);
  const Node* type = instance.written->find("type");
  Node body = Node::object({}, instance.written->where);
  body.members.push_back(
      {"type", Node::string(instance.type, type->where), instance.written->where});
  body.members.push_back(
      {"name", Node::string(id.name(), instance.name.where), instance.written->where});
  for (const Node::Member& member : instance.written->members) {
    if (is_skipped(member.name)) continue;
    const Value value = evaluator_.document(member.value, instance.context);
    body.members.push_back({member.name, *value, member.where});
  }
  return finish(std::move(body));
}

}  // namespace

void read_template(const Node& root, const TemplateOptions& options,
                   source::Diagnostics& diagnostics, Resources& resources) {
  Walk(options, diagnostics, resources).run(root);
}

std::vector<Node::Member> read_parameters(const Node& root, source::Diagnostics& diagnostics) {
  std::vector<Node::Member> result;
  const Node* all = root.find("parameters");
  if (all == nullptr || !all->is(Type::Object)) {
    diagnostics.add({source::Severity::Error,
                     "bad-parameter",
                     "a parameter file has an object 'parameters'",
                     root.where,
                     {},
                     {},
                     {},
                     {}});
    return result;
  }
  for (const Node::Member& parameter : all->members) {
    if (const Node* value = parameter.value.find("value")) {
      result.push_back({parameter.name, *value, parameter.where});
    } else if (parameter.value.find("reference") != nullptr) {
      result.push_back(
          {parameter.name,
           Node::unknown("the secret of parameter '" + parameter.name + "'", parameter.value.where,
                         "give its value instead of a reference"),
           parameter.where});
    } else {
      diagnostics.add(
          {source::Severity::Error,
           "bad-parameter",
           fmt::format("parameter '{}' has neither a value nor a reference", parameter.name),
           parameter.value.where,
           {},
           {},
           {},
           {}});
    }
  }
  return result;
}

}  // namespace polreach::azure::arm
