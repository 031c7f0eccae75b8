// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "policies/azure/arm/evaluator.h"
#include "policies/azure/arm/functions.h"
#include "policies/azure/arm/limits.h"
#include "policies/source/nearest.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

bool is_name_of_reference(std::string_view lower_name) {
  return lower_name == "reference" || lower_name == "resourceinfo";
}

Value open_member(const Node& of, const Node& key) {
  const std::string name = key.is(Type::String) ? "." + key.text : "[" + canonical(key) + "]";
  Node node = hole(of.text, of.settle, canonical(of) + name);
  return value_of(std::move(node));
}

}  // namespace

Span Evaluator::Text::span(const Term& term) const {
  const Span& whole = source.where;
  // Offsets count where the string has no escapes: then it is as long as its source.
  if (!whole.exists() || whole.end - whole.begin != source.text.size() + 2) return whole;
  return {whole.file, whole.begin + 1 + term.begin, whole.begin + 1 + term.end};
}

Value Evaluator::fail(const Site& site, std::string message) {
  problem(source::Severity::Error, "bad-template-expression", std::move(message),
          site.text.span(site.term));
  const std::string_view written(site.text.source.text);
  const std::string_view part = written.substr(site.term.begin, site.term.end - site.term.begin);
  return value_of(hole(std::string(part), {}, part));
}

Value Evaluator::term(const Text& text, std::uint32_t index, const Context& context) {
  const Deeper deeper(*this, text.source.where);
  if (exhausted_) return value_of(Node::unknown("a template beyond the limits", Span::none()));
  const Term& term = text.term(index);
  switch (term.kind) {
    case Term::Kind::String:
      return value_of(arm::text(term.text));
    case Term::Kind::Integer:
      return value_of(integer(term.integer));
    case Term::Kind::Call:
      return call({text, term, context});
    case Term::Kind::Property:
    case Term::Kind::Index:
      return access(text, index, context);
  }
  return value_of(null());
}

Value Evaluator::argument(const Site& site, std::size_t i) {
  return term(site.text, site.term.parts[i], site.context);
}

std::vector<Value> Evaluator::arguments(const Site& site) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < site.term.parts.size(); ++i) values.push_back(argument(site, i));
  return values;
}

Evaluator::Special Evaluator::special(std::string_view lower_name) {
  static constexpr std::array<std::pair<std::string_view, Special>, 26> kSpecials = {{
      {"if", &Evaluator::if_},
      {"and", &Evaluator::and_},
      {"or", &Evaluator::or_},
      {"parameters", &Evaluator::parameters},
      {"variables", &Evaluator::variables},
      {"copyindex", &Evaluator::copy_index},
      {"lambdavariables", &Evaluator::lambda_variables},
      {"map", &Evaluator::map},
      {"filter", &Evaluator::filter},
      {"reduce", &Evaluator::reduce},
      {"sort", &Evaluator::sort},
      {"toobject", &Evaluator::to_object},
      {"groupby", &Evaluator::group_by},
      {"mapvalues", &Evaluator::map_values},
      {"reference", &Evaluator::reference},
      {"resourceinfo", &Evaluator::resource_info},
      {"resourceid", &Evaluator::resource_id},
      {"subscriptionresourceid", &Evaluator::subscription_resource_id},
      {"tenantresourceid", &Evaluator::tenant_resource_id},
      {"managementgroupresourceid", &Evaluator::management_group_resource_id},
      {"extensionresourceid", &Evaluator::extension_resource_id},
      {"resourcegroup", &Evaluator::resource_group},
      {"subscription", &Evaluator::subscription},
      {"deployment", &Evaluator::deployment},
      {"tenant", &Evaluator::tenant},
      {"references", &Evaluator::reference},
  }};
  for (const auto& [name, function] : kSpecials) {
    if (name == lower_name) return function;
  }
  return nullptr;
}

Value Evaluator::call(const Site& site) {
  if (++steps_ > kMostSteps) {
    limit(fmt::format("the template calls more than {} functions", kMostSteps),
          site.text.source.where);
  }
  if (exhausted_) return value_of(Node::unknown("a template beyond the limits", Span::none()));
  std::string name = lower(site.term.text);
  if (name.starts_with("sys.")) name.erase(0, 4);
  if (name.find('.') != std::string::npos) return defined_call(site);
  if (const Special function = special(name)) return (this->*function)(site);
  return plain_call(site, name);
}

