// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/firewalls.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "policies/azure/link/addresses.h"
#include "policies/azure/link/ports.h"

namespace polreach::azure {

using model::Access;
using model::AddressTerm;
using model::Firewall;
using model::FirewallRule;
using model::Unknown;
using Type = Node::Type;

namespace {

/// Collects the rules of one firewall.
class Collector {
 public:
  Collector(Work& work, Firewall& firewall) : work_(work), report_(work.report), to_(firewall) {}

  void more(const std::string& what, const Span& where, std::string settle) {
    to_.more =
        report_.unknown({Unknown::Scope::World, "A-firewall", what, std::move(settle), where});
  }

  /// As above, and it may come before every rule that is known.
  void first(const std::string& what, const Span& where, std::string settle) {
    more(what, where, std::move(settle));
    unordered_ = true;
  }

  /// networkRuleCollections, or ruleCollections of a policy.
  void collections(const Node* list, std::int32_t group_priority,
                   std::vector<model::UnknownId> only_if = {}) {
    only_if_ = std::move(only_if);
    if (list != nullptr && list->is(Type::Unknown)) {
      to_.more = report_.world(*list, "rule collections");
      unordered_ = true;
    }
    for (const Node* collection : entries_of(report_, list, "rule collections")) {
      if (collection->is(Type::Unknown)) {
        to_.more = report_.world(*collection, "a rule collection");
        unordered_ = true;
      } else {
        add_collection(*collection, group_priority);
      }
    }
  }

  void finish() {
    // Any rule may stand behind one that is not known: none decides anything for certain, and
    // `more` says that of all packets.
    if (unordered_) rules_.clear();
    std::stable_sort(rules_.begin(), rules_.end(), [](const Placed& a, const Placed& b) {
      return std::tuple(a.group, a.rule.priority) < std::tuple(b.group, b.rule.priority);
    });
    for (Placed& placed : rules_) to_.rules.push_back(std::move(placed.rule));
  }

  std::int32_t number(const Node* node, std::string_view what) {
    const auto text = text_of(report_, node, what);
    std::int32_t value = 0;
    if (text) {
      const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
      if (read.ec == std::errc{} && read.ptr == text->data() + text->size()) return value;
    }
    // Where it stands among the others decides what it does, so nothing of it is certain.
    const Span where = node != nullptr ? node->where : to_.where;
    if (node == nullptr || !node->is(Type::Unknown)) {
      report_.error("bad-azure-field", where,
                    "the " + std::string(what) + " of a rule collection is no number",
                    "write a number from 100 to 65000");
    }
    unordered_ = true;
    more("the order of the rules of firewall " + to_.name + " is not known", where, {});
    return 0;
  }

 private:
  struct Placed {
    std::int32_t group = 0;
    FirewallRule rule;
  };

  void add_collection(const Node& collection, std::int32_t group_priority) {
    const std::int32_t priority = number(open_property(&collection, "priority"), "priority");
    const Node* action_node = open_property(open_property(&collection, "action"), "type");
    const auto action = text_of(report_, action_node, "action");
    const Node* kind = open_property(&collection, "ruleCollectionType");
    if (kind != nullptr && kind->is(Type::String) &&
        same_name(kind->text, "FirewallPolicyNatRuleCollection")) {
      more("firewall " + to_.name + " has DNAT rules, which are not read", collection.where, {});
      return;
    }
    const Node* rules = open_property(&collection, "rules");
    if (rules != nullptr && rules->is(Type::Unknown)) {
      to_.more = report_.world(*rules, "rules");
      unordered_ = true;  // any of them may stand before all that are known
    }
    for (const Node* entry : entries_of(report_, rules, "rules")) {
      FirewallRule rule = read_rule(*entry);
      rule.priority = priority;
      rule.only_if.insert(rule.only_if.end(), only_if_.begin(), only_if_.end());
      if (rule.destination.empty() && rule.source.empty() && rule.name.empty()) continue;
      if (action && same_name(*action, "allow")) {
        rule.access = Access::Allow;
      } else if (action && same_name(*action, "deny")) {
        rule.access = Access::Deny;
      } else {
        open_action(rule, action_node, group_priority);
        continue;
      }
      rules_.push_back({group_priority, std::move(rule)});
    }
  }

