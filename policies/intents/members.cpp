// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policies/intents/languages.h"
#include "policies/model/well_known_labels.h"

namespace polreach::intents {
namespace {

std::string joined(const std::vector<model::Symbol>& values, const source::SymbolTable& symbols) {
  std::vector<std::string_view> texts;
  for (model::Symbol value : values) texts.push_back(symbols.text(value));
  std::sort(texts.begin(), texts.end());
  std::string text;
  for (std::string_view each : texts) text += (text.empty() ? "" : ",") + std::string(each);
  return text;
}

std::string requirement_text(const model::Requirement& each, const source::SymbolTable& symbols) {
  const std::string key(symbols.text(each.key));
  const std::string values = joined(each.values, symbols);
  switch (each.op) {
    case model::Operator::In:
      return each.values.size() == 1 ? key + "=" + values : key + " in (" + values + ")";
    case model::Operator::NotIn:
      return each.values.size() == 1 ? key + "!=" + values : key + " notin (" + values + ")";
    case model::Operator::Exists:
      return key;
    case model::Operator::DoesNotExist:
      return "!" + key;
  }
  return "?";
}

/// The names, where the selector asks for nothing but these.
std::string names_of(const model::Selector& selector, const source::SymbolTable& symbols) {
  if (selector.all_of.size() != 1) return "";
  const model::Requirement& only = selector.all_of.front();
  const bool names =
      only.op == model::Operator::In && symbols.text(only.key) == model::kNamespaceNameKey;
  return names ? joined(only.values, symbols) : "";
}

}  // namespace

Member member_of(std::string_view reference, const source::Span& where) {
  Member member;
  member.text = member.reference = std::string(reference);
  member.where = where;
  return member;
}

End end_of(std::string_view reference, const source::Span& where) {
  End end;
  end.text = std::string(reference);
  end.members.push_back(member_of(reference, where));
  end.where = where;
  return end;
}

std::string text_of(const model::Selector& selector, const source::SymbolTable& symbols) {
  std::string text;
  for (const model::Requirement& each : selector.all_of) {
    text += (text.empty() ? "" : ",") + requirement_text(each, symbols);
  }
  return text;
}

std::string text_of(const Member& member, const source::SymbolTable& symbols) {
  const std::string labels = text_of(member.pods, symbols);
  std::string text = labels.empty() ? "any pod" : "pods " + labels;
  if (!member.namespaces || member.namespaces->all_of.empty()) return text + " in any namespace";
  const std::string names = names_of(*member.namespaces, symbols);
  if (names.empty()) return text + " in namespaces " + text_of(*member.namespaces, symbols);
  const bool one = names.find(',') == std::string::npos;
  return text + (one ? " in namespace " : " in namespaces ") + names;
}

model::Selector named_namespaces(const std::vector<std::string>& names,
                                 source::SymbolTable& symbols) {
  model::Requirement requirement{
      symbols.intern(model::kNamespaceNameKey), model::Operator::In, {}, {}};
  for (const std::string& name : names) requirement.values.push_back(symbols.intern(name));
  std::sort(requirement.values.begin(), requirement.values.end());
  requirement.values.erase(std::unique(requirement.values.begin(), requirement.values.end()),
                           requirement.values.end());
  model::Selector selector;
  selector.all_of.push_back(std::move(requirement));
  return selector;
}

}  // namespace polreach::intents