Value Evaluator::plain_call(const Site& site, std::string_view lower_name) {
  const Function* function = find_function(lower_name);
  if (function == nullptr && !is_of_azure(lower_name)) {
    if (quiet_ > 0) {
      ++suppressed_;
    } else if (unsupported_.emplace(lower_name).second) {
      problem(source::Severity::Warning, "unsupported-template-function",
              fmt::format("the function '{}' is not known here: its value is open", site.term.text),
              site.text.span(site.term));
    }
  }
  const std::vector<Value> values = arguments(site);
  Call call{site.term.text, values};
  if (function == nullptr) return value_of(hole(call.expression(), {}, call.expression()));
  if (values.size() < function->least || values.size() > function->most) {
    return fail(site, fmt::format("{}() does not take {} argument{}", site.term.text, values.size(),
                                  values.size() == 1 ? "" : "s"));
  }
  const bool open = std::any_of(values.begin(), values.end(),
                                [](const Value& v) { return v->is(Type::Unknown); });
  if (open && !function->takes_unknown) return value_of(call.open());
  Node result = function->run(call);
  if (!call.fault.empty()) return fail(site, call.fault);
  return admit(std::move(result), site.text.source.where);
}

/// A function of `functions`: it sees its arguments and nothing else.
Value Evaluator::defined_call(const Site& site) {
  const Node* namespaces = site.context.scope->document->find("functions");
  const std::size_t dot = site.term.text.find('.');
  const std::string_view space = std::string_view(site.term.text).substr(0, dot);
  const std::string_view member = std::string_view(site.term.text).substr(dot + 1);
  const Node* defined = nullptr;
  if (namespaces != nullptr) {
    for (const Node& candidate : namespaces->items) {
      const Node* name = candidate.find("namespace");
      const Node* members = candidate.find("members");
      if (name == nullptr || members == nullptr || !same_name(name->text, space)) continue;
      if (const Node* found = members->find(member)) defined = found;
    }
  }
  const Node* result = defined == nullptr ? nullptr : defined->find("output");
  if (result != nullptr) result = result->find("value");
  if (result == nullptr) {
    return fail(site, fmt::format("the template defines no function '{}'", site.term.text));
  }
  const std::vector<Value> values = arguments(site);
  auto bound = std::make_shared<Arguments>();
  if (const Node* declared = defined->find("parameters")) {
    if (declared->items.size() != values.size()) {
      return fail(site,
                  fmt::format("{}() takes {} arguments", site.term.text, declared->items.size()));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Node* name = declared->items[i].find("name");
      if (name != nullptr) (*bound)[lower(name->text)] = values[i];
    }
  }
  Context inside;
  inside.scope = site.context.scope;
  inside.arguments = std::move(bound);
  return document(*result, inside);
}

Value Evaluator::step(const Value& value, const Value& key, const Span& where) {
  if (value->is(Type::Unknown)) return open_member(*value, *key);
  if (key->is(Type::Unknown)) {
    return value_of(hole(key->text, key->settle, canonical(*value) + "[" + canonical(*key) + "]"));
  }
  const auto wrong = [&](std::string message) {
    problem(source::Severity::Error, "bad-template-expression", std::move(message), where);
    return value_of(hole("a member that is not there", {}, canonical(*value) + canonical(*key)));
  };
  if (value->is(Type::Object) && key->is(Type::String)) {
    if (const Node* found = value->find(key->text)) return part_of(value, *found);
    std::vector<std::string> names;
    for (const Node::Member& member : value->members) names.push_back(member.name);
    return wrong(fmt::format("there is no property '{}' here{}", key->text,
                             source::did_you_mean(source::nearest(key->text, names))));
  }
  if (value->is(Type::Array) && key->is(Type::Integer)) {
    const auto& items = value->items;
    const auto spread_at = std::find_if(items.begin(), items.end(), is_spread);
    if (key->integer >= 0 && spread_at - items.begin() <= key->integer &&
        spread_at != items.end()) {
      return open_member(*spread_at, *key);
    }
    if (key->integer >= 0 && key->integer < static_cast<std::int64_t>(items.size())) {
      return part_of(value, items[static_cast<std::size_t>(key->integer)]);
    }
    return wrong(fmt::format("the array has {} items, counted from 0, and no item {}", items.size(),
                             key->integer));
  }
  return wrong(fmt::format("{} has no member by {}", describe(value->type), describe(key->type)));
}

Value Evaluator::access(const Text& text, std::uint32_t index, const Context& context) {
  std::vector<const Term*> links;
  std::uint32_t at = index;
  while (text.term(at).kind == Term::Kind::Property || text.term(at).kind == Term::Kind::Index) {
    links.push_back(&text.term(at));
    at = text.term(at).parts.front();
  }
  std::reverse(links.begin(), links.end());
  std::vector<Value> keys;
  for (const Term* link : links) {
    keys.push_back(link->kind == Term::Kind::Property ? value_of(arm::text(link->text))
                                                      : term(text, link->parts[1], context));
  }
  const Term& base = text.term(at);
  std::size_t used = 0;
  const bool refers = base.kind == Term::Kind::Call && is_name_of_reference(lower(base.text));
  Value value = refers ? reference_to({text, base, context}, keys, used) : term(text, at, context);
  for (; used < keys.size(); ++used) value = step(value, keys[used], text.span(*links[used]));
  return value;
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
