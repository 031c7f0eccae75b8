// SPDX-License-Identifier: Apache-2.0
// The referee of paths against statements of the documentation, on paths made by hand.
#include "tests/oracle/filters.h"

#include <doctest/doctest.h>

#include "tests/oracle/scene.h"

namespace polreach::oracle {
namespace {

using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::UnknownId;

net::AddressSet set(const char* text) { return net::addresses_of(cidr(text)); }

FilterRule rule(Access access, net::AddressSet source, net::AddressSet destination,
                net::PortSet ports = net::all_header_ports(),
                net::ProtocolSet protocols = net::ProtocolSet::all()) {
  FilterRule result;
  result.access = access;
  result.protocols = protocols;
  result.source_ports = net::all_header_ports();
  result.destination_ports = std::move(ports);
  result.source.certain = std::move(source);
  result.destination.certain = std::move(destination);
  return result;
}

Hop hop(std::size_t filter) {
  Hop result;
  result.filter = filter;
  return result;
}

struct Street {
  model::Cloud cloud;
  Path way;

  Street() {
    way.source = set("10.0.0.0/24");
    way.destination = set("10.0.1.0/24");
  }
  UnknownId unknown(model::Unknown::Scope scope) {
    cloud.unknowns.push_back(
        {.scope = scope, .id = "A-test", .what = {}, .settle = {}, .where = {}});
    return static_cast<UnknownId>(cloud.unknowns.size() - 1);
  }
  void filter(std::vector<FilterRule> rules) {
    Filter filter;
    filter.rules = std::move(rules);
    way.filters.push_back(std::move(filter));
    way.hops.push_back(hop(way.filters.size() - 1));
  }
  [[nodiscard]] Tri ask(const net::Flow& packet) const { return decide(cloud, {way}, packet); }
};

net::Flow tcp(const char* source, const char* destination, net::Port port) {
  return {net::IpProtocol::Tcp, ip(source), ip(destination), 50000, port};
}

const net::AddressSet kAny = net::all_addresses();

}  // namespace

TEST_CASE(
    "filters oracle: the first rule that matches decides, and nothing is let pass by default") {
  Street street;
  street.filter({rule(Access::Deny, set("10.0.0.4/32"), kAny, {22, 22}),
                 rule(Access::Allow, set("10.0.0.0/24"), kAny, {20, 25}),
                 rule(Access::Deny, kAny, kAny, {25, 25})});
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 22)) == Tri::Never);
  CHECK(street.ask(tcp("10.0.0.5", "10.0.1.4", 22)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 20)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 25)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 19)) == Tri::Never);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 26)) == Tri::Never);
}

TEST_CASE("filters oracle: ports mean nothing to protocols without them") {
  Street street;
  street.filter({rule(Access::Allow, kAny, kAny, {443, 443})});
  net::Flow packet = tcp("10.0.0.4", "10.0.1.4", 80);
  CHECK(street.ask(packet) == Tri::Never);
  packet.protocol = net::IpProtocol::Icmp;
  CHECK(street.ask(packet) == Tri::Always);
  packet.protocol = net::IpProtocol::Sctp;
  CHECK(street.ask(packet) == Tri::Never);
}

TEST_CASE("filters oracle: every hop must let pass") {
  Street street;
  street.filter({rule(Access::Allow, kAny, kAny)});
  street.filter({rule(Access::Allow, kAny, kAny, {80, 80})});
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 81)) == Tri::Never);
}

TEST_CASE("filters oracle: a fact of the world is one for all hops, of an address one for each") {
  for (const auto scope : {model::Unknown::Scope::World, model::Unknown::Scope::Address}) {
    Street street;
    const UnknownId tag = street.unknown(scope);
    FilterRule source_in = rule(Access::Allow, {}, kAny);
    source_in.source.open.push_back({tag, kAny});
    FilterRule destination_in = rule(Access::Deny, kAny, {});
    destination_in.destination.open.push_back({tag, kAny});
    street.filter({source_in});
    street.filter({destination_in, rule(Access::Allow, kAny, kAny)});
    // The world: needs it to be true and false. Addresses: the source in it, the destination not.
    const bool of_world = scope == model::Unknown::Scope::World;
    CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == (of_world ? Tri::Never : Tri::Sometimes));
  }
}

TEST_CASE("filters oracle: an open part holds only where its unknown is about the address") {
  Street street;
  const UnknownId tag = street.unknown(model::Unknown::Scope::Address);
  FilterRule allow = rule(Access::Allow, set("10.0.0.8/32"), kAny);
  allow.source.open.push_back({tag, set("10.0.0.0/29")});
  street.filter({allow});
  CHECK(street.ask(tcp("10.0.0.8", "10.0.1.4", 80)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.7", "10.0.1.4", 80)) == Tri::Sometimes);
  CHECK(street.ask(tcp("10.0.0.9", "10.0.1.4", 80)) == Tri::Never);
}

TEST_CASE("filters oracle: conditions, open access, missing groups and gates") {
  Street street;
  const UnknownId a = street.unknown(model::Unknown::Scope::World);
  const UnknownId b = street.unknown(model::Unknown::Scope::World);
  FilterRule conditional = rule(Access::Deny, kAny, kAny, {1, 1});
  conditional.only_if = {a, b};
  FilterRule open = rule(Access::Allow, kAny, kAny, {2, 2});
  open.access_open = a;
  street.filter({conditional, open, rule(Access::Allow, kAny, kAny)});
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 1)) == Tri::Sometimes);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 2)) == Tri::Sometimes);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Always);

  Hop gate;
  gate.kind = Hop::Kind::Gate;
  gate.gate = a;
  street.way.hops.push_back(gate);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Sometimes);
  street.way.hops.back().gate.reset();
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Never);
  street.way.hops.pop_back();
  street.way.filters.front().missing = b;
  street.way.filters.front().rules.clear();
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Sometimes);
}

