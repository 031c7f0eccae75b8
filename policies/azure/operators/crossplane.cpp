// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/operators/crossplane.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "policies/azure/terraform/attributes.h"
#include "policies/azure/terraform/kinds.h"
#include "policies/azure/terraform/plan.h"

namespace polreach::azure {
namespace {

using terraform::Attributes;
using terraform::describe;
using terraform::Kind;
using terraform::member;
using terraform::target_of;
using terraform::text_member;
using Type = Node::Type;

constexpr std::string_view kGroupType = "microsoft.resources/resourcegroups";

/// A member that stands for an attribute: `subnetIdRef`, `networkInterfaceIdsRefs`,
/// `subnetIdSelector`.
struct Stand {
  std::string attribute;
  bool selector = false;
};
std::optional<Stand> stand_in(std::string_view name) {
  for (const std::string_view suffix : {"Selector", "Refs", "Ref"}) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return Stand{std::string(name.substr(0, name.size() - suffix.size())), suffix == "Selector"};
    }
  }
  return std::nullopt;
}

bool is_name(std::string_view attribute) { return attribute.ends_with("Name"); }

bool is_list(std::string_view attribute) { return attribute.ends_with("Ids"); }

std::string subject_of(std::string_view kind, std::string_view name) {
  return std::string(kind) + " " + std::string(name);
}

/// Whether the object has all of the labels.
bool has_labels(const Node& object, const Node& wanted) {
  const Node* labels = member(member(&object, "metadata"), "labels");
  return std::all_of(wanted.members.begin(), wanted.members.end(), [&](const Node::Member& m) {
    const Node* label = member(labels, m.name);
    return label != nullptr && label->is(Type::String) && m.value.is(Type::String) &&
           label->text == m.value.text;
  });
}

}  // namespace

bool Crossplane::is_group(std::string_view group) {
  return group == "azure.upbound.io" || group == "azure.m.upbound.io" ||
         group.ends_with(".azure.upbound.io") || group.ends_with(".azure.m.upbound.io");
}

const Kind* Crossplane::kind_of(std::string_view group, std::string_view kind) {
  if (!is_group(group)) return nullptr;
  const std::string prefix = "microsoft." + std::string(group.substr(0, group.find('.'))) + "/";
  for (const Kind& known : terraform::kinds()) {
    if (!known.crossplane.empty() && known.crossplane == kind &&
        lower(known.arm).starts_with(prefix)) {
      return &known;
    }
  }
  return nullptr;
}

Crossplane::Crossplane(const Operators& objects, source::Diagnostics& diagnostics)
    : diagnostics_(diagnostics) {
  for (const auto& [key, object] : objects.objects_) {
    if (!is_group(object.group)) continue;
    const Kind* kind = kind_of(object.group, object.kind);
    if (kind != nullptr && kind->parent == Kind::Parent::Association) continue;
    const std::string arm = kind != nullptr ? lower(kind->arm) : std::string(kGroupType);
    by_name_.emplace(Key{arm, object.space, object.name}, &object);
    by_type_[arm].push_back(&object);
  }
  for (const auto& [key, object] : objects.objects_) {
    const Kind* kind = kind_of(object.group, object.kind);
    if (kind == nullptr ||
        (kind->parent != Kind::Parent::Group && kind->parent != Kind::Parent::Named)) {
      continue;
    }
    // What is wrong with the names is reported when the object is read.
    source::Diagnostics ignored;
    const Node attributes = attributes_of(object, /*names_only=*/true);
    const std::string subject = subject_of(object.kind, object.name);
    ids_.emplace(&object,
                 terraform::identify(*kind, Attributes(attributes, subject, ignored), subject));
  }
}

const Operators::Object* Crossplane::named(const Operators::Object& from, std::string_view arm,
                                           const Node& reference) const {
  const std::string_view other = text_member(&reference, "namespace");
  const std::string space = other.empty() ? from.space : std::string(other);
  const auto found =
      by_name_.find(Key{std::string(arm), space, std::string(text_member(&reference, "name"))});
  return found == by_name_.end() ? nullptr : found->second;
}

const Operators::Object* Crossplane::selected(const Operators::Object& from, std::string_view arm,
                                              const Node& selector) const {
  const Node* labels = member(&selector, "matchLabels");
  const auto candidates = by_type_.find(std::string(arm));
  if (labels == nullptr || labels->members.empty() || candidates == by_type_.end()) return nullptr;
  if (member(&selector, "matchControllerRef") != nullptr) return nullptr;
  const Operators::Object* found = nullptr;
  for (const Operators::Object* candidate : candidates->second) {
    const Node* own = member(member(&candidate->object, "metadata"), "labels");
    comparisons_ += 1 + (own == nullptr ? 0 : own->members.size() * labels->members.size());
    if (comparisons_ > kMostComparisons) return nullptr;
    if (candidate->space != from.space || !has_labels(candidate->object, *labels)) continue;
    if (found != nullptr) return nullptr;
    found = candidate;
  }
  return found;
}

