// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/firewall.h"

#include <algorithm>
#include <variant>

namespace polreach::compiler {
namespace {

using Answer = Routed::Answer;
using net::AddressSet;

/// The addresses that terms certainly hold; false where they may hold others.
bool certain_addresses(const std::vector<model::AddressTerm>& terms, AddressSet& addresses) {
  bool is_exact = true;
  for (const model::AddressTerm& term : terms) {
    if (term.expanded) {
      addresses |= *term.expanded;
    } else if (std::holds_alternative<model::AnyAddress>(term.what)) {
      addresses = net::all_addresses();
    } else if (const auto* prefix = std::get_if<net::Prefix>(&term.what)) {
      addresses |= net::addresses_of(*prefix);
    } else {
      is_exact = false;
    }
  }
  return is_exact;
}

/// How much of the packets a rule matches.
enum class Extent : std::uint8_t { None, Some, All };

Extent extent_of(const model::FirewallRule& rule, const AddressSet& source,
                 const AddressSet& destination) {
  AddressSet from;
  AddressSet to;
  const bool from_exact = certain_addresses(rule.source, from);
  const bool to_exact = certain_addresses(rule.destination, to);
  if ((from_exact && (from & source).empty()) || (to_exact && (to & destination).empty())) {
    return Extent::None;
  }
  const bool all = from.contains(source) && to.contains(destination) && rule.only_if.empty() &&
                   rule.protocols == net::ProtocolSet::all() &&
                   rule.destination_ports.contains(net::all_ports());
  return all ? Extent::All : Extent::Some;
}

}  // namespace

Routed through_appliance(Surroundings& around, const EffectiveRoute& route,
                         const AddressSet& source, const AddressSet& destination) {
  const auto& firewalls = around.cloud().firewalls;
  const auto found = std::find_if(firewalls.begin(), firewalls.end(), [&](const auto& each) {
    return each.address && each.address == route.appliance;
  });
  if (found == firewalls.end()) {
    const std::string who =
        route.appliance ? "appliance " + route.appliance->to_string() : "an appliance";
    return {Answer::Unknown,
            route.name + " leads to " + who + ", which the input does not describe", route.where};
  }
  const auto depends = [&](model::Span where) {
    return Routed{Answer::Unknown, "the rules of firewall " + found->name + " decide", where};
  };
  if (found->more) return depends(found->where);
  for (const model::FirewallRule& rule : found->rules) {
    const Extent extent = extent_of(rule, source, destination);
    if (extent == Extent::None) continue;
    if (extent == Extent::Some) return depends(rule.where);
    const bool allows = rule.access != model::Access::Deny;
    return {allows ? Answer::Yes : Answer::No, "rule " + rule.name + " of firewall " + found->name,
            rule.where};
  }
  return {Answer::No, "no rule of firewall " + found->name + " lets it pass", found->where};
}

}  // namespace polreach::compiler
