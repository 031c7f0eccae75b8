// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/rules.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "policies/azure/link/addresses.h"
#include "policies/azure/link/ports.h"

namespace polreach::azure {

using model::Access;
using model::AddressTerm;
using model::SecurityRule;
using model::Unknown;
using Type = Node::Type;

namespace {

constexpr std::size_t kLongestName = 80;
constexpr std::size_t kLongestDescription = 140;
constexpr std::size_t kMostGroups = 10;

/// Reads one rule. Every step reports its own errors; whether there was one is the same as whether
/// the report has more of them than before.
class RuleReader {
 public:
  RuleReader(Work& work, const Node& body, RuleOrigin origin)
      : work_(work), report_(work.report), body_(body), origin_(origin) {}

  ReadRule read(std::string name, const Span& where) {
    const std::size_t errors = report_.errors();
    read_.rule.name = std::move(name);
    read_.rule.where = where;
    check_texts(where);
    direction();
    access();
    priority();
    protocol();
    read_.rule.source_ports = ports("sourcePortRange", "sourcePortRanges");
    read_.rule.destination_ports = ports("destinationPortRange", "destinationPortRanges");
    side("source", read_.rule.source);
    side("destination", read_.rule.destination);
    if (report_.errors() == errors) return std::move(read_);
    ReadRule open =
        open_rule(report_, read_.rule.name, where,
                  {Unknown::Scope::World, "A-unreadable", report_.subject() + " could not be read",
                   "a rule that can be read", where});
    if (read_.inbound || read_.outbound) {
      open.inbound = read_.inbound;
      open.outbound = read_.outbound;
    }
    return open;
  }

 private:
  [[nodiscard]] const Node* get(std::string_view name) const { return open_property(&body_, name); }

  /// The text of a required field. Unknown: the caller handles it, through `open`.
  std::optional<std::string> required(std::string_view name, const Node*& node) {
    node = get(name);
    if (node == nullptr) {
      report_.error("missing-field", read_.rule.where, "it has no " + std::string(name),
                    "add it: Azure requires it");
      return std::nullopt;
    }
    return text_of(report_, node, name);
  }

  void refuse_value(const Node& node, std::string_view name, std::string_view allowed) {
    // Of anything else the type has been refused already.
    if (!node.is(Type::Integer) && !node.is(Type::Float) && !node.is(Type::String)) return;
    const std::string text = node.is(Type::Integer) ? std::to_string(node.integer)
                             : node.is(Type::Float) ? node.text
                                                    : "\"" + node.text + "\"";
    report_.error("bad-rule-field", node.where,
                  text + " is no " + std::string(name) + " that Azure takes",
                  "write " + std::string(allowed));
  }

  void check_texts(const Span& where) {
    if (read_.rule.name.size() > kLongestName) {
      report_.error("bad-rule-field", where, "its name is longer than 80 characters",
                    "shorten it: Azure refuses it");
    }
    const Node* description = get("description");
    if (description != nullptr && description->is(Type::String) &&
        description->text.size() > kLongestDescription) {
      report_.error("bad-rule-field", description->where,
                    "its description is longer than 140 characters",
                    "shorten it: Azure refuses it");
    }
  }

  void direction() {
    const Node* node = nullptr;
    const auto text = required("direction", node);
    if (node == nullptr) return;
    if (node->is(Type::Unknown)) {
      read_.inbound = read_.outbound = true;
      read_.rule.only_if.push_back(report_.world(*node, "direction"));
    } else if (text && same_name(*text, "inbound")) {
      read_.inbound = true;
    } else if (text && same_name(*text, "outbound")) {
      read_.outbound = true;
    } else {
      refuse_value(*node, "direction", "Inbound or Outbound");
    }
  }

  void access() {
    const Node* node = nullptr;
    const auto text = required("access", node);
    if (node == nullptr) return;
    if (node->is(Type::Unknown)) {
      read_.rule.access_open = report_.world(*node, "access");
    } else if (text && same_name(*text, "allow")) {
      read_.rule.access = Access::Allow;
    } else if (text && same_name(*text, "deny")) {
      read_.rule.access = Access::Deny;
    } else if (text && origin_ == RuleOrigin::Manager && same_name(*text, "alwaysallow")) {
      read_.rule.access = Access::AlwaysAllow;
    } else {
      refuse_value(*node, "access", "Allow or Deny");
    }
  }