Node Crossplane::value_of(const Operators::Object& from, std::string_view attribute,
                          const Node& reference, bool selector) const {
  const std::string_view arm = target_of(attribute);
  const Operators::Object* target = nullptr;
  if (!arm.empty())
    target = selector ? selected(from, arm, reference) : named(from, arm, reference);
  if (target != nullptr && is_name(attribute)) {
    return Node::string(target->azure_name, reference.where);
  }
  const auto id = ids_.find(target);
  if (target != nullptr && id != ids_.end()) {
    return Node::string(id->second.to_string(), reference.where);
  }
  std::string what = from.kind + " " + from.name + ": " + std::string(attribute);
  what += selector ? " of the object with the labels"
                   : " of " + std::string(text_member(&reference, "name"));
  return Node::unknown(std::move(what), reference.where, "add its manifest to the input");
}

void Crossplane::resolve_members(const Operators::Object& object, Node& mapping,
                                 bool names_only) const {
  std::set<std::string> known;  // written, or by a reference that counts more
  for (const Node::Member& m : mapping.members) {
    const std::optional<Stand> stand = stand_in(m.name);
    if (stand && !stand->selector) known.insert(lower(stand->attribute) + " by name");
    if (!stand && !m.value.is(Type::Null)) known.insert(lower(m.name));
  }
  std::vector<Node::Member> resolved;
  std::set<std::string> names;
  for (const Node::Member& m : mapping.members) {
    const std::optional<Stand> stand = stand_in(m.name);
    if (!stand || (names_only && !is_name(stand->attribute))) continue;
    if (!m.value.is(Type::Object) && !m.value.is(Type::Array)) continue;
    const std::string attribute = lower(stand->attribute);
    if (known.contains(attribute)) continue;
    if (stand->selector && known.contains(attribute + " by name")) continue;
    Node value;
    if (m.value.is(Type::Array)) {
      std::vector<Node> items;
      for (const Node& item : m.value.items) {
        items.push_back(value_of(object, stand->attribute, item, false));
      }
      value = Node::array(std::move(items), m.value.where);
    } else {
      value = value_of(object, stand->attribute, m.value, stand->selector);
      const bool one = value.is(Type::String) && is_list(stand->attribute);
      if (one) value = Node::array({std::move(value)}, m.value.where);
    }
    names.insert(attribute);
    resolved.push_back({stand->attribute, std::move(value), m.where});
  }
  // Null where a reference is written, too.
  std::erase_if(mapping.members,
                [&](const Node::Member& old) { return names.contains(lower(old.name)); });
  for (Node::Member& m : resolved) mapping.members.push_back(std::move(m));
}

Node Crossplane::attributes_of(const Operators::Object& object, bool names_only) const {
  const Node* spec = member(&object.object, "spec");
  Node root = Node::object({}, object.object.where);
  const Node* name = member(member(&object.object, "metadata"), "name");
  const Span where = name != nullptr ? name->where : object.object.where;
  root.members.push_back({"name", Node::string(object.azure_name, where), where});
  std::set<std::string> seen = {"name"};
  // initProvider counts where forProvider says nothing.
  for (const std::string_view part : {"forProvider", "initProvider"}) {
    const Node* attributes = member(spec, part);
    if (attributes == nullptr || attributes->is(Type::Null)) continue;
    if (!attributes->is(Type::Object)) {
      if (names_only) continue;
      diagnostics_.add({source::Severity::Error,
                        "wrong-type",
                        std::string(part) + " is " + std::string(describe(attributes->type)) +
                            ", and must be a mapping",
                        attributes->where,
                        subject_of(object.kind, object.name),
                        {},
                        Span::none(),
                        {}});
      continue;
    }
    for (const Node::Member& m : attributes->members) {
      if (seen.insert(lower(m.name)).second) root.members.push_back(m);
    }
  }
  std::vector<Node*> open = {&root};
  while (!open.empty()) {
    Node& next = *open.back();
    open.pop_back();
    if (next.is(Type::Object)) resolve_members(object, next, names_only);
    if (names_only) break;
    for (Node& item : next.items) open.push_back(&item);
    for (Node::Member& m : next.members) open.push_back(&m.value);
  }
  return root;
}

void Crossplane::read(const Operators::Object& object, terraform::Translation& out) const {
  const Kind& kind = *kind_of(object.group, object.kind);
  const Node attributes = attributes_of(object, /*names_only=*/false);
  const std::string subject = subject_of(object.kind, object.name);
  const Attributes access(attributes, subject, diagnostics_);
  const auto known = ids_.find(&object);
  const ResourceId id =
      known != ids_.end() ? known->second : terraform::identify(kind, access, subject);
  terraform::translate(kind, access, id, /*is_export=*/false, attributes.members.front().where,
                       out);
}

}  // namespace polreach::azure
