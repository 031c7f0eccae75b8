// SPDX-License-Identifier: Apache-2.0
#include "policies/image/resources.h"

#include <algorithm>
#include <cstddef>

#include "policies/image/fields.h"

namespace polreach::azure {

template <typename A>
void fields(A& a, ResourceId& each) {
  image::parts(a, each.subscription, each.group, each.type, each.names);
}

}  // namespace polreach::azure

namespace polreach::image {

template <>
inline constexpr auto kLast<azure::Node::Type> = azure::Node::Type::Unknown;

namespace {

using azure::Node;
using azure::Resource;

/// More than the nesting of any document, and of what its expressions make.
constexpr std::size_t kDeepest = 1000;
/// What a node takes at least, and its members and items each.
constexpr std::size_t kSmallestNode = 7;

template <typename A>
void own_parts(A& a, Node& node) {
  parts(a, node.type, node.truth, node.integer, node.text, node.settle, node.where);
}

/// Each node, then what its items and members are called, then these.
void write(const Node& root, Out& out) {
  std::vector<const Node*> open{&root};
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    // Bindings as in fields.h.
    [[maybe_unused]] const auto& [type, truth, integer, text, settle, item_list, member_list,
                                  node_where] = node;
    Node own;
    own.type = node.type;
    own.truth = node.truth;
    own.integer = node.integer;
    own.text = node.text;
    own.settle = node.settle;
    own.where = node.where;
    own_parts(out, own);
    std::uint64_t items = node.items.size();
    std::uint64_t members = node.members.size();
    out.count(items);
    out.count(members);
    for (const Node::Member& member : node.members) {
      std::string name = member.name;
      Span where = member.where;
      parts(out, name, where);
    }
    for (auto member = node.members.rbegin(); member != node.members.rend(); ++member) {
      open.push_back(&member->value);
    }
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) {
      open.push_back(&*item);
    }
  }
}

class TreeReader {
 public:
  /// `budget`: how many nodes there can be in the bytes.
  TreeReader(In& in, std::uint64_t& budget) : in_(in), budget_(budget) {}

  void read(Node& root) {
    open_ = {{&root, 1}};
    while (!open_.empty() && in_.ok()) {
      const Open next = open_.back();
      open_.pop_back();
      read_one(*next.node, next.depth);
    }
  }

 private:
  struct Open {
    Node* node;
    std::size_t depth;
  };

  void read_one(Node& node, std::size_t depth) {
    own_parts(in_, node);
    std::uint64_t items = 0;
    std::uint64_t members = 0;
    in_.count(items);
    in_.count(members);
    const std::uint64_t all = items + members;
    if (all > budget_ || (all > 0 && depth >= kDeepest)) in_.refuse();
    if (!in_.ok()) return;
    budget_ -= all;
    node.items.resize(items);
    node.members.resize(members);
    for (Node::Member& member : node.members) parts(in_, member.name, member.where);
    for (auto member = node.members.rbegin(); member != node.members.rend(); ++member) {
      open_.push_back({&member->value, depth + 1});
    }
    for (auto item = node.items.rbegin(); item != node.items.rend(); ++item) {
      open_.push_back({&*item, depth + 1});
    }
  }

  In& in_;
  std::uint64_t& budget_;
  std::vector<Open> open_;
};

/// What ResourceId promises. Exports of effective rules have no names.
bool names_fit(const azure::ResourceId& id) {
  const auto segments = std::count(id.type.begin(), id.type.end(), '/');
  return id.names.empty() || id.names.size() == static_cast<std::size_t>(segments);
}

void show_places(const Node& root, const std::function<void(Span)>& show) {
  std::vector<const Node*> open{&root};
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    show(node.where);
    for (const Node& item : node.items) open.push_back(&item);
    for (const Node::Member& member : node.members) {
      show(member.where);
      open.push_back(&member.value);
    }
  }
}

}  // namespace

void write(const azure::Resources& resources, Out& out) {
  std::uint64_t size = resources.size();
  out.count(size);
  for (const Resource& each : resources) {
    [[maybe_unused]] const auto& [own_id, body, all_conditions, patch, exported, place] = each;
    azure::ResourceId id = each.id;
    bool is_patch = each.is_patch;
    bool is_export = each.is_export;
    Span where = each.where;
    parts(out, id, is_patch, is_export, where);
    write(each.body, out);
    std::uint64_t conditions = each.conditions.size();
    out.count(conditions);
    for (const Node& condition : each.conditions) write(condition, out);
  }
}

void read(In& in, azure::Resources& resources) {
  std::uint64_t size = 0;
  in.count(size);
  std::uint64_t budget = in.left() / kSmallestNode;
  TreeReader trees(in, budget);
  for (std::uint64_t i = 0; i < size && in.ok(); ++i) {
    Resource& each = resources.emplace_back();
    parts(in, each.id, each.is_patch, each.is_export, each.where);
    if (!names_fit(each.id)) in.refuse();
    trees.read(each.body);
    std::uint64_t conditions = 0;
    in.count(conditions);
    for (std::uint64_t k = 0; k < conditions && in.ok(); ++k) {
      trees.read(each.conditions.emplace_back());
    }
  }
}

void for_each_place(const azure::Resources& resources, const std::function<void(Span)>& show) {
  for (const Resource& each : resources) {
    show(each.where);
    show_places(each.body, show);
    for (const Node& condition : each.conditions) show_places(condition, show);
  }
}

}  // namespace polreach::image