  void priority() {
    const Node* node = nullptr;
    const auto text = required("priority", node);
    if (node == nullptr) return;
    read_.priority_where = node->where;
    if (node->is(Type::Unknown)) {
      read_.rule.priority_open = report_.world(*node, "priority");
      return;
    }
    const int low = origin_ == RuleOrigin::Manager    ? 0
                    : origin_ == RuleOrigin::Platform ? 65000
                                                      : 100;
    const int high = origin_ == RuleOrigin::Platform ? 65535 : 4096;
    std::int32_t value = -1;
    if (text) {
      const auto parsed = std::from_chars(text->data(), text->data() + text->size(), value);
      if (parsed.ec != std::errc{} || parsed.ptr != text->data() + text->size()) value = -1;
    }
    if (value < low || value > high) {
      refuse_value(*node, "priority",
                   "a number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    read_.rule.priority = value;
  }

  void protocol() {
    const Node* node = nullptr;
    const auto text = required("protocol", node);
    if (node == nullptr) return;
    if (node->is(Type::Unknown)) {
      read_.rule.protocols = net::ProtocolSet::all();
      read_.rule.only_if.push_back(report_.world(*node, "protocol"));
      return;
    }
    const auto protocols = text ? protocol_of(*text) : std::nullopt;
    if (!protocols) {
      refuse_value(*node, "protocol", "Tcp, Udp, Icmp, Esp, Ah or *");
      return;
    }
    read_.rule.protocols = *protocols;
    read_.rule.any_protocol = *protocols == net::ProtocolSet::all();
  }

  /// Entries of the singular and the plural field. Exports have both, one of them empty.
  std::vector<const Node*> entries(std::string_view singular, std::string_view plural) {
    std::vector<const Node*> result;
    const Node* one = get(singular);
    const bool empty = one != nullptr && one->is(Type::String) && one->text.empty();
    if (one != nullptr && !empty) result.push_back(one);
    const Node* many = get(plural);
    if (many != nullptr && many->is(Type::Unknown)) {
      if (many != one) result.push_back(many);
    } else {
      for (const Node* entry : entries_of(report_, many, plural)) result.push_back(entry);
    }
    return result;
  }

  net::PortSet ports(std::string_view singular, std::string_view plural) {
    const auto written = entries(singular, plural);
    if (written.empty()) {
      report_.error("rule-without-ports", read_.rule.where,
                    "it has neither " + std::string(singular) + " nor " + std::string(plural),
                    "write \"*\" where every port is meant");
    }
    net::PortSet result;
    for (const Node* entry : written) {
      if (entry->is(Type::Unknown)) {
        read_.rule.only_if.push_back(report_.world(*entry, singular));
        result = net::all_header_ports();
      } else if (const auto set = ports_of(report_, *entry)) {
        result |= *set;
      }
    }
    return result;
  }

  void side(const std::string& which, std::vector<AddressTerm>& terms) {
    const Node* one = get(which + "AddressPrefix");
    const bool empty = one != nullptr && one->is(Type::String) && one->text.empty();
    if (one != nullptr && !empty) add_term(work_, *one, which, Writer::SecurityRule, terms);
    const Node* many = get(which + "AddressPrefixes");
    const bool exported = origin_ != RuleOrigin::User;
    if (many != nullptr && many->is(Type::Unknown)) {
      if (many != one) add_term(work_, *many, which, Writer::SecurityRuleList, terms);
    } else {
      for (const Node* entry : entries_of(report_, many, which + "AddressPrefixes")) {
        add_term(work_, *entry, which, exported ? Writer::SecurityRule : Writer::SecurityRuleList,
                 terms);
      }
    }
    if (exported) forget_equal(terms);
    if (exported && terms.empty()) {
      // Effective rules with groups have nothing but the addresses that those stand for.
      const std::string name =
          which == "source" ? "expandedSourceAddressPrefix" : "expandedDestinationAddressPrefix";
      for (const Node* entry : entries_of(report_, get(name), name)) {
        add_term(work_, *entry, which, Writer::SecurityRule, terms);
      }
    }
    const bool prefixes = !terms.empty();
    const bool groups = application_groups(which, terms);
    if (prefixes && groups) {
      report_.error("prefix-and-group", terms.front().where,
                    "its " + which + " has addresses and application security groups",
                    "Azure takes one of the two: write two rules");
    }
    if (!terms.empty() || groups || has_address_error(one, many)) return;
    report_.error("rule-without-addresses", read_.rule.where, "it has no " + which + " addresses",
                  "write \"*\" where every address is meant");
  }

  /// Effective rules have the entries of the singular field in the list, too.
  static void forget_equal(std::vector<AddressTerm>& terms) {
    std::vector<AddressTerm> kept;
    for (AddressTerm& term : terms) {
      const bool known = std::any_of(kept.begin(), kept.end(), [&](const AddressTerm& other) {
        return same_name(other.text, term.text);
      });
      if (!known) kept.push_back(std::move(term));
    }
    terms = std::move(kept);
  }

  static bool has_address_error(const Node* one, const Node* many) {
    const bool one_written = one != nullptr && !(one->is(Type::String) && one->text.empty());
    const bool many_written = many != nullptr && !(many->is(Type::Array) && many->items.empty());
    return one_written || many_written;
  }

  /// Whether there are any.
  bool application_groups(const std::string& which, std::vector<AddressTerm>& terms) {
    const std::string name = which + "ApplicationSecurityGroups";
    const Node* list = get(name);
    if (list == nullptr) return false;
    if (list->is(Type::Unknown)) {
      // Of a body that could not be evaluated at all there is one term already.
      if (!terms.empty()) return false;
      terms.push_back({report_.unknown(*list, Unknown::Scope::Address, which), list->text,
                       std::nullopt, list->where});
      return true;
    }
    const auto written = entries_of(report_, list, name);
    for (const Node* entry : written) {
      const Reference reference = reference_of(report_, entry, {type::kApplicationGroup});
      if (reference.open) {
        const Node* node = entry->is(Type::Object) ? entry->find("id") : entry;
        const std::string text = node != nullptr ? node->text : std::string();
        terms.push_back(
            {of_addresses(*reference.open, node, which), text, std::nullopt, reference.where});
      } else if (reference.id) {
        terms.push_back({work_.application_group(*reference.id, reference.where),
                         reference.id->name(), std::nullopt, reference.where});
      }
    }
    if (written.size() > kMostGroups) {
      report_.error("group-limit", list->where,
                    "its " + which + " has " + std::to_string(written.size()) +
                        " application security groups, and Azure takes " +
                        std::to_string(kMostGroups),
                    "write several rules");
    }
    return !written.empty();
  }

  /// A reference that is not known, as a fact of each address.
  model::UnknownId of_addresses(model::UnknownId world, const Node* node, std::string_view which) {
    if (node != nullptr && node->is(Type::Unknown)) {
      return report_.unknown(*node, Unknown::Scope::Address, which);
    }
    return world;  // of an error, and the rule is open altogether
  }

  Work& work_;
  Report& report_;
  const Node& body_;
  RuleOrigin origin_;
  ReadRule read_;
};

AddressTerm any_address(const Span& where) {
  return {model::AnyAddress{}, "*", std::nullopt, where};
}

}  // namespace

ReadRule read_rule(Work& work, const Node& body, std::string name, const Span& where,
                   RuleOrigin origin) {
  const std::string group = work.report.subject();
  work.report.about("security rule " + name + (group.empty() ? "" : " of " + group));
  const Node* open = &body;
  if (const Node* properties = body.find("properties")) open = properties;
  ReadRule read = open->is(Type::Unknown)
                      ? open_rule(work.report, std::move(name), where,
                                  {Unknown::Scope::World, "A-expression",
                                   work.report.subject() + ": " + open->text + " is not known",
                                   open->settle, open->where})
                      : RuleReader(work, body, origin).read(std::move(name), where);
  work.report.about(group);
  return read;
}

ReadRule open_rule(Report& report, std::string name, const Span& where, Unknown why) {
  ReadRule read;
  read.inbound = read.outbound = true;
  SecurityRule& rule = read.rule;
  rule.name = std::move(name);
  rule.where = where;
  rule.protocols = net::ProtocolSet::all();
  rule.source = {any_address(where)};
  rule.destination = {any_address(where)};
  rule.source_ports = rule.destination_ports = net::all_header_ports();
  rule.access_open = report.unknown(why);
  why.what = "the place of a rule in the order: " + why.what;
  rule.priority_open = report.unknown(std::move(why));
  return read;
}

void place_rule(const ReadRule& read, model::SecurityGroup& group) {
  if (read.inbound) group.inbound.push_back(read.rule);
  if (read.outbound) group.outbound.push_back(read.rule);
}

void sort_rules(const source::SourceMap& sources, model::SecurityGroup& group) {
  for (auto* rules : {&group.inbound, &group.outbound}) {
    std::stable_sort(
        rules->begin(), rules->end(), [&](const SecurityRule& a, const SecurityRule& b) {
          const auto key = [](const SecurityRule& rule) {
            return std::tuple(rule.priority_open ? 0 : rule.priority, lower(rule.name));
          };
          if (key(a) != key(b)) return key(a) < key(b);
          return sources.before(a.where, b.where);
        });
  }
}

}  // namespace polreach::azure
