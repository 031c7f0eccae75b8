// SPDX-License-Identifier: Apache-2.0
// Short ways to write rules, filters and paths in tests.
#pragma once

#include <string>
#include <vector>

#include "compiler/path/path.h"

namespace polreach::azure_tests {

inline net::AddressSet addresses(const std::vector<std::string>& prefixes) {
  net::AddressSet result;
  for (const std::string& text : prefixes) {
    result |= net::addresses_of(*net::Prefix::parse(text));
  }
  return result;
}

/// Everything in any direction, with any protocol, unless it is said otherwise.
inline compiler::FilterRule rule(model::Access access) {
  compiler::FilterRule result;
  result.access = access;
  result.protocols = net::ProtocolSet::all();
  result.source_ports = net::all_header_ports();
  result.destination_ports = net::all_header_ports();
  result.source.certain = net::all_addresses();
  result.destination.certain = net::all_addresses();
  return result;
}
inline compiler::FilterRule allow() { return rule(model::Access::Allow); }
inline compiler::FilterRule deny() { return rule(model::Access::Deny); }

inline compiler::FilterRule from(compiler::FilterRule rule,
                                 const std::vector<std::string>& prefixes) {
  rule.source.certain = addresses(prefixes);
  return rule;
}
inline compiler::FilterRule to(compiler::FilterRule rule,
                               const std::vector<std::string>& prefixes) {
  rule.destination.certain = addresses(prefixes);
  return rule;
}
/// TCP to these ports.
inline compiler::FilterRule tcp(compiler::FilterRule rule, net::Port first, net::Port last) {
  rule.protocols = net::ProtocolSet(net::IpProtocol::Tcp);
  rule.destination_ports = {first, last};
  return rule;
}
inline compiler::FilterRule tcp(compiler::FilterRule rule, net::Port port) {
  return tcp(std::move(rule), port, port);
}

inline compiler::Filter filter(std::vector<compiler::FilterRule> rules) {
  compiler::Filter result;
  result.rules = std::move(rules);
  return result;
}

/// A filter that sees the packet's own header.
inline compiler::Hop hop(std::size_t filter) {
  compiler::Hop result;
  result.kind = compiler::Hop::Kind::Filter;
  result.filter = filter;
  return result;
}

inline compiler::HeaderAddress chosen(std::uint32_t variable,
                                      const std::vector<std::string>& among) {
  return {compiler::HeaderAddress::Kind::Chosen, variable, addresses(among)};
}

/// Filters one behind the other, for all packets.
inline compiler::Path path(std::vector<compiler::Filter> filters) {
  compiler::Path result;
  for (std::size_t i = 0; i < filters.size(); ++i) result.hops.push_back(hop(i));
  result.filters = std::move(filters);
  result.source = net::all_addresses();
  result.destination = net::all_addresses();
  return result;
}

/// An unknown of a cloud that holds nothing else of interest.
inline model::UnknownId unknown(model::Cloud& cloud, model::Unknown::Scope scope) {
  cloud.unknowns.push_back({scope, "A-test", "", "", {}});
  return model::UnknownId{static_cast<std::uint32_t>(cloud.unknowns.size() - 1)};
}

}  // namespace polreach::azure_tests
