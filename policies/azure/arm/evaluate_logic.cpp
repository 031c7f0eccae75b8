// SPDX-License-Identifier: Apache-2.0
// "Logical functions", of which not all arguments count, and "Lambda functions for ARM templates".
#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/functions.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

/// Members that both have alike are certain; others may be there or not.
Node one_of_objects(const Node& a, const Node& b, const Node& open) {
  Node result = Node::object({}, a.where);
  for (const Node::Member& member : a.members) {
    const Node* other = b.find(member.name);
    if (other != nullptr && same(member.value, *other) == Truth::Yes) {
      result.members.push_back(member);
      continue;
    }
    Node value = hole(open.text, open.settle, canonical(open) + "." + lower(member.name));
    if (other == nullptr || is_spread(*other) || is_spread(member.value)) value.truth = true;
    value.where = member.value.where;
    result.members.push_back({member.name, std::move(value), member.where});
  }
  for (const Node::Member& member : b.members) {
    if (a.find(member.name) != nullptr) continue;
    Node value = hole(open.text, open.settle, canonical(open) + "." + lower(member.name));
    value.where = member.value.where;
    result.members.push_back({member.name, spread(std::move(value)), member.where});
  }
  return result;
}

Node one_of_arrays(const Node& a, const Node& b, const Node& open) {
  Node result = Node::array({}, a.where);
  const std::size_t shorter = std::min(a.items.size(), b.items.size());
  std::size_t i = 0;
  while (i < shorter && same(a.items[i], b.items[i]) == Truth::Yes) {
    result.items.push_back(a.items[i++]);
  }
  Node rest = open;
  rest.where = a.where;
  result.items.push_back(spread(std::move(rest)));
  return result;
}

/// One of two values, and it is not known which.
Node one_of(const Node& condition, const Node& a, const Node& b) {
  if (same(a, b) == Truth::Yes) return a;
  const Node open =
      hole(condition.text, condition.settle,
           fmt::format("if({}, {}, {})", canonical(condition), canonical(a), canonical(b)));
  if (a.is(Type::Object) && b.is(Type::Object)) return one_of_objects(a, b, open);
  if (a.is(Type::Array) && b.is(Type::Array)) return one_of_arrays(a, b, open);
  return open;
}

Node open_array(const Node& item) { return Node::array({spread(item)}, item.where); }

}  // namespace

Value Evaluator::if_(const Site& site) {
  if (site.term.parts.size() != 3) return fail(site, "if() takes 3 arguments");
  const Value condition = argument(site, 0);
  if (condition->is(Type::Bool)) return argument(site, condition->truth ? 1 : 2);
  if (!condition->is(Type::Unknown)) {
    return fail(site, fmt::format("the condition of if() is {}", describe(condition->type)));
  }
  // Only one of them is evaluated by Azure.
  const Quiet quiet(*this, true);
  const Value yes = argument(site, 1);
  const Value no = argument(site, 2);
  return admit(one_of(*condition, *yes, *no), site.text.source.where);
}

Value Evaluator::any_of(const Site& site, bool decisive) {
  if (site.term.parts.empty()) return fail(site, "there is no argument");
  bool open = false;
  std::vector<Value> values;
  for (std::size_t i = 0; i < site.term.parts.size(); ++i) {
    values.push_back(argument(site, i));
    const Node& value = *values.back();
    if (value.is(Type::Bool) && value.truth == decisive) return value_of(boolean(decisive));
    if (value.is(Type::Unknown)) {
      open = true;
    } else if (!value.is(Type::Bool)) {
      return fail(site, fmt::format("argument {} of {}() is {}", i + 1, site.term.text,
                                    describe(value.type)));
    }
  }
  if (open) return value_of(Call{site.term.text, values}.open());
  return value_of(boolean(!decisive));
}

Value Evaluator::and_(const Site& site) { return any_of(site, false); }
Value Evaluator::or_(const Site& site) { return any_of(site, true); }

