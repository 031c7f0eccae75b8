// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/terraform/settle.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace polreach::azure::terraform {
namespace {

using Type = Node::Type;

/// Lists of a parent whose items are resources of their own, too.
struct Inline {
  std::string_view parent;  // ARM types, in lower case
  std::string_view child;
  std::string_view list;
};
constexpr std::array kInlines = {
    Inline{"microsoft.network/networksecuritygroups",
           "microsoft.network/networksecuritygroups/securityrules", "securityRules"},
    Inline{"microsoft.network/routetables", "microsoft.network/routetables/routes", "routes"},
    Inline{"microsoft.network/virtualnetworks", "microsoft.network/virtualnetworks/subnets",
           "subnets"},
};

/// Everything of an id but the subscription, which plans do not know.
std::string key_of(const ResourceId& id) {
  std::string key = id.type + "\n" + lower(id.group);
  for (const std::string& name : id.names) key += "\n" + lower(name);
  return key;
}

Node* properties_of(Resource& resource) {
  Node* found =
      resource.body.is(Type::Object) ? find_in(resource.body.members, "properties") : nullptr;
  return found != nullptr && found->is(Type::Object) ? found : nullptr;
}

Node* property_of(Resource& resource, std::string_view name) {
  Node* properties = properties_of(resource);
  return properties == nullptr ? nullptr : find_in(properties->members, name);
}

void remove_property(Members& members, std::string_view name) {
  std::erase_if(members, [&](const Node::Member& m) { return same_name(m.name, name); });
}

std::string name_of(const Node& part) {
  const Node* name = part.find("name");
  return name != nullptr && name->is(Type::String) ? lower(name->text) : std::string();
}

class Settling {
 public:
  Settling(const Circumstances& circumstances, source::Diagnostics& diagnostics)
      : circumstances_(circumstances), diagnostics_(diagnostics) {}

  void add(Translation& from);
  void inlines();
  void detach();
  void strays(const std::vector<Stray>& strays);
  Resources take() { return std::move(resources_); }

 private:
  /// More with the same names than anyone writes: such input is left to the linker.
  static constexpr std::size_t kMostEqual = 16;
  static constexpr std::size_t kMostProperties = 1000;

  [[nodiscard]] std::optional<std::size_t> find(const ResourceId& id) const;
  void add_resource(Resource resource);
  void patch(Resource resource);
  [[nodiscard]] Node* inlined(const ResourceId& id);
  void leave_open(Node& properties, const Stray& stray);
  bool add_application_groups(Resource& target, const Node& groups);
  void settle_list(Resource& parent, const Inline& kind,
                   const std::map<std::string, std::size_t>& children,
                   const std::set<std::string>& deleted);
  void compare_subnet(Resource& child, const Node& inlined);
  void warn_mixed(const Resource& group, const Resource& rule, const Node& inlined);

