// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/traversal.h"

#include <algorithm>

namespace polreach::azure::terraform {
namespace {

/// Reads `[...]` from `at`, which is at the bracket, and moves it behind.
std::optional<Step> read_key(std::string_view text, std::size_t& at) {
  Step step{true, {}, false};
  ++at;
  if (at < text.size() && text[at] == '"') {
    step.quoted = true;
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      step.text += text[at];
    }
    ++at;
  } else {
    for (; at < text.size() && text[at] != ']'; ++at) step.text += text[at];
  }
  if (at >= text.size() || text[at] != ']') return std::nullopt;
  ++at;
  return step;
}

bool is_part_of(std::string_view part, std::string_view whole) {
  return part.size() < whole.size() && whole.starts_with(part) &&
         (whole[part.size()] == '.' || whole[part.size()] == '[');
}

}  // namespace

std::optional<Traversal> parse_traversal(std::string_view text) {
  Traversal steps;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '[') {
      if (steps.empty()) return std::nullopt;
      std::optional<Step> key = read_key(text, at);
      if (!key) return std::nullopt;
      steps.push_back(std::move(*key));
      continue;
    }
    if (!steps.empty()) {
      if (text[at] != '.') return std::nullopt;
      ++at;
    }
    const std::size_t end = std::min(text.find_first_of(".[", at), text.size());
    if (end == at) return std::nullopt;
    steps.push_back({false, std::string(text.substr(at, end - at)), false});
    at = end;
  }
  if (steps.empty()) return std::nullopt;
  return steps;
}

std::string key_text(const Step& step) {
  return step.quoted ? "[\"" + step.text + "\"]" : "[" + step.text + "]";
}

std::vector<std::string_view> whole_references(const std::vector<std::string_view>& references) {
  std::vector<std::string_view> whole;
  std::string_view previous;
  for (const std::string_view reference : references) {
    if (!is_part_of(reference, previous)) whole.push_back(reference);
    previous = reference;
  }
  return whole;
}

}  // namespace polreach::azure::terraform