std::optional<Evaluator::Lambda> Evaluator::lambda(const Site& site, std::size_t i,
                                                   std::size_t most) {
  Lambda result;
  if (i < site.term.parts.size()) {
    const Term& term = site.text.term(site.term.parts[i]);
    if (term.kind == Term::Kind::Call && same_name(term.text, "lambda") && !term.parts.empty()) {
      for (std::size_t k = 0; k + 1 < term.parts.size(); ++k) {
        const Term& name = site.text.term(term.parts[k]);
        if (name.kind == Term::Kind::String) result.names.push_back(name.text);
      }
      result.body = term.parts.back();
      const std::size_t names = term.parts.size() - 1;
      if (result.names.size() == names && names >= 1 && names <= most) return result;
    }
  }
  fail(site, fmt::format("argument {} of {}() must be a lambda() with up to {} variables", i + 1,
                         site.term.text, most));
  return std::nullopt;
}

Value Evaluator::apply(const Site& site, const Lambda& lambda, std::span<const Value> values) {
  Context inside = site.context;
  for (std::size_t i = 0; i < lambda.names.size() && i < values.size(); ++i) {
    inside.bindings =
        std::make_shared<const Binding>(Binding{lambda.names[i], values[i], inside.bindings});
  }
  return term(site.text, lambda.body, inside);
}

Value Evaluator::lambda_variables(const Site& site) {
  if (site.term.parts.size() != 1) return fail(site, "lambdaVariables() takes 1 argument");
  const Value name = argument(site, 0);
  for (const Binding* binding = site.context.bindings.get(); binding != nullptr;
       binding = binding->outer.get()) {
    if (same_name(binding->name, name->text)) return binding->value;
  }
  return fail(site, fmt::format("there is no variable '{}' of a lambda here", name->text));
}

Value Evaluator::map(const Site& site) {
  const auto body = lambda(site, 1, 2);
  if (!body) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  if (from->is(Type::Unknown)) return value_of(Call{site.term.text, {&from, 1}}.open());
  if (!from->is(Type::Array)) return fail(site, "map() takes an array");
  Node result = Node::array({}, Span::none());
  for (std::size_t i = 0; i < from->items.size(); ++i) {
    const Node& item = from->items[i];
    if (is_spread(item)) {
      result.items.push_back(item);
      continue;
    }
    const Value values[] = {part_of(from, item), value_of(integer(static_cast<std::int64_t>(i)))};
    result.items.push_back(*apply(site, *body, values));
    if (result.items.back().is(Type::Unknown)) result.items.back().truth = false;
  }
  return admit(std::move(result), site.text.source.where);
}

Value Evaluator::filter(const Site& site) {
  const auto body = lambda(site, 1, 2);
  if (!body) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  if (from->is(Type::Unknown)) return value_of(Call{site.term.text, {&from, 1}}.open());
  if (!from->is(Type::Array)) return fail(site, "filter() takes an array");
  Node result = Node::array({}, Span::none());
  for (std::size_t i = 0; i < from->items.size(); ++i) {
    const Node& item = from->items[i];
    if (is_spread(item)) {
      result.items.push_back(item);
      continue;
    }
    const Value values[] = {part_of(from, item), value_of(integer(static_cast<std::int64_t>(i)))};
    const Value kept = apply(site, *body, values);
    if (kept->is(Type::Unknown)) {
      result.items.push_back(spread(*kept));
    } else if (!kept->is(Type::Bool)) {
      return fail(site, "the lambda of filter() must give a boolean");
    } else if (kept->truth) {
      result.items.push_back(item);
    }
  }
  return admit(std::move(result), site.text.source.where);
}

Value Evaluator::reduce(const Site& site) {
  const auto body = lambda(site, 2, 3);
  if (!body) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  Value sum = argument(site, 1);
  if (from->is(Type::Unknown)) return value_of(Call{site.term.text, {&from, 1}}.open());
  if (!from->is(Type::Array)) return fail(site, "reduce() takes an array");
  if (std::any_of(from->items.begin(), from->items.end(), is_spread)) {
    return value_of(Call{site.term.text, {&from, 1}}.open());
  }
  for (std::size_t i = 0; i < from->items.size() && !exhausted_; ++i) {
    const Value values[] = {sum, part_of(from, from->items[i]),
                            value_of(integer(static_cast<std::int64_t>(i)))};
    sum = apply(site, *body, values);
  }
  return sum;
}

