// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/resource.h"

#include <algorithm>

#include "policies/source/ascii.h"

namespace polreach::azure {
namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t at = 0;
  while (at <= path.size()) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    segments.push_back(path.substr(at, slash - at));
    at = slash + 1;
  }
  return segments;
}

bool same_or_unknown(std::string_view a, std::string_view b) {
  return a.empty() || b.empty() || same_name(a, b);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) { return source::same_but_case(a, b); }

std::string lower(std::string_view text) { return source::lower(text); }

std::optional<ResourceId> ResourceId::parse(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  const std::vector<std::string_view> segments = segments_of(text.substr(1));
  ResourceId id;
  std::size_t at = 0;
  if (at + 1 < segments.size() && same_name(segments[at], "subscriptions")) {
    id.subscription = lower(segments[at + 1]);
    at += 2;
  }
  if (at + 1 < segments.size() && same_name(segments[at], "resourceGroups")) {
    id.group = segments[at + 1];
    at += 2;
  }
  // Extension resources repeat /providers/: the last one counts.
  for (std::size_t i = at; i < segments.size(); ++i) {
    if (same_name(segments[i], "providers")) at = i;
  }
  if (at + 3 >= segments.size() || !same_name(segments[at], "providers")) return std::nullopt;
  id.type = lower(segments[at + 1]);
  for (at += 2; at + 1 < segments.size(); at += 2) {
    id.type += "/" + lower(segments[at]);
    id.names.emplace_back(segments[at + 1]);
  }
  if (at != segments.size()) return std::nullopt;
  return id;
}

std::string ResourceId::to_string() const {
  std::string text = "/subscriptions/" + subscription + "/resourceGroups/" + group + "/providers";
  const std::vector<std::string_view> types = segments_of(type);
  text += "/" + std::string(types.front());
  for (std::size_t i = 1; i < types.size(); ++i) {
    text += "/" + std::string(types[i]) + "/" + (i <= names.size() ? names[i - 1] : "");
  }
  return text;
}

ResourceId ResourceId::parent() const {
  ResourceId result = *this;
  result.type = type.substr(0, type.rfind('/'));
  result.names.pop_back();
  return result;
}

ResourceId ResourceId::child(std::string_view type_segment, std::string_view child_name) const {
  ResourceId result = *this;
  result.type += "/" + lower(type_segment);
  result.names.emplace_back(child_name);
  return result;
}

bool may_be_same(const ResourceId& a, const ResourceId& b) {
  return a.type == b.type && same_or_unknown(a.subscription, b.subscription) &&
         same_or_unknown(a.group, b.group) &&
         std::equal(a.names.begin(), a.names.end(), b.names.begin(), b.names.end(), same_name);
}

}  // namespace polreach::azure