  const Circumstances& circumstances_;
  source::Diagnostics& diagnostics_;
  Resources resources_;
  std::map<std::string, std::vector<std::size_t>> index_;
};

std::optional<std::size_t> Settling::find(const ResourceId& id) const {
  const auto found = index_.find(key_of(id));
  if (found == index_.end() || found->second.size() > kMostEqual) return std::nullopt;
  std::optional<std::size_t> match;
  for (const std::size_t i : found->second) {
    const ResourceId& other = resources_[i].id;
    if (other.subscription == id.subscription) return i;
    if (!may_be_same(other, id)) continue;
    if (match) return std::nullopt;
    match = i;
  }
  return match;
}

void Settling::add_resource(Resource resource) {
  if (const auto known = find(resource.id); known && resource.is_export) {
    // A data source beside the managed resource, or twice: what it says more is added.
    Resource& first = resources_[*known];
    if (first.id.subscription == resource.id.subscription && first.is_export) {
      Node* properties = properties_of(first);
      if (const Node* more = properties_of(resource); more != nullptr && properties != nullptr) {
        for (const Node::Member& member : more->members) {
          put(properties->members, member.name, member.value, member.where);
        }
      }
      return;
    }
  }
  index_[key_of(resource.id)].push_back(resources_.size());
  resources_.push_back(std::move(resource));
}

/// The properties of a subnet that only its network's list has.
Node* Settling::inlined(const ResourceId& id) {
  const Inline& subnets = kInlines.back();
  if (id.type != subnets.child) return nullptr;
  const auto network = find(id.parent());
  Node* list = network ? property_of(resources_[*network], subnets.list) : nullptr;
  if (list == nullptr) return nullptr;
  for (Node& item : list->items) {
    if (name_of(item) != lower(id.name())) continue;
    Node* properties = find_in(item.members, "properties");
    return properties != nullptr && properties->is(Type::Object) ? properties : nullptr;
  }
  return nullptr;
}

void Settling::patch(Resource resource) {
  const auto target = find(resource.id);
  Node* more = properties_of(resource);
  Node* properties = target ? properties_of(resources_[*target]) : inlined(resource.id);
  if (!target && properties == nullptr) return add_resource(std::move(resource));
  if (properties == nullptr || more == nullptr || more->members.size() > kMostProperties ||
      properties->members.size() > kMostProperties) {
    // An Unknown body, or more than anyone writes: both stay as they are.
    resources_.push_back(std::move(resource));
    return;
  }
  for (Node::Member& member : more->members) {
    if (target && member.name == "applicationSecurityGroups" && !resources_[*target].is_patch &&
        add_application_groups(resources_[*target], member.value)) {
      continue;
    }
    Node* existing = find_in(properties->members, member.name);
    if (existing == nullptr) {
      properties->members.push_back(std::move(member));
    } else if (existing->is(Type::Array) && member.value.is(Type::Array)) {
      std::move(member.value.items.begin(), member.value.items.end(),
                std::back_inserter(existing->items));
    } else if (!existing->is(Type::Unknown)) {
      *existing = std::move(member.value);
    }
  }
}

bool Settling::add_application_groups(Resource& target, const Node& groups) {
  if (target.id.type != "microsoft.network/networkinterfaces") return false;
  Node* configurations = property_of(target, "ipConfigurations");
  if (configurations == nullptr || !configurations->is(Type::Array)) return false;
  for (Node& configuration : configurations->items) {
    Node* properties =
        configuration.is(Type::Object) ? find_in(configuration.members, "properties") : nullptr;
    if (properties == nullptr) continue;
    Node* list = find_in(properties->members, "applicationSecurityGroups");
    if (list == nullptr) {
      put(properties->members, "applicationSecurityGroups", groups, groups.where);
    } else if (list->is(Type::Array)) {
      list->items.insert(list->items.end(), groups.items.begin(), groups.items.end());
    }
  }
  return true;
}

void Settling::add(Translation& from) {
  for (Resource& resource : from.resources) {
    if (!resource.is_patch) add_resource(std::move(resource));
  }
  detach();
  for (Resource& resource : from.resources) {
    // Those that were added above are empty now, and no patches.
    if (resource.is_patch) patch(std::move(resource));
  }
}

void Settling::detach() {
  for (const auto& [id, property] : circumstances_.detached) {
    const auto target = find(id);
    if (!target) continue;
    if (Node* properties = properties_of(resources_[*target])) {
      remove_property(properties->members, property);
    }
  }
}

void Settling::inlines() {
  // Which children each parent has, by its place in resources_.
  std::map<std::size_t, std::map<std::string, std::size_t>> children;
  std::map<std::size_t, std::set<std::string>> deleted;
  const auto is_child = [](const ResourceId& id) {
    return std::any_of(kInlines.begin(), kInlines.end(),
                       [&](const Inline& kind) { return kind.child == id.type; });
  };
  for (std::size_t i = 0; i < resources_.size(); ++i) {
    if (!is_child(resources_[i].id) || resources_[i].is_patch) continue;
    const auto parent = find(resources_[i].id.parent());
    if (!parent) continue;
    resources_[i].id.subscription = resources_[*parent].id.subscription;
    children[*parent].emplace(lower(resources_[i].id.name()), i);
  }
  for (const ResourceId& id : circumstances_.deleted) {
    if (!is_child(id)) continue;
    if (const auto parent = find(id.parent())) deleted[*parent].insert(lower(id.name()));
  }
  for (std::size_t i = 0; i < resources_.size(); ++i) {
    for (const Inline& kind : kInlines) {
      if (kind.parent == resources_[i].id.type && !resources_[i].is_patch) {
        settle_list(resources_[i], kind, children[i], deleted[i]);
      }
    }
  }
}

void Settling::settle_list(Resource& parent, const Inline& kind,
                           const std::map<std::string, std::size_t>& children,
                           const std::set<std::string>& deleted) {
  Node* list = property_of(parent, kind.list);
  if (list == nullptr) return;
  if (list->is(Type::Unknown)) {
    // Nobody wrote it (documentation: one or the other), or it would be in conflict.
    if (!children.empty()) remove_property(properties_of(parent)->members, kind.list);
    return;
  }
  if (!list->is(Type::Array)) return;
  const bool exists = parent.is_export || !parent.id.subscription.empty();
  if (exists) {
    for (const Node& item : list->items) {
      const auto child = children.find(name_of(item));
      if (child == children.end()) continue;
      if (kind.list == "subnets" && parent.is_export) {
        compare_subnet(resources_[child->second], item);
      }
    }
    std::erase_if(list->items, [&](const Node& item) {
      return children.contains(name_of(item)) || deleted.contains(name_of(item));
    });
  }
  if (kind.list != "securityRules" || list->items.empty() || children.empty()) return;
  if (circumstances_.planned &&
      (!exists || circumstances_.written.contains(parent.id.to_string()))) {
    warn_mixed(parent, resources_[children.begin()->second], list->items.front());
  }
}

/// What the network says of a subnet and the subnet's own resource and associations do not: it may
/// be true (somebody else attached it), or older than the last change.
void Settling::compare_subnet(Resource& child, const Node& inlined) {
  Node* properties = properties_of(child);
  if (properties == nullptr) return;
  for (const std::string_view name : {"networkSecurityGroup", "routeTable"}) {
    const Node* said = property(inlined, name);
    if (said == nullptr || find_in(properties->members, name) != nullptr) continue;
    Node what = Node::unknown("the virtual network's list has a " + std::string(name) +
                                  " for subnet " + child.id.name() + ", and no association has",
                              said->where, "run terraform refresh, or give an export of what runs");
    put(properties->members, name, reference_to(std::move(what)), said->where);
  }
}

void Settling::warn_mixed(const Resource& group, const Resource& rule, const Node& inlined) {
  diagnostics_.add({source::Severity::Warning,
                    "mixed-rules",
                    "network security group " + group.id.name() +
                        " has inline rules and rules of their own; each apply of one removes the "
                        "other's",
                    inlined.where,
                    {},
                    "write all of its rules in one way",
                    rule.where,
                    "one of the rules of their own"});
}

void Settling::leave_open(Node& properties, const Stray& stray) {
  Node* existing = find_in(properties.members, stray.property);
  if (stray.listed && existing != nullptr && existing->is(Type::Array)) {
    existing->items.push_back(stray.what);
  } else if (existing == nullptr) {
    put(properties.members, stray.property,
        stray.listed ? Node::array({stray.what}, stray.what.where) : reference_to(stray.what),
        stray.what.where);
  }
}

void Settling::strays(const std::vector<Stray>& strays) {
  const Inline& subnets = kInlines.back();
  std::set<std::pair<std::string, std::string>> done;
  for (const Stray& stray : strays) {
    if (!done.insert({stray.type, stray.property}).second) continue;
    for (Resource& resource : resources_) {
      if (resource.is_patch) continue;
      if (stray.type == subnets.child && resource.id.type == subnets.parent) {
        Node* list = property_of(resource, subnets.list);
        if (list == nullptr) continue;
        for (Node& item : list->items) {
          Node* properties = find_in(item.members, "properties");
          if (properties != nullptr && properties->is(Type::Object)) leave_open(*properties, stray);
        }
      }
      Node* properties = resource.id.type == stray.type ? properties_of(resource) : nullptr;
      if (properties == nullptr) continue;
      if (stray.property == "applicationSecurityGroups" &&
          add_application_groups(resource, Node::array({stray.what}, stray.what.where))) {
        continue;
      }
      leave_open(*properties, stray);
    }
  }
}

}  // namespace

void settle(Translation from, const Circumstances& circumstances, source::Diagnostics& diagnostics,
            Resources& out) {
  Settling settling(circumstances, diagnostics);
  settling.add(from);
  settling.inlines();
  settling.strays(from.strays);
  for (Resource& resource : settling.take()) out.push_back(std::move(resource));
}

}  // namespace polreach::azure::terraform
