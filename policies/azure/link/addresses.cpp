// SPDX-License-Identifier: Apache-2.0
#include "policies/azure/link/addresses.h"

#include "policies/azure/link/tags.h"

namespace polreach::azure {

using model::AddressTerm;
using model::Unknown;
using Type = Node::Type;

std::optional<net::Prefix> prefix_of(std::string_view text) {
  if (const auto prefix = net::Prefix::parse(text)) return prefix;
  if (const auto address = net::Address::parse(text)) {
    return net::Prefix::around(*address, net::width(address->family));
  }
  return std::nullopt;
}

namespace {

void warn_host_bits(Report& report, const Node& node, const net::Prefix& prefix) {
  const std::string_view text(node.text);
  const auto address = net::Address::parse(text.substr(0, text.find('/')));
  if (!address || *address == prefix.address) return;
  report.warning("host-bits", node.where,
                 "\"" + node.text + "\" has bits behind its length; it means " + prefix.to_string(),
                 "write " + prefix.to_string());
}

/// "10.0.0.1-10.0.0.9".
std::vector<net::Prefix> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  const auto first = net::Address::parse(text.substr(0, dash));
  const auto last = net::Address::parse(text.substr(dash + 1));
  if (!first || !last || first->family != last->family || *last < *first) return {};
  return net::prefixes_of(net::AddressSet(*first, *last));
}

bool refuse_term(Report& report, const Node& node, std::string message, std::string help) {
  report.error("bad-rule-address", node.where, std::move(message), std::move(help));
  return false;
}

bool add_tag(Work& work, const Node& node, Writer writer, std::vector<AddressTerm>& terms) {
  const model::ServiceTags& tags = work.cloud.service_tags;
  if (const auto meant = misspelt_tag(node.text, tags)) {
    return refuse_term(work.report, node, "there is no service tag " + node.text,
                       "did you mean " + *meant + "?");
  }
  if (writer == Writer::SecurityRuleList) {
    work.report.warning("tag-in-list", node.where,
                        "the service tag " + node.text + " is in a list of prefixes",
                        "write it into the singular field, in a rule of its own");
  }
  terms.push_back(
      {model::ServiceTag{canonical_tag(node.text, tags)}, node.text, std::nullopt, node.where});
  return true;
}

}  // namespace

std::optional<net::Prefix> prefix_of(Report& report, const Node& node, Bare bare) {
  const bool has_length = node.text.find('/') != std::string::npos;
  const auto prefix = node.is(Type::String) && (has_length || bare == Bare::Taken)
                          ? prefix_of(node.text)
                          : std::nullopt;
  if (prefix) {
    warn_host_bits(report, node, *prefix);
  } else {
    const std::string text = node.is(Type::String) ? "\"" + node.text + "\"" : "this";
    report.error("bad-cidr", node.where, text + " is not a CIDR",
                 "write it as 10.0.0.0/8 or 2001:db8::/32");
  }
  return prefix;
}

std::optional<net::Address> address_of(Report& report, const Node* node) {
  if (node == nullptr || node->is(Type::Null) || node->is(Type::Unknown)) return std::nullopt;
  if (node->is(Type::String)) {
    if (node->text.empty()) return std::nullopt;
    if (const auto address = net::Address::parse(node->text)) return address;
  }
  const std::string text = node->is(Type::String) ? "\"" + node->text + "\"" : "this";
  report.error("bad-address", node->where, text + " is not an IP address",
               "write it as 10.0.0.4 or 2001:db8::4");
  return std::nullopt;
}

void add_prefixes(Report& report, const Node* node, std::string_view what,
                  model::AddressSpace& space, Bare bare) {
  if (node == nullptr || node->is(Type::Null)) return;
  std::vector<const Node*> entries{node};
  if (!node->is(Type::Unknown) && !node->is(Type::String)) entries = entries_of(report, node, what);
  for (const Node* entry : entries) {
    if (entry->is(Type::Unknown)) {
      space.more = report.unknown(*entry, Unknown::Scope::Address, what);
    } else if (const auto prefix = prefix_of(report, *entry, bare)) {
      space.prefixes.push_back(*prefix);
    } else {
      space.more = report.unreadable(std::string(what) + " of " + report.subject(), entry->where,
                                     Unknown::Scope::Address);
    }
  }
}

bool add_term(Work& work, const Node& node, std::string_view side, Writer writer,
              std::vector<AddressTerm>& terms) {
  const auto add = [&](auto what) {
    terms.push_back({std::move(what), node.text, std::nullopt, node.where});
    return true;
  };
  if (node.is(Type::Unknown)) {
    return add(work.report.unknown(node, Unknown::Scope::Address, side));
  }
  if (!node.is(Type::String)) {
    return refuse_term(work.report, node, "an address is no text", "write a text");
  }
  if (node.text == "*" || same_name(node.text, "any")) return add(model::AnyAddress{});
  if (const auto prefix = prefix_of(node.text)) {
    warn_host_bits(work.report, node, *prefix);
    return add(*prefix);
  }
  if (writer == Writer::Firewall) {
    const auto range = range_of(node.text);
    for (const net::Prefix& prefix : range) add(prefix);
    if (!range.empty()) return true;
  }
  if (looks_like_tag(node.text)) return add_tag(work, node, writer, terms);
  const bool comma = node.text.find(',') != std::string::npos;
  return refuse_term(work.report, node, "\"" + node.text + "\" is no address, CIDR or service tag",
                     comma ? "write a list into the plural field"
                           : "write it as 10.0.0.0/8, 10.0.0.4, Internet or *");
}

}  // namespace polreach::azure
