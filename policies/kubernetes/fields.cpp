// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/fields.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "policies/source/nearest.h"

namespace polreach::kubernetes {

using source::Severity;
using source::Span;
using syntax::Type;
using syntax::Value;

namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string shown(text.substr(0, kMost));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return "\"" + shown + (text.size() > kMost ? "...\"" : "\"");
}

/// "a string" or "the number 80": what a value is, for messages.
std::string what_it_is(const Value& value) {
  switch (value.type()) {
    case Type::Integer:
    case Type::Float:
      return "the number " + std::string(value.text());
    case Type::Bool:
      return "the boolean " + std::string(value.text());
    case Type::String:
      return "the string " + quoted(value.text());
    default:
      return std::string(syntax::describe(value.type()));
  }
}

std::string type_help(const Value& value, Type wanted) {
  if (wanted == Type::String && value.is(Type::Null)) {
    return "write a value, or \"\" for an empty one";
  }
  const bool scalar = value.is(Type::Integer) || value.is(Type::Float) || value.is(Type::Bool);
  if (wanted == Type::String && scalar) {
    // The text of a boolean is not what was written: yes and on are true.
    return value.is(Type::Bool) ? "put it in quotes"
                                : "put it in quotes: \"" + std::string(value.text()) + "\"";
  }
  if (wanted == Type::Integer && value.is(Type::String)) {
    const bool digits = value.text().find_first_not_of("0123456789") == std::string_view::npos;
    return digits && !value.text().empty() ? "write the number without quotes" : "write a number";
  }
  if (wanted == Type::Sequence && value.is(Type::Mapping)) {
    return "start each item with \"- \"";
  }
  if (wanted == Type::Mapping && value.is(Type::Sequence)) return "remove the \"- \"";
  return "";
}

}  // namespace

void Fields::error(std::string_view code, const Span& where, std::string message,
                   std::string help) {
  ok_ = false;
  diagnostics_.add(
      {Severity::Error, code, std::move(message), where, subject_, std::move(help), {}, {}});
}

void Fields::warning(std::string_view code, const Span& where, std::string message,
                     std::string help) {
  diagnostics_.add(
      {Severity::Warning, code, std::move(message), where, subject_, std::move(help), {}, {}});
}

void Fields::note(std::string_view code, const Span& where, std::string message, std::string help) {
  diagnostics_.add(
      {Severity::Note, code, std::move(message), where, subject_, std::move(help), {}, {}});
}

std::optional<Value> Fields::get(const Value& parent, std::string_view name) {
  std::optional<Value> value = parent.find(name);
  if (value && value->is(Type::Null)) return std::nullopt;
  return value;
}

bool Fields::expect(const Value& value, Type type, std::string_view what) {
  if (value.is(type)) return true;
  error("wrong-type", value.span(),
        std::string(what) + " must be " + std::string(syntax::describe(type)) + ", not " +
            what_it_is(value),
        type_help(value, type));
  return false;
}

std::optional<Value> Fields::get(const Value& parent, std::string_view name, Type type) {
  std::optional<Value> value = get(parent, name);
  if (!value || !expect(*value, type, name)) return std::nullopt;
  return value;
}

std::optional<Value> Fields::require(const Value& parent, std::string_view name, Type type) {
  const std::optional<Value> value = get(parent, name);
  if (!value) {
    error("missing-field", parent.span(), std::string(name) + " is missing",
          "add " + std::string(name) + ", which must be " + std::string(syntax::describe(type)));
    return std::nullopt;
  }
  return get(parent, name, type);
}

std::optional<Value> Fields::only_member(const Value& mapping, std::string_view code,
                                         const std::string& none, const std::string& several,
                                         const std::string& choices) {
  std::optional<Value> found;
  std::size_t count = 0;
  for (const Value member : mapping) {
    if (member.is(Type::Null)) continue;
    found = member;
    ++count;
  }
  if (count == 1) return found;
  error(code, mapping.span(), count == 0 ? none : several, "give exactly one of " + choices);
  return std::nullopt;
}

void Fields::only(const Value& mapping, std::initializer_list<std::string_view> known) {
  for (const Value member : mapping) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    const std::vector<std::string> candidates(known.begin(), known.end());
    std::vector<std::string> near = source::nearest(member.key(), candidates, 1);
    std::string help = "the fields here are ";
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      help += (i == 0 ? "" : ", ") + candidates[i];
    }
    error("unknown-field", member.key_span(),
          "unknown field " + quoted(member.key()) + source::did_you_mean(near),
          near.empty() ? help : "");
  }
}

}  // namespace polreach::kubernetes
