// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/complete.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/kinds.h"

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

/// Attributes that the provider computes where nobody writes them (the schema's Optional and
/// Computed), among those that are read. Not address_space and address_prefixes: they come from a
/// pool of addresses then. Not security_rule and route: see settle.h.
constexpr std::array<std::string_view, 25> kComputed = {"id",
                                                        "ip_address",
                                                        "private_ip_address",
                                                        "private_ip_address_version",
                                                        "private_ip_addresses",
                                                        "virtual_machine_id",
                                                        "subnet",
                                                        "security_group",
                                                        "network_profile",
                                                        "network_plugin",
                                                        "network_plugin_mode",
                                                        "network_policy",
                                                        "network_mode",
                                                        "network_data_plane",
                                                        "pod_cidr",
                                                        "pod_cidrs",
                                                        "service_cidr",
                                                        "service_cidrs",
                                                        "dns_service_ip",
                                                        "ip_versions",
                                                        "node_resource_group",
                                                        "private_dns_zone_id",
                                                        "node_count",
                                                        "max_pods",
                                                        "api_server_authorized_ip_ranges"};

bool is_computed(std::string_view name) {
  return std::find(kComputed.begin(), kComputed.end(), name) != kComputed.end();
}

bool is_list(std::string_view attribute) { return attribute.ends_with("_ids"); }

bool is_true(const Node* node) { return node != nullptr && node->is(Type::Bool) && node->truth; }

/// An expression itself, and no mapping or list of those of a block.
bool is_expression(const Node* node) {
  return member(node, "references") != nullptr || member(node, "constant_value") != nullptr;
}

/// Whether a block with these expressions may have come out as this value: constants say so.
bool fits(const Node& expressions, const Node& value) {
  if (!expressions.is(Type::Object)) return false;
  for (const Node::Member& m : expressions.members) {
    const Node* constant = member(&m.value, "constant_value");
    const Node* known = member(&value, m.name);
    if (constant == nullptr || known == nullptr || known->type != constant->type) continue;
    const bool scalar =
        known->is(Type::String) || known->is(Type::Integer) || known->is(Type::Bool);
    if (scalar && (known->text != constant->text || known->integer != constant->integer ||
                   known->truth != constant->truth)) {
      return false;
    }
  }
  return true;
}

/// The expressions of one of several blocks: sets are not in the order in which they were written.
const Node* block_expressions(const Node* expressions, const Node& value) {
  if (expressions == nullptr || is_expression(expressions)) return expressions;
  if (expressions->is(Type::Object)) return expressions;  // a block that there can be one of
  if (!expressions->is(Type::Array)) return nullptr;
  const Node* found = nullptr;
  for (const Node& block : expressions->items) {
    if (!fits(block, value)) continue;
    if (found != nullptr) return nullptr;
    found = &block;
  }
  return found;
}

/// A value that is being completed, with what the plan says of the same place.
struct OpenValue {
  Node* target;
  const Node* unknown;
  const Node* expressions;
  std::string attribute;  // the name of the innermost attribute
  std::string path;
};

class Completion {
 public:
  Completion(const Instance& instance, References& references)
      : instance_(instance), references_(references) {}
  void object(const OpenValue& at);
  void list(const OpenValue& at);
  std::vector<OpenValue> open;

 private:
  void add_holes(const OpenValue& at);
  [[nodiscard]] Node value_of(const OpenValue& at, std::string_view name, const Node* expression,
                              const Span& where);

  const Instance& instance_;
  References& references_;
};

/// Puts a mark into the object for all that is not known.
void Completion::add_holes(const OpenValue& at) {
  std::vector<Node::Member>& members = at.target->members;
  const auto mark = [&](const Node::Member& from) {
    Node hole = Node::unknown({}, at.target->where);
    for (Node::Member& m : members) {
      if (m.name != from.name) continue;
      m.value = std::move(hole);
      return;
    }
    members.push_back({from.name, std::move(hole), from.where});
  };
  if (at.unknown != nullptr && at.unknown->is(Type::Object)) {
    for (const Node::Member& m : at.unknown->members) {
      if (is_true(&m.value)) mark(m);
    }
  }
  if (at.expressions == nullptr || !at.expressions->is(Type::Object) ||
      is_expression(at.expressions)) {
    return;
  }
  for (const Node::Member& m : at.expressions->members) {
    const Node* value = member(at.target, m.name);
    const bool absent = value == nullptr || value->is(Type::Null);
    const bool written =
        member(&m.value, "references") != nullptr ||
        (is_expression(&m.value) && !member(&m.value, "constant_value")->is(Type::Null));
    // Write-only values are never in a plan; without a list of changes nothing else says so.
    const bool lost = m.name.ends_with("_wo") && absent && written;
    if (lost || (!instance_.has_change && value == nullptr && member(&m.value, "references"))) {
      mark(m);
    }
  }
}

