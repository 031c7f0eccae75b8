// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "policies/azure/link/inventory.h"

namespace polreach::azure {
namespace {

/// What Azure writes into answers, and what no packet can see.
constexpr std::array<std::string_view, 9> kIgnored = {
    "etag",        "type",       "resourcegroup", "provisioningstate", "resourceguid",
    "description", "systemdata", "tags",          "location"};

bool ignored(std::string_view lower_name) {
  return std::find(kIgnored.begin(), kIgnored.end(), lower_name) != kIgnored.end();
}

std::string scalar_text(const Node& node) {
  switch (node.type) {
    case Node::Type::Bool:
      return node.truth ? "true" : "false";
    case Node::Type::Integer:
      return std::to_string(node.integer);
    case Node::Type::Float:
      return node.text;
    case Node::Type::String:
      return lower(node.text);
    case Node::Type::Unknown:
      return "? " + node.text;
    default:
      return {};
  }
}

}  // namespace

std::string canonical(const Node* node) {
  // One line for each scalar: the names that lead to it, and its text. Members of lists have their
  // number where they are objects, and none where they are scalars: those lists are sets.
  struct Open {
    std::string path;
    const Node* node;
  };
  std::vector<std::string> lines;
  std::vector<Open> open;
  if (node != nullptr) open.push_back({"", node});
  while (!open.empty()) {
    const Open at = std::move(open.back());
    open.pop_back();
    if (at.node->is(Node::Type::Object)) {
      const bool named = at.node->find("name") != nullptr;
      for (const Node::Member& member : at.node->members) {
        const std::string name = lower(member.name);
        if (ignored(name) || (named && name == "id")) continue;
        open.push_back({name == "properties" ? at.path : at.path + "/" + name, &member.value});
      }
    } else if (at.node->is(Node::Type::Array)) {
      for (std::size_t i = 0; i < at.node->items.size(); ++i) {
        const Node& item = at.node->items[i];
        const bool collection = item.is(Node::Type::Object) || item.is(Node::Type::Array);
        open.push_back({collection ? at.path + "/" + std::to_string(i) : at.path + "/-", &item});
      }
    } else if (!at.node->is(Node::Type::Null)) {
      lines.push_back(at.path + "=" + scalar_text(*at.node));
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace polreach::azure