  /// Allow where it holds; where not, the second one denies.
  void open_action(FirewallRule rule, const Node* node, std::int32_t group_priority) {
    const Span where = node != nullptr ? node->where : rule.where;
    if (node == nullptr || !node->is(Type::Unknown)) {
      report_.error("bad-azure-field", where,
                    "the action of a rule collection is neither Allow nor Deny",
                    "write \"action\": {\"type\": \"Allow\"}");
    }
    FirewallRule denied = rule;
    denied.access = Access::Deny;
    rule.access = Access::Allow;
    rule.only_if.push_back(node != nullptr && node->is(Type::Unknown)
                               ? report_.world(*node, "the action of " + rule.name)
                               : report_.unreadable("the action of " + rule.name, where));
    rules_.push_back({group_priority, std::move(rule)});
    rules_.push_back({group_priority, std::move(denied)});
  }

  FirewallRule read_rule(const Node& node) {
    FirewallRule rule;
    rule.where = node.where;
    if (node.is(Type::Unknown)) {
      to_.more = report_.world(node, "a rule");
      unordered_ = true;
      return rule;
    }
    const Node* kind = open_property(&node, "ruleType");
    if (kind != nullptr && kind->is(Type::String) && !same_name(kind->text, "NetworkRule")) {
      more("firewall " + to_.name + " has application rules, which no input resolves", node.where,
           {});
      return rule;
    }
    const Node* name = node.find("name");
    rule.name = text_of(report_, name, "the name of a rule").value_or("(no name)");
    if (name != nullptr) rule.where = name->where;
    protocols(node, rule);
    addresses(node, "sourceAddresses", "sourceIpGroups", "source", rule.source);
    addresses(node, "destinationAddresses", "destinationIpGroups", "destination", rule.destination);
    names_of_domains(node, rule);
    ports(node, rule);
    return rule;
  }

  void protocols(const Node& node, FirewallRule& rule) {
    const Node* list = open_property(&node, "ipProtocols");
    if (list == nullptr) list = open_property(&node, "protocols");
    open_field(list, "protocols", rule, [&] { rule.protocols = net::ProtocolSet::all(); });
    for (const Node* entry : entries_of(report_, list, "protocols")) {
      const auto text = text_of(report_, entry, "protocol");
      const auto set = text ? protocol_of(*text) : std::nullopt;
      if (set) {
        rule.protocols |= *set;
      } else if (entry->is(Type::Unknown)) {
        open_field(entry, "protocols", rule, [&] { rule.protocols = net::ProtocolSet::all(); });
      } else {
        report_.error("bad-azure-field", entry->where,
                      (text ? "\"" + *text + "\"" : "this") + " is no protocol of a firewall rule",
                      "write TCP, UDP, ICMP or Any");
        rule.protocols = net::ProtocolSet::all();
        rule.only_if.push_back(report_.unreadable("the protocol of " + rule.name, entry->where));
      }
    }
  }

  void ports(const Node& node, FirewallRule& rule) {
    const Node* list = open_property(&node, "destinationPorts");
    open_field(list, "destinationPorts", rule,
               [&] { rule.destination_ports = net::all_header_ports(); });
    for (const Node* entry : entries_of(report_, list, "destinationPorts")) {
      if (entry->is(Type::Unknown)) {
        open_field(entry, "destinationPorts", rule,
                   [&] { rule.destination_ports = net::all_header_ports(); });
      } else if (const auto set = ports_of(report_, *entry)) {
        rule.destination_ports |= *set;
      } else {
        rule.destination_ports = net::all_header_ports();
        rule.only_if.push_back(report_.unreadable("the ports of " + rule.name, entry->where));
      }
    }
  }

  template <typename Widen>
  void open_field(const Node* node, std::string_view what, FirewallRule& rule, Widen widen) {
    if (node == nullptr || !node->is(Type::Unknown)) return;
    rule.only_if.push_back(report_.world(*node, std::string(what) + " of " + rule.name));
    widen();
  }

  void addresses(const Node& node, const char* list, const char* groups, std::string_view side,
                 std::vector<AddressTerm>& terms) {
    add_all(open_property(&node, list), list, side, terms);
    for (const Node* entry : entries_of(report_, open_property(&node, groups), groups)) {
      const Reference group = reference_of(report_, entry, {type::kAddressGroup});
      const Item* item = group.id ? work_.item(*group.id) : nullptr;
      if (item != nullptr && !item->missing) {
        add_all(field(report_, *item, "ipAddresses").node, "ipAddresses", side, terms);
      } else if (group.id) {
        terms.push_back({work_.absent_addresses(*group.id, group.where), group.id->name(),
                         std::nullopt, group.where});
      } else {
        terms.push_back(
            {report_.unreadable("an IP group of " + to_.name, group.where, Unknown::Scope::Address),
             "an IP group", std::nullopt, group.where});
      }
    }
  }

