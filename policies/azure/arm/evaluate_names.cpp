// SPDX-License-Identifier: Apache-2.0
// parameters(), variables() and copyIndex(), and outputs.
#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/functions.h"
#include "policies/source/nearest.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

constexpr std::string_view kSettle = "give its value with --parameters FILE";

std::string hint(const Node* among, std::string_view name) {
  std::vector<std::string> names;
  if (among != nullptr) {
    for (const Node::Member& member : among->members) names.push_back(member.name);
  }
  return source::did_you_mean(source::nearest(name, names));
}

/// Whether a value has the type that a parameter is declared with.
bool fits(const Node& value, std::string_view type) {
  if (value.is(Type::Unknown)) return true;
  if (same_name(type, "string") || same_name(type, "securestring")) return value.is(Type::String);
  if (same_name(type, "int")) return value.is(Type::Integer);
  if (same_name(type, "bool")) return value.is(Type::Bool);
  if (same_name(type, "array")) return value.is(Type::Array);
  if (same_name(type, "object") || same_name(type, "secureobject")) return value.is(Type::Object);
  return true;
}

/// Whether a value is allowed; of an array, each of its items.
bool is_allowed(const Node& value, const Node& allowed) {
  const auto among = [&](const Node& one) {
    return std::any_of(allowed.items.begin(), allowed.items.end(), [&](const Node& candidate) {
      if (one.is(Type::String) && candidate.is(Type::String)) {
        return same_name(one.text, candidate.text);
      }
      return same(one, candidate) != Truth::No;
    });
  };
  if (value.is(Type::Unknown) || among(value)) return true;
  return value.is(Type::Array) && std::all_of(value.items.begin(), value.items.end(), among);
}

const Node* property_loop(const Node* variables, std::string_view name) {
  const Node* loops = variables == nullptr ? nullptr : variables->find("copy");
  if (loops == nullptr || !loops->is(Type::Array)) return nullptr;
  for (const Node& loop : loops->items) {
    const Node* its_name = loop.find("name");
    if (its_name != nullptr && same_name(its_name->text, name) && loop.find("count") != nullptr &&
        loop.find("input") != nullptr) {
      return &loop;
    }
  }
  return nullptr;
}

bool is_true(const Node* node) { return node != nullptr && node->is(Type::Bool) && node->truth; }

}  // namespace

Value Evaluator::parameters(const Site& site) {
  if (site.term.parts.size() != 1) return fail(site, "parameters() takes 1 argument");
  const Value name = argument(site, 0);
  if (name->is(Type::Unknown)) return value_of(Call{"parameters", {&name, 1}}.open());
  const std::string wanted = lower(name->text);
  if (site.context.arguments) {
    const auto found = site.context.arguments->find(wanted);
    if (found != site.context.arguments->end()) return found->second;
    return fail(site, fmt::format("the function has no parameter '{}'", name->text));
  }
  Scope& scope = *site.context.scope;
  const Node* declared = scope.document->find("parameters");
  const Node* found = declared == nullptr ? nullptr : declared->find(name->text);
  if (found == nullptr) {
    return fail(site, fmt::format("the template has no parameter '{}'{}", name->text,
                                  hint(declared, name->text)));
  }
  return parameter(scope, name->text, *found);
}

Value Evaluator::parameter(Scope& scope, const std::string& name, const Node& declared) {
  Memo& memo = scope.parameters[lower(name)];
  if (memo.progress == Progress::Done) return memo.value;
  if (memo.progress == Progress::Running) {
    problem(source::Severity::Error, "template-cycle",
            fmt::format("the default value of parameter '{}' needs that value itself", name),
            declared.where);
    return value_of(hole("parameters('" + name + "')", {}, "parameters('" + name + "')"));
  }
  memo.progress = Progress::Running;
  const std::size_t before = suppressed_;
  Value value = given_parameter(scope, name, declared);
  // What was wrong must be said when it is asked for again, and is to be reported.
  memo.progress = suppressed_ == before ? Progress::Done : Progress::Open;
  memo.value = value;
  return value;
}

/// What the deployment around says: {"value": ...} or {"reference": ...}; nothing where it does not
/// name the parameter.
Value Evaluator::written_parameter(Scope& scope, const std::string& name) {
  if (scope.written == nullptr) return nullptr;
  if (scope.written->is(Type::Object)) {
    const Node* entry = scope.written->find(name);
    return entry == nullptr ? nullptr : document(*entry, scope.written_context);
  }
  const Value all = document(*scope.written, scope.written_context);
  if (all->is(Type::Unknown)) {
    return value_of(hole(all->text, all->settle, canonical(*all) + "." + lower(name)));
  }
  const Node* entry = all->find(name);
  return entry == nullptr ? nullptr : part_of(all, *entry);
}

Value Evaluator::given_parameter(Scope& scope, const std::string& name, const Node& declared) {
  const std::string written = "parameters('" + name + "')" + scope.label;
  if (const auto given = scope.given.find(lower(name)); given != scope.given.end()) {
    if (!given->second->is(Type::Unknown)) return check_parameter(given->second, name, declared);
    return value_of(hole(given->second->text, given->second->settle, written));
  }
  if (const Value entry = written_parameter(scope, name)) {
    if (entry->is(Type::Unknown)) {
      return value_of(hole(entry->text, entry->settle, canonical(*entry) + ".value"));
    }
    const Node* value = entry->find("value");
    // Whether null means the default value is not documented.
    const bool is_open =
        value == nullptr || (value->is(Type::Null) && declared.find("defaultValue") != nullptr &&
                             !is_true(declared.find("nullable")));
    if (is_open) return value_of(hole("parameters('" + name + "')", {}, written));
    return check_parameter(part_of(entry, *value), name, declared);
  }
  if (const Node* fallback = declared.find("defaultValue")) {
    const Value value = document(*fallback, context_of(scope));
    const bool is_fresh = lower(fallback->text).find("newguid(") != std::string::npos;
    if (value->is(Type::Unknown) && is_fresh) return value_of(hole(value->text, {}, written));
    return check_parameter(value, name, declared);
  }
  if (is_true(declared.find("nullable"))) return value_of(null());
  return value_of(hole("parameters('" + name + "')",
                       scope.parent == nullptr ? std::string(kSettle) : std::string(), written));
}