TEST_CASE("filters oracle: one unknown cannot hold at one hop and not at the next") {
  Street street;
  const UnknownId a = street.unknown(model::Unknown::Scope::World);
  FilterRule deny_if = rule(Access::Deny, kAny, kAny);
  deny_if.only_if = {a};
  FilterRule allow_if = rule(Access::Allow, kAny, kAny);
  allow_if.only_if = {a};
  street.filter({deny_if, rule(Access::Allow, kAny, kAny)});
  street.filter({allow_if});
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Never);
}

TEST_CASE("filters oracle: what a network manager says first") {
  Street street;
  street.filter({rule(Access::Deny, kAny, kAny, {2, 2}), rule(Access::Allow, kAny, kAny)});
  Filter admin;
  admin.otherwise = Access::Allow;
  admin.rules = {rule(Access::Deny, kAny, kAny, {1, 1}),
                 rule(Access::AlwaysAllow, kAny, kAny, {2, 2}),
                 rule(Access::Allow, kAny, kAny, {3, 3})};
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 2)) == Tri::Never);
  street.way.filters.push_back(admin);
  street.way.hops.front().admin = 1;
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 1)) == Tri::Never);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 2)) == Tri::Always);
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Always);
  street.way.filters.front().rules.pop_back();
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 3)) == Tri::Never);
}

TEST_CASE("filters oracle: headers with chosen addresses and ports") {
  Street street;
  street.filter({rule(Access::Allow, set("10.0.2.4/31"), kAny, {8080, 8080})});
  Hop& first = street.way.hops.front();
  first.header.source = {HeaderAddress::Kind::Chosen, 1, set("10.0.2.4/30")};
  first.header.destination_port = 8080;
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Sometimes);
  first.header.source.among = set("10.0.2.4/31");
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Always);
  first.header.source_port_is_chosen = true;
  street.way.filters.front().rules.front().source_ports = {1024, 2000};
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Sometimes);
  street.way.filters.front().rules.front().source_ports = {0, 1023};
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Never);
}

TEST_CASE("filters oracle: one chosen address in two headers") {
  Street street;
  street.filter({rule(Access::Allow, set("10.0.2.4/32"), kAny)});
  street.filter({rule(Access::Allow, kAny, set("10.0.2.5/32"))});
  const HeaderAddress node = {HeaderAddress::Kind::Chosen, 1, set("10.0.2.4/31")};
  street.way.hops[0].header.source = node;
  street.way.hops[1].header.destination = node;
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Never);
  street.way.hops[1].header.destination.variable = 2;
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Sometimes);
}

TEST_CASE("filters oracle: an end that is not asked may have any of its addresses") {
  Street street;
  street.filter({rule(Access::Allow, set("10.0.0.0/25"), kAny)});
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Always);
  street.way.source_is_asked = false;
  CHECK(street.ask(tcp("10.0.0.4", "10.0.1.4", 80)) == Tri::Sometimes);
  street.way.source = set("10.0.0.64/26");
  CHECK(street.ask(tcp("10.0.0.200", "10.0.1.4", 80)) == Tri::Always);
}

TEST_CASE("filters oracle: of several ways all must let pass, or one may") {
  Street open;
  Street closed;
  closed.filter({});
  const net::Flow packet = tcp("10.0.0.4", "10.0.1.4", 80);
  CHECK(decide(open.cloud, {open.way, open.way}, packet) == Tri::Always);
  CHECK(decide(open.cloud, {open.way, closed.way}, packet) == Tri::Sometimes);
  CHECK(decide(open.cloud, {closed.way, closed.way}, packet) == Tri::Never);
}

TEST_CASE("filters oracle: the Kubernetes half, in each of its worlds") {
  Street street;
  Hop policies;
  policies.kind = Hop::Kind::Policies;
  street.way.hops.push_back(policies);
  PolicyWorlds worlds;
  worlds.count = 2;
  worlds.passes = [](std::size_t world, const Hop&, const net::Flow& header) {
    return world == 0 || header.destination_port == 80;
  };
  CHECK(decide(street.cloud, {street.way}, tcp("10.0.0.4", "10.0.1.4", 80), worlds) == Tri::Always);
  CHECK(decide(street.cloud, {street.way}, tcp("10.0.0.4", "10.0.1.4", 81), worlds) ==
        Tri::Sometimes);
}

}  // namespace polreach::oracle
