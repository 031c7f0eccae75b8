// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/path/path.h"
#include "solver/check/path.h"
#include "solver/sets/flow_box.h"

/// Paths built by hand.
namespace polreach::scene {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using net::IpProtocol;
using net::ProtocolSet;
using Box = solver::sets::FlowBox;
using Boxes = std::vector<Box>;
using Ways = std::vector<Path>;

inline net::Address ip(const char* text) { return net::Address::parse(text).value(); }

inline net::AddressSet block(const char* text) {
  return net::addresses_of(net::Prefix::parse(text).value());
}

inline net::AddressSet only(const char* text) { return {ip(text), ip(text)}; }

inline AddressMatch certain(net::AddressSet set) { return {std::move(set), {}}; }
inline AddressMatch anywhere() { return certain(net::all_addresses()); }
inline AddressMatch where(model::UnknownId unknown, net::AddressSet set = net::all_addresses()) {
  return {{}, {{unknown, std::move(set)}}};
}

inline const ProtocolSet kTcp(IpProtocol::Tcp);
inline const ProtocolSet kIcmp(IpProtocol::Icmp);
inline const ProtocolSet kWithPorts =
    ProtocolSet(IpProtocol::Tcp) | ProtocolSet(IpProtocol::Udp) | ProtocolSet(IpProtocol::Sctp);

inline FilterRule rule(Access access, AddressMatch source = anywhere(),
                       AddressMatch destination = anywhere(),
                       net::PortSet ports = net::all_header_ports(),
                       ProtocolSet protocols = ProtocolSet::all()) {
  FilterRule result;
  result.access = access;
  result.protocols = protocols;
  result.source_ports = net::all_header_ports();
  result.destination_ports = std::move(ports);
  result.source = std::move(source);
  result.destination = std::move(destination);
  return result;
}

inline FilterRule ports(Access access, net::Port first, net::Port last) {
  return rule(access, anywhere(), anywhere(), {first, last}, kTcp);
}

inline Filter filter(std::vector<FilterRule> rules, Access otherwise = Access::Deny) {
  Filter result;
  result.rules = std::move(rules);
  result.otherwise = otherwise;
  return result;
}

inline HeaderAddress chosen(std::uint32_t variable, net::AddressSet among) {
  return {HeaderAddress::Kind::Chosen, variable, std::move(among)};
}

/// A path from 10.0.0.0/16 to 10.1.0.0/16 without hops.
inline Path path() {
  Path result;
  result.source = block("10.0.0.0/16");
  result.destination = block("10.1.0.0/16");
  return result;
}

/// Adds a filter; the hop that it acts at.
inline Hop& through(Path& path, Filter filter) {
  Hop hop;
  hop.kind = Hop::Kind::Filter;
  hop.filter = path.filters.size();
  path.filters.push_back(std::move(filter));
  path.hops.push_back(hop);
  return path.hops.back();
}

/// Adds a network manager's rules before the filter of the last hop.
inline void admin(Path& path, Filter filter) {
  path.hops.back().admin = path.filters.size();
  path.filters.push_back(std::move(filter));
}

inline void gate(Path& path, std::optional<model::UnknownId> unknown) {
  Hop hop;
  hop.kind = Hop::Kind::Gate;
  hop.gate = unknown;
  path.hops.push_back(hop);
}

inline Box all_packets() {
  return {ProtocolSet::all(), net::all_addresses(), net::all_addresses(), net::all_header_ports(),
          net::all_header_ports()};
}

inline Box tcp(net::Port first, net::Port last) {
  Box box = all_packets();
  box.protocols = kTcp;
  box.destination_ports = {first, last};
  return box;
}

inline Box of(ProtocolSet protocols) {
  Box box = all_packets();
  box.protocols = protocols;
  return box;
}

inline model::UnknownId unknown(model::Cloud& cloud, model::Unknown::Scope scope) {
  model::Unknown what;
  what.scope = scope;
  cloud.unknowns.push_back(what);
  return static_cast<model::UnknownId>(cloud.unknowns.size() - 1);
}

}  // namespace polreach::scene