Node Completion::value_of(const OpenValue& at, std::string_view name, const Node* expression,
                          const Span& where) {
  const std::string path = at.path.empty() ? std::string(name) : at.path + "." + std::string(name);
  if (name.ends_with("_wo")) return References::unknown(instance_, expression, path, where);
  if (is_list(name)) {
    return references_.resolve_list(instance_, expression, name, path, where, std::nullopt);
  }
  return references_.resolve(instance_, expression, name, path, where);
}

void Completion::object(const OpenValue& at) {
  const auto size_of = [](const Node* node) { return node == nullptr ? 0 : node->members.size(); };
  // Names are looked up one by one below; no schema has as many.
  constexpr std::size_t kMostMembers = 5000;
  if (size_of(at.target) + size_of(at.unknown) + size_of(at.expressions) > kMostMembers) {
    *at.target = References::unknown(instance_, nullptr, at.path, at.target->where);
    return;
  }
  add_holes(at);
  const bool written_block = at.path.empty() || at.expressions != nullptr;
  const bool one_expression = is_expression(at.expressions);
  const auto expression_of = [&](std::string_view name) {
    return one_expression ? at.expressions : member(at.expressions, name);
  };
  // Of a resource without a configuration nobody knows what was written.
  std::erase_if(at.target->members, [&](const Node::Member& m) {
    return m.value.is(Type::Unknown) && is_computed(m.name) && instance_.config != nullptr &&
           written_block && expression_of(m.name) == nullptr;
  });
  for (Node::Member& m : at.target->members) {
    const Node* expression = expression_of(m.name);
    if (m.value.is(Type::Unknown)) {
      m.value = value_of(at, m.name, expression, m.where);
    } else if (m.value.is(Type::Object) || m.value.is(Type::Array)) {
      const Node* unknown = member(at.unknown, m.name);
      open.push_back({&m.value, unknown, expression, m.name,
                      at.path.empty() ? m.name : at.path + "." + m.name});
    }
  }
}

void Completion::list(const OpenValue& at) {
  const std::span<const Node> unknown = at.unknown != nullptr && at.unknown->is(Type::Array)
                                            ? std::span<const Node>(at.unknown->items)
                                            : std::span<const Node>();
  std::vector<std::size_t> holes;
  // Unknown items at the end may not be in the values at all. Before any pointers to items.
  while (at.target->items.size() < unknown.size() && is_true(&unknown[at.target->items.size()])) {
    at.target->items.emplace_back();
  }
  // Each is compared with each: beyond this nobody's, and nothing is resolved.
  constexpr std::size_t kMostPairs = 1'000'000;
  const Node* blocks = at.expressions;
  if (blocks != nullptr && at.target->items.size() * blocks->items.size() > kMostPairs) {
    blocks = nullptr;
  }
  for (std::size_t i = 0; i < at.target->items.size(); ++i) {
    Node& item = at.target->items[i];
    const Node* hidden = i < unknown.size() ? &unknown[i] : nullptr;
    if (is_true(hidden)) {
      holes.push_back(i);
    } else if (item.is(Type::Object)) {
      open.push_back({&item, hidden, block_expressions(blocks, item), at.attribute, at.path});
    } else if (item.is(Type::Array)) {
      open.push_back({&item, hidden, nullptr, at.attribute, at.path});
    }
  }
  if (holes.empty()) return;
  const Node* expression = is_expression(at.expressions) ? at.expressions : nullptr;
  Node filled = is_list(at.attribute)
                    ? references_.resolve_list(instance_, expression, at.attribute, at.path,
                                               at.target->where, holes.size())
                    : References::unknown(instance_, expression, at.path, at.target->where);
  for (std::size_t i = 0; i < holes.size(); ++i) {
    at.target->items[holes[i]] = filled.is(Type::Array) ? std::move(filled.items[i]) : filled;
  }
}

}  // namespace

Node complete(const Instance& instance, References& references) {
  Node root = instance.values != nullptr ? *instance.values : Node::object({}, instance.where);
  if (instance.from_state) return root;
  Completion completion(instance, references);
  completion.open.push_back(
      {&root, instance.unknown, member(instance.config, "expressions"), {}, {}});
  while (!completion.open.empty()) {
    const OpenValue next = std::move(completion.open.back());
    completion.open.pop_back();
    if (next.target->is(Type::Object)) {
      completion.object(next);
    } else {
      completion.list(next);
    }
  }
  return root;
}

}  // namespace polreach::azure::terraform
