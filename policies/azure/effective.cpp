// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/effective.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policies/azure/resource_types.h"

namespace polreach::azure {
namespace {

using syntax::Taken;
using syntax::Value;

Node boolean(bool truth, const Span& where) {
  Node node;
  node.type = Node::Type::Bool;
  node.truth = truth;
  node.where = where;
  return node;
}

bool starts_with(std::string_view text, std::string_view start) {
  return same_name(text.substr(0, start.size()), start);
}

class EffectiveRulesReader {
 public:
  explicit EffectiveRulesReader(source::Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  std::optional<Resource> read(const Value& entry) {
    const auto rules = member(entry, "effectiveSecurityRules");
    if (!rules || !rules->is(syntax::Type::Sequence)) {
      bad(entry, "effective rules without the list effectiveSecurityRules");
      return std::nullopt;
    }
    Resource resource;
    resource.is_export = true;
    resource.where = entry.span();
    std::vector<Node::Member> members;
    const std::string group = add_group(entry, members);
    const auto associated = add_association(entry, members);
    if (!associated) return std::nullopt;
    tags_ = member(entry, "tagMap");
    std::vector<Node> read;
    for (const Value rule : *rules) read.push_back(rule_of(rule));
    members.push_back(
        {"securityRules", Node::array(std::move(read), rules->span()), rules->key_span()});
    if (!ok_) return std::nullopt;
    resource.id.subscription = associated->subscription;
    resource.id.group = associated->group;
    resource.id.type = kEffectiveType;
    resource.id.names = {(group.empty() ? "rules" : group) + " on " + associated->name()};
    resource.body = Node::object(std::move(members), entry.span());
    return resource;
  }

 private:
  void bad(const Value& at, std::string message) {
    ok_ = false;
    diagnostics_.add({source::Severity::Error,
                      "bad-effective-rules",
                      std::move(message),
                      at.span(),
                      "",
                      "export them again: az network nic list-effective-nsg",
                      {},
                      {}});
  }

  static std::optional<ResourceId> id_in(const Value& parent, std::string_view name) {
    const auto reference = member(parent, name);
    if (!reference) return std::nullopt;
    return ResourceId::parse(text_of(*reference, "id"));
  }

  static std::string add_group(const Value& entry, std::vector<Node::Member>& members) {
    const auto id = id_in(entry, "networkSecurityGroup");
    if (!id) return {};
    const Value group = *member(entry, "networkSecurityGroup");
    members.push_back({"networkSecurityGroup", Node::of(group), group.key_span()});
    return id->name();
  }

  /// The id of what the rules act on.
  std::optional<ResourceId> add_association(const Value& entry,
                                            std::vector<Node::Member>& members) {
    constexpr std::array<std::string_view, 3> kEnds = {"networkInterface", "subnet",
                                                       "networkManager"};
    const auto association = member(entry, "association");
    if (association) {
      for (const std::string_view end : kEnds) {
        auto id = id_in(*association, end);
        if (!id) continue;
        members.push_back({"association", Node::of(*association), association->key_span()});
        return id;
      }
    }
    bad(association.value_or(entry),
        "effective rules without an association: nothing says where they act");
    return std::nullopt;
  }

  Node rule_of(const Value& rule) {
    Node node = Node::object({}, rule.span());
    if (!rule.is(syntax::Type::Mapping)) {
      bad(rule, "an effective rule that is " + std::string(describe(rule.type())));
      return node;
    }
    std::string_view name = text_of(rule, "name");
    const bool is_default = starts_with(name, kDefaultRulePrefix);
    if (is_default) {
      name.remove_prefix(kDefaultRulePrefix.size());
    } else if (starts_with(name, kOwnRulePrefix)) {
      name.remove_prefix(kOwnRulePrefix.size());
    }
    node.members.push_back({"isDefault", boolean(is_default, rule.span()), rule.span()});
    for (const Value each : rule) {
      if (each.is(syntax::Type::Null) || starts_with(each.key(), "expanded")) continue;
      Node value = Node::of(each);
      if (same_name(each.key(), "name")) value.text = name;
      if (same_name(each.key(), "protocol") && same_name(value.text, "All")) value.text = "*";
      node.members.push_back({std::string(each.key()), std::move(value), each.key_span()});
    }
    add_expanded(rule, "source", "expandedSourceAddressPrefix", node);
    add_expanded(rule, "destination", "expandedDestinationAddressPrefix", node);
    return node;
  }

  /// What Azure has resolved: in the rule itself, or (older answers) in a map of all tags.
  void add_expanded(const Value& rule, const std::string& side, const std::string& name,
                    Node& node) const {
    const auto in_rule = member(rule, name);
    if (in_rule && !(in_rule->is(syntax::Type::Sequence) && in_rule->empty())) {
      node.members.push_back({name, Node::of(*in_rule), in_rule->key_span()});
      return;
    }
    const auto prefixes = member(rule, side + "AddressPrefixes");
    const std::string_view tag = text_of(rule, side + "AddressPrefix");
    const bool several = prefixes && prefixes->is(syntax::Type::Sequence) && !prefixes->empty() &&
                         !(tag == (*prefixes->begin()).text() && is_single(*prefixes));
    if (!tags_ || tag.empty() || several) return;
    const auto addresses = member(*tags_, tag);
    if (!addresses || !addresses->is(syntax::Type::Sequence) || addresses->empty()) return;
    node.members.push_back({name, Node::of(*addresses), addresses->key_span()});
  }

  static bool is_single(const Value& list) { return ++list.begin() == list.end(); }

  source::Diagnostics& diagnostics_;
  std::optional<Value> tags_;
  bool ok_ = true;
};

}  // namespace

Taken read_effective(const Value& entry, source::Diagnostics& diagnostics, Resources& resources) {
  auto resource = EffectiveRulesReader(diagnostics).read(entry);
  if (!resource) return Taken::one_rejected();
  resources.push_back(std::move(*resource));
  return Taken::one_used();
}

}  // namespace polreach::azure
