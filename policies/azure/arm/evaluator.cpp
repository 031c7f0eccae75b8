// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/arm/evaluator.h"

#include <fmt/format.h>

#include <algorithm>

#include "policies/azure/arm/limits.h"

// Evaluation calls itself no deeper than kDeepestEvaluation.
// NOLINTBEGIN(misc-no-recursion)
namespace polreach::azure::arm {
namespace {

using Type = Node::Type;

constexpr std::string_view kHelpLimit = "split the template, or export what was deployed from it";

/// {"name":..., "count":..., "input":...}: the member `name` becomes an array.
bool is_property_loop(const Node::Member& member) {
  const Node& loops = member.value;
  return same_name(member.name, "copy") && loops.is(Type::Array) && !loops.items.empty() &&
         std::all_of(loops.items.begin(), loops.items.end(), [](const Node& loop) {
           return loop.find("name") != nullptr && loop.find("count") != nullptr &&
                  loop.find("input") != nullptr;
         });
}

Node placed(Node node, const Span& where) {
  node.where = where;
  return node;
}

/// Where it was written once, even if it was evaluated before: as one value.
Node single(Node node) {
  if (node.is(Type::Unknown)) node.truth = false;
  return node;
}

}  // namespace

void Evaluator::problem(source::Severity severity, std::string_view code, std::string message,
                        const Span& where, std::string help) {
  if (quiet_ > 0) {
    ++suppressed_;
    return;
  }
  if (!reported_.emplace(code, where.file, where.begin, message).second) return;
  diagnostics_.add({severity, code, std::move(message), where, {}, std::move(help), {}, {}});
}

void Evaluator::limit(std::string message, const Span& where) {
  if (exhausted_) return;
  exhausted_ = true;
  diagnostics_.add({source::Severity::Error,
                    "template-limit",
                    std::move(message),
                    where,
                    {},
                    std::string(kHelpLimit),
                    {},
                    {}});
}

Value Evaluator::admit(Node node, const Span& where) {
  const Extent extent = extent_of(node);
  nodes_ += extent.nodes;
  bytes_ += extent.bytes;
  if (nodes_ > kMostNodes) {
    limit(fmt::format("the template evaluates to more than {} values", kMostNodes), where);
  } else if (bytes_ > kMostBytes) {
    limit(fmt::format("the template evaluates to more than {} bytes of text", kMostBytes), where);
  } else if (extent.depth > kDeepestValue) {
    limit(fmt::format("values are nested deeper than {} levels here", kDeepestValue), where);
  } else if (extent.longest > kLongestString) {
    limit(fmt::format("a string is longer than {} bytes here", kLongestString), where);
  }
  if (exhausted_) return value_of(Node::unknown("a template beyond the limits", where));
  return value_of(std::move(node));
}

Evaluator::Deeper::Deeper(Evaluator& evaluator, const Span& where) : depth_(evaluator.depth_) {
  if (++depth_ > kDeepestEvaluation) {
    evaluator.limit(
        fmt::format("values refer to one another over more than {} levels", kDeepestEvaluation),
        where);
  }
}

Value Evaluator::document(const Node& written, const Context& context) {
  const Deeper deeper(*this, written.where);
  if (++nodes_ > kMostNodes) {
    limit(fmt::format("the template evaluates to more than {} values", kMostNodes), written.where);
  }
  if (exhausted_) return value_of(Node::unknown("a template beyond the limits", written.where));
  switch (written.type) {
    case Type::Object:
      return object(written, context);
    case Type::Array:
      return array(written, context);
    case Type::String:
      if (is_expression(written.text)) return expression(written, context);
      return value_of(Node::string(std::string(literal_of(written.text)), written.where));
    default:
      return value_of(written);
  }
}

std::string Evaluator::key(const Node::Member& member, const Context& context) {
  if (!is_expression(member.name)) return std::string(literal_of(member.name));
  const Node written = Node::string(member.name, member.where);
  const Value value = expression(written, context);
  parsed_.erase(&written);
  return readable(symbol_or_hole(*value));
}

Value Evaluator::object(const Node& written, const Context& context) {
  Node result = Node::object({}, written.where);
  for (const Node::Member& member : written.members) {
    if (!is_property_loop(member)) {
      result.members.push_back(
          {key(member, context), single(*document(member.value, context)), member.where});
      continue;
    }
    for (const Node& loop : member.value.items) {
      const Value name = document(*loop.find("name"), context);
      result.members.push_back({name->text, *copies(loop, context), member.where});
    }
  }
  return value_of(std::move(result));
}

Value Evaluator::array(const Node& written, const Context& context) {
  Node result = Node::array({}, written.where);
  for (const Node& item : written.items) {
    result.items.push_back(single(*document(item, context)));
  }
  return value_of(std::move(result));
}

Value Evaluator::copies(const Node& copy, const Context& context) {
  return copied(copy, document(*copy.find("count"), context), context);
}

/// An array with the input once for every index. An unknown count is any number of items.
Value Evaluator::copied(const Node& copy, const Value& count, const Context& context) {
  const Node* input = copy.find("input");
  Node result = Node::array({}, copy.where);
  if (count->is(Type::Unknown)) {
    result.items.push_back(spread(placed(*count, copy.where)));
    return value_of(std::move(result));
  }
  if (!count->is(Type::Integer) || count->integer < 0 || count->integer > kMostCopies) {
    problem(source::Severity::Error, "bad-template",
            fmt::format("the count of a copy loop must be an integer from 0 to {}{}", kMostCopies,
                        count->is(Type::Integer) ? fmt::format(", and is {}", count->integer) : ""),
            count->where);
    return value_of(hole("the count of a loop", {}, "count"));
  }
  const Node* name = copy.find("name");
  for (std::int64_t i = 0; i < count->integer && !exhausted_; ++i) {
    Context inside = context;
    inside.loops = std::make_shared<const Loop>(
        Loop{name == nullptr ? "" : name->text, value_of(integer(i)), false, context.loops});
    result.items.push_back(single(*document(*input, inside)));
  }
  return value_of(std::move(result));
}

const Expression* Evaluator::parsed(const Node& written) {
  const auto [found, is_new] = parsed_.try_emplace(&written);
  Expression& expression = found->second;
  if (is_new || expression.terms.empty()) {
    const auto fault = parse_expression(written.text, expression);
    if (fault && fault->limit) {
      limit(fault->message, written.where);
    } else if (fault) {
      problem(source::Severity::Error, "bad-template-expression",
              fmt::format("the expression cannot be read: {}, at character {}", fault->message,
                          fault->at + 1),
              written.where, "a text that starts with '[' and is no expression is written '[['");
    }
  }
  return expression.terms.empty() ? nullptr : &expression;
}

Value Evaluator::expression(const Node& written, const Context& context) {
  const Expression* expression = parsed(written);
  if (expression == nullptr) {
    return value_of(placed(hole(written.text, {}, written.text), written.where));
  }
  const Text text{*expression, written};
  const Value value = term(text, expression->root, context);
  return admit(single(placed(*value, written.where)), written.where);
}

}  // namespace polreach::azure::arm
// NOLINTEND(misc-no-recursion)