  void add_all(const Node* list, const char* name, std::string_view side,
               std::vector<AddressTerm>& terms) {
    if (list != nullptr && list->is(Type::Unknown)) {
      add_term(work_, *list, side, Writer::Firewall, terms);
    }
    for (const Node* entry : entries_of(report_, list, name)) {
      if (add_term(work_, *entry, side, Writer::Firewall, terms)) continue;
      terms.push_back(
          {report_.unreadable("an address of " + to_.name, entry->where, Unknown::Scope::Address),
           entry->text, std::nullopt, entry->where});
    }
  }

  void names_of_domains(const Node& node, FirewallRule& rule) {
    const Node* list = open_property(&node, "destinationFqdns");
    if (list == nullptr || (list->is(Type::Array) && list->items.empty())) return;
    std::string text = list->is(Type::Array) ? list->items.front().text : list->text;
    const auto open = report_.unknown({Unknown::Scope::Address,
                                       "A-domain-names",
                                       "the addresses of " + text + " are not known",
                                       {},
                                       list->where});
    rule.destination.push_back({open, std::move(text), std::nullopt, list->where});
  }

  Work& work_;
  Report& report_;
  Firewall& to_;
  bool unordered_ = false;
  std::vector<model::UnknownId> only_if_;  // of the collection group
  std::vector<Placed> rules_;
};

bool holds_something(const Node* list) {
  return list != nullptr && !(list->is(Type::Array) && list->items.empty());
}

void read_policy(Work& work, const Item& item, Collector& collector) {
  if (const Field base = field(work.report, item, "basePolicy");
      base && reference_of(work.report, base.node, {type::kFirewallPolicy})) {
    collector.first("the rules of the base policy of " + describe(item.id) + " are not read",
                    base.node->where, {});
  }
  if (const Node* list = Inventory::open_list(item, type::kCollectionGroup)) {
    collector.first(describe(item.id) + ": " + list->text + " is not known", list->where,
                    list->settle);
  }
  for (const Item* group : work.inventory.children(item, type::kCollectionGroup)) {
    work.report.about(describe(group->id));
    const std::int32_t priority =
        collector.number(field(work.report, *group, "priority").node, "priority");
    collector.collections(field(work.report, *group, "ruleCollections").node, priority,
                          conditions(work.report, *group));
    if (group->contradicted) {
      collector.first(describe(group->id) + " is defined twice, differently", group->where, {});
    }
  }
}

void add_firewall(Work& work, const Item& item) {
  Report& report = work.report;
  report.about(describe(item.id));
  Firewall firewall;
  firewall.name = item.shown();
  firewall.resource_group = item.id.group;
  firewall.where = item.where;
  Collector collector(work, firewall);
  const Field configurations = field(report, item, "ipConfigurations");
  for (const Node* entry : entries_of(report, configurations.node, "ipConfigurations")) {
    if (firewall.address) break;
    firewall.address = address_of(report, open_property(entry, "privateIPAddress"));
  }
  for (const char* list : {"applicationRuleCollections", "natRuleCollections"}) {
    const Field other = field(report, item, list);
    if (!holds_something(other.node)) continue;
    collector.more("firewall " + firewall.name + " has " + list + ", which are not read",
                   other.node->where, {});
  }
  collector.collections(field(report, item, "networkRuleCollections").node, 0);
  const Field policy = field(report, item, "firewallPolicy");
  const Reference reference = reference_of(report, policy.node, {type::kFirewallPolicy});
  const Item* found = reference.id ? work.item(*reference.id) : nullptr;
  if (found != nullptr && !found->missing) {
    read_policy(work, *found, collector);
  } else if (reference) {
    collector.first("the policy of firewall " + firewall.name + " is not in the input",
                    reference.where, reference.id ? how_to_add(*reference.id) : std::string());
  }
  if (item.contradicted) {
    collector.first(describe(item.id) + " is defined twice, differently", item.where, {});
  }
  collector.finish();
  work.cloud.firewalls.push_back(std::move(firewall));
}

}  // namespace

void add_firewalls(Work& work) {
  for (std::size_t index : work.inventory.of_type(type::kFirewall)) {
    if (!work.inventory[index].missing) add_firewall(work, work.inventory[index]);
  }
}

}  // namespace polreach::azure