Value Evaluator::check_parameter(Value value, const std::string& name, const Node& declared) {
  const Span& where = value->where.exists() ? value->where : declared.where;
  const Node* type = declared.find("type");
  if (value->is(Type::Null) && is_true(declared.find("nullable"))) return value;
  if (type != nullptr && !fits(*value, type->text)) {
    problem(source::Severity::Error, "bad-parameter",
            fmt::format("parameter '{}' is declared as {}, and its value is {}", name, type->text,
                        describe(value->type)),
            where);
    return value_of(hole("parameters('" + name + "')", {}, "parameters('" + name + "')"));
  }
  const Node* allowed = declared.find("allowedValues");
  if (allowed != nullptr && allowed->is(Type::Array) && !is_allowed(*value, *allowed)) {
    problem(source::Severity::Error, "bad-parameter",
            fmt::format("the value of parameter '{}' is none of its allowedValues", name), where);
  }
  return value;
}

Value Evaluator::variables(const Site& site) {
  if (site.term.parts.size() != 1) return fail(site, "variables() takes 1 argument");
  const Value name = argument(site, 0);
  if (name->is(Type::Unknown)) return value_of(Call{"variables", {&name, 1}}.open());
  Scope& scope = *site.context.scope;
  const Node* all = scope.document->find("variables");
  const Node* loop = property_loop(all, name->text);
  const Node* written = all == nullptr ? nullptr : all->find(name->text);
  if (site.context.arguments || (loop == nullptr && written == nullptr)) {
    return fail(site, fmt::format("the template has no variable '{}'{}", name->text,
                                  hint(all, name->text)));
  }
  return variable(scope, name->text, written, loop);
}

Value Evaluator::variable(Scope& scope, const std::string& name, const Node* written,
                          const Node* copy) {
  Memo& memo = scope.variables[lower(name)];
  if (memo.progress == Progress::Done) return memo.value;
  if (memo.progress == Progress::Running) {
    problem(source::Severity::Error, "template-cycle",
            fmt::format("variable '{}' needs its own value", name),
            (copy != nullptr ? copy : written)->where);
    return value_of(hole("variables('" + name + "')", {}, "variables('" + name + "')"));
  }
  memo.progress = Progress::Running;
  const std::size_t before = suppressed_;
  const Context context = context_of(scope);
  Value value = copy != nullptr ? copies(*copy, context) : document(*written, context);
  memo.progress = suppressed_ == before ? Progress::Done : Progress::Open;
  memo.value = value;
  return value;
}

Value Evaluator::output(Scope& scope, const std::string& name) {
  const std::string expression = canonical(scope.deployment) + ".outputs." + lower(name);
  const auto open = [&] { return value_of(hole("outputs." + name, {}, expression)); };
  const Node* outputs = scope.document->find("outputs");
  const Node* written = outputs == nullptr ? nullptr : outputs->find(name);
  if (written == nullptr) return open();
  Memo& memo = scope.outputs[lower(name)];
  if (memo.progress == Progress::Done) return memo.value;
  if (memo.progress == Progress::Running) {
    problem(source::Severity::Error, "template-cycle",
            fmt::format("output '{}' needs its own value", name), written->where);
    return open();
  }
  memo.progress = Progress::Running;
  const std::size_t before = suppressed_;
  const Context context = context_of(scope);
  Value value = open();
  if (const Node* is = written->find("value")) {
    value = document(*is, context);
  } else if (const Node* copy = written->find("copy")) {
    if (copy->find("count") != nullptr && copy->find("input") != nullptr) {
      value = copies(*copy, context);
    }
  }
  memo.progress = suppressed_ == before ? Progress::Done : Progress::Open;
  memo.value = value;
  return value;
}

Value Evaluator::copy_index(const Site& site) {
  const std::vector<Value> values = arguments(site);
  std::string name;
  std::int64_t offset = 0;
  for (const Value& value : values) {
    if (value->is(Type::String)) name = value->text;
    if (value->is(Type::Integer)) offset = value->integer;
    if (value->is(Type::Unknown)) return value_of(Call{"copyIndex", values}.open());
  }
  // Without a name it is the resource's loop.
  const Loop* found = nullptr;
  for (const Loop* loop = site.context.loops.get(); loop != nullptr; loop = loop->outer.get()) {
    if (name.empty() ? loop->of_resource : same_name(loop->name, name)) {
      found = loop;
      break;
    }
  }
  if (found == nullptr && name.empty()) found = site.context.loops.get();
  if (found == nullptr) {
    return fail(site, name.empty() ? "copyIndex() stands in no copy loop"
                                   : fmt::format("there is no copy loop '{}' around this", name));
  }
  if (found->index->is(Type::Unknown)) {
    if (offset == 0) return found->index;
    return value_of(hole(found->index->text, found->index->settle,
                         fmt::format("{} + {}", canonical(*found->index), offset)));
  }
  return value_of(integer(found->index->integer + offset));
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