Value Evaluator::sort(const Site& site) {
  const auto body = lambda(site, 1, 2);
  if (!body) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  if (from->is(Type::Unknown)) return value_of(Call{site.term.text, {&from, 1}}.open());
  if (!from->is(Type::Array)) return fail(site, "sort() takes an array");
  std::vector<const Node*> sorted;
  // By insertion, which ends whatever the lambda says.
  for (const Node& item : from->items) {
    if (is_spread(item)) return value_of(open_array(item));
    std::size_t at = sorted.size();
    for (; at > 0; --at) {
      const Value values[] = {part_of(from, item), part_of(from, *sorted[at - 1])};
      const Value before = apply(site, *body, values);
      if (before->is(Type::Unknown)) return value_of(open_array(*before));
      if (!before->is(Type::Bool)) return fail(site, "the lambda of sort() must give a boolean");
      if (!before->truth) break;
    }
    sorted.insert(sorted.begin() + static_cast<std::ptrdiff_t>(at), &item);
  }
  Node result = Node::array({}, Span::none());
  for (const Node* item : sorted) result.items.push_back(*item);
  return admit(std::move(result), site.text.source.where);
}

Value Evaluator::to_object(const Site& site) {
  const auto by = lambda(site, 1, 1);
  std::optional<Lambda> with;
  if (by && site.term.parts.size() > 2) with = lambda(site, 2, 1);
  if (!by || (site.term.parts.size() > 2 && !with)) {
    return value_of(hole(site.term.text, {}, site.term.text));
  }
  const Value from = argument(site, 0);
  const auto open = [&] { return value_of(Call{site.term.text, {&from, 1}}.open()); };
  if (from->is(Type::Unknown)) return open();
  if (!from->is(Type::Array)) return fail(site, "toObject() takes an array");
  Node result = Node::object({}, Span::none());
  for (const Node& item : from->items) {
    if (is_spread(item)) return open();
    const Value values[] = {part_of(from, item)};
    const Value name = apply(site, *by, values);
    if (name->is(Type::Unknown)) return open();
    Node value = with ? *apply(site, *with, values) : item;
    const auto before =
        std::find_if(result.members.begin(), result.members.end(),
                     [&](const Node::Member& m) { return same_name(m.name, name->text); });
    if (before != result.members.end()) {
      before->value = std::move(value);
    } else {
      result.members.push_back({name->text, std::move(value), Span::none()});
    }
  }
  return admit(std::move(result), site.text.source.where);
}

Value Evaluator::group_by(const Site& site) {
  const auto by = lambda(site, 1, 1);
  if (!by) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  const auto open = [&] { return value_of(Call{site.term.text, {&from, 1}}.open()); };
  if (from->is(Type::Unknown)) return open();
  if (!from->is(Type::Array)) return fail(site, "groupBy() takes an array");
  Node result = Node::object({}, Span::none());
  for (const Node& item : from->items) {
    if (is_spread(item)) return open();
    const Value values[] = {part_of(from, item)};
    const Value name = apply(site, *by, values);
    if (name->is(Type::Unknown)) return open();
    auto group = std::find_if(result.members.begin(), result.members.end(),
                              [&](const Node::Member& m) { return m.name == name->text; });
    if (group == result.members.end()) {
      result.members.push_back({name->text, Node::array({}, Span::none()), Span::none()});
      group = result.members.end() - 1;
    }
    group->value.items.push_back(item);
  }
  return admit(std::move(result), site.text.source.where);
}

Value Evaluator::map_values(const Site& site) {
  const auto body = lambda(site, 1, 1);
  if (!body) return value_of(hole(site.term.text, {}, site.term.text));
  const Value from = argument(site, 0);
  if (from->is(Type::Unknown)) return value_of(Call{site.term.text, {&from, 1}}.open());
  if (!from->is(Type::Object)) return fail(site, "mapValues() takes an object");
  Node result = Node::object({}, Span::none());
  for (const Node::Member& member : from->members) {
    const Value values[] = {part_of(from, member.value)};
    result.members.push_back({member.name,
                              is_spread(member.value) ? member.value : *apply(site, *body, values),
                              member.where});
  }
  return admit(std::move(result), site.text.source.where);
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
