// SPDX-License-Identifier: Apache-2.0
#include "solver/queries/network_diff.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "solver/sets/transfer.h"
#include "tests/azure/cloud_builder.h"

// By hand: two versions of a network, and the packets that one of them lets pass and the other not.
namespace polreach {
namespace {

using compiler::Surroundings;
using solver::queries::Changed;
using solver::queries::network_diff;
using solver::queries::NetworkChange;
using solver::queries::NetworkDiff;
using solver::queries::NetworkGroupChange;
using solver::queries::Passes;
using solver::sets::FlowBox;
using support::addresses;
using support::CloudBuilder;

using Rules = std::vector<std::string>;

/// Two subnets behind one group; db has one of its own.
struct Town {
  CloudBuilder b;
  model::NetworkId network;
  model::SubnetId web;

  explicit Town(const Rules& db, const Rules& web_rules = {})
      : network(b.network("vnet", "10.0.0.0/16")) {
    const auto group = b.group("web-nsg", web_rules);
    web = b.subnet(network, "web", "10.0.1.0/24", group);
    b.subnet(network, "app", "10.0.3.0/24", group);
    b.subnet(network, "db", "10.0.2.0/24", b.group("db-nsg", db));
  }
};

NetworkDiff diff_of(const Town& before, const Town& after) {
  Surroundings was(before.b.cloud, nullptr, {});
  Surroundings is(after.b.cloud, nullptr, {});
  auto diff = network_diff({was, {}, {}}, {is, {}, {}}, {});
  REQUIRE_MESSAGE(diff.has_value(), (diff ? "" : diff.error().message));
  return std::move(*diff);
}

std::vector<std::string> pairs_of(const NetworkChange& change) {
  std::vector<std::string> pairs;
  for (const auto& pair : change.pairs) pairs.push_back(pair.source + " -> " + pair.destination);
  return pairs;
}

std::vector<std::string> names(const std::vector<solver::queries::NetworkRule>& rules) {
  std::vector<std::string> result;
  for (const auto& rule : rules) result.push_back(rule.group + " " + rule.name);
  return result;
}

TEST_CASE("network diff: equal networks have no difference") {
  const Town town({"Deny 100 * VirtualNetwork -> * *"});
  const NetworkDiff diff = diff_of(town, town);
  CHECK(diff.changes.empty());
  CHECK(diff.places.empty());
  CHECK(diff.groups.empty());
}

TEST_CASE("network diff: what a new rule opens, for all pairs together, and by which rule") {
  const Town before({"Deny 200 * VirtualNetwork -> * *"});
  const Town after({"Allow 100 Tcp * -> * 22", "Deny 200 * VirtualNetwork -> * *"});
  const NetworkDiff diff = diff_of(before, after);
  // From the network and from the internet another rule denied it before.
  REQUIRE(diff.changes.size() == 2);
  const NetworkChange& near = diff.changes[0];
  CHECK(near.what == Changed::Added);
  CHECK(pairs_of(near) == std::vector<std::string>{"subnet vnet/app -> subnet vnet/db",
                                                   "subnet vnet/db -> subnet vnet/db",
                                                   "subnet vnet/web -> subnet vnet/db"});
  REQUIRE(near.parts.size() == 1);
  CHECK(near.parts[0].before == Passes::Never);
  CHECK(near.parts[0].after == Passes::Always);
  const FlowBox ssh{net::ProtocolSet(net::IpProtocol::Tcp), net::all_addresses(),
                    net::all_addresses(), net::all_header_ports(), net::PortSet(22, 22)};
  REQUIRE(near.parts[0].packets.boxes.size() == 1);
  CHECK(near.parts[0].packets.boxes[0] == ssh);
  CHECK(names(near.was) == std::vector<std::string>{"db-nsg Deny 200 * VirtualNetwork -> * *"});
  CHECK(names(near.now) == std::vector<std::string>{"db-nsg Allow 100 Tcp * -> * 22"});
  const NetworkChange& far = diff.changes[1];
  CHECK(pairs_of(far) == std::vector<std::string>{"the internet -> subnet vnet/db"});
  CHECK(names(far.was) == std::vector<std::string>{"db-nsg DenyAllInBound"});

  REQUIRE(diff.groups.size() == 1);
  CHECK(diff.groups[0].name == "db-nsg");
  CHECK(diff.groups[0].effect == NetworkGroupChange::Effect::Differs);
  REQUIRE(diff.groups[0].rules.size() == 1);
  CHECK(diff.groups[0].rules[0].what == Changed::Added);

  const NetworkDiff back = diff_of(after, before);
  REQUIRE(back.changes.size() == 2);
  CHECK(back.changes[0].what == Changed::Removed);
  CHECK(back.changes[0].parts[0].before == Passes::Always);
  CHECK(back.changes[0].parts[0].packets.boxes[0] == ssh);
}

TEST_CASE("network diff: rules that change nothing are proven to") {
  // The second rule is within the first, which is cut in two.
  const Town before({"Deny 100 Tcp 10.0.0.0/16 -> * 22", "Deny 110 Tcp 10.0.1.0/24 -> * 22"});
  const Town after({"Deny 100 Tcp 10.0.0.0/17 -> * 22", "Deny 120 Tcp 10.0.128.0/17 -> * 22"});
  const NetworkDiff diff = diff_of(before, after);
  CHECK(diff.changes.empty());
  REQUIRE(diff.groups.size() == 1);
  CHECK(diff.groups[0].rules.size() == 4);
  CHECK(diff.groups[0].effect == NetworkGroupChange::Effect::Same);
  CHECK(diff.groups[0].is_proven);
}

TEST_CASE("network diff: a part of a subnet is named by its addresses") {
  const Town before({"Deny 200 * VirtualNetwork -> * *"});
  const Town after(
      {"Allow 100 Tcp 10.0.1.4/30 -> 10.0.2.8 1433", "Deny 200 * VirtualNetwork -> * *"});
  const NetworkDiff diff = diff_of(before, after);
  REQUIRE(diff.changes.size() == 1);
  CHECK(pairs_of(diff.changes[0]) == std::vector<std::string>{"subnet vnet/web -> subnet vnet/db"});
  REQUIRE(diff.changes[0].parts.size() == 1);
  REQUIRE(diff.changes[0].parts[0].packets.boxes.size() == 1);
  CHECK(diff.changes[0].parts[0].packets.boxes[0].source == addresses("10.0.1.4/30"));
  CHECK(diff.changes[0].parts[0].packets.boxes[0].destination == addresses("10.0.2.8/32"));
}

TEST_CASE("network diff: a group at an interface changes its packets alone") {
  const Town before({});
  Town after({});
  after.b.interface("jump", after.web, "10.0.1.4",
                    after.b.group("jump-nsg", {"Deny 100 Tcp * -> * 22"}));
  const NetworkDiff diff = diff_of(before, after);
  // Into it, from the other subnets and from the rest of its own.
  REQUIRE(diff.changes.size() == 2);
  CHECK(diff.changes[0].what == Changed::Removed);
  // From the internet its subnet never let anything in.
  CHECK(pairs_of(diff.changes[0]) == std::vector<std::string>{"subnet vnet/app -> subnet vnet/web",
                                                              "subnet vnet/db -> subnet vnet/web"});
  CHECK(pairs_of(diff.changes[1]) ==
        std::vector<std::string>{"subnet vnet/web -> subnet vnet/web"});
  const auto jump = addresses("10.0.1.4/32");
  REQUIRE(diff.changes[1].parts.size() == 1);
  REQUIRE(diff.changes[1].parts[0].packets.boxes.size() == 1);
  CHECK(diff.changes[1].parts[0].packets.boxes[0].source == addresses("10.0.1.0/24") - jump);
  CHECK(diff.changes[1].parts[0].packets.boxes[0].destination == jump);
}

TEST_CASE("network diff: what becomes open is no longer certain") {
  const Town before({});
  Town after({});
  after.b.cloud.subnets[2].group_open =
      after.b.unknown("A-reference", model::Unknown::Scope::World);
  const NetworkDiff diff = diff_of(before, after);
  REQUIRE_FALSE(diff.changes.empty());
  for (const NetworkChange& change : diff.changes) {
    for (const NetworkChange::Part& part : change.parts) CHECK(part.after == Passes::Depends);
  }
}

TEST_CASE("network diff: a route that drops everything closes a pair, and is the reason") {
  const Town before({});
  Town after({});
  after.b.route(after.web, "10.0.2.0/24", model::NextHop::None);
  const NetworkDiff diff = diff_of(before, after);
  const auto found = std::find_if(diff.changes.begin(), diff.changes.end(), [](const auto& each) {
    return pairs_of(each) == std::vector<std::string>{"subnet vnet/web -> subnet vnet/db"};
  });
  REQUIRE(found != diff.changes.end());
  CHECK(found->what == Changed::Removed);
  REQUIRE(found->parts.size() == 1);
  CHECK(found->parts[0].after == Passes::Never);
  CHECK(found->was_unrouted.empty());
  CHECK_FALSE(found->now_unrouted.empty());
  // Back there is a way.
  for (const NetworkChange& change : diff.changes) {
    const auto pairs = pairs_of(change);
    CHECK(std::find(pairs.begin(), pairs.end(), "subnet vnet/db -> subnet vnet/web") ==
          pairs.end());
  }
}

TEST_CASE("network diff: places of one side") {
  const Town before({});
  Town after({});
  after.b.subnet(after.network, "new", "10.0.9.0/24");
  const NetworkDiff diff = diff_of(before, after);
  REQUIRE(diff.places.size() == 1);
  CHECK(diff.places[0].name == "subnet vnet/new");
  CHECK(diff.places[0].what == Changed::Added);
  for (const NetworkChange& change : diff.changes) CHECK(change.what == Changed::Added);
}

}  // namespace

TEST_CASE("sets of packets among other diagrams") {
  using solver::sets::Diagrams;
  using solver::sets::Variable;
  Diagrams one;
  Diagrams other;
  const auto make = [](Diagrams& d) {
    const auto ports = d.ports(Variable::destination_port(), net::PortSet(80, 90));
    const auto web = d.both(d.addresses(Variable::source(), addresses("10.0.0.0/8")), ports);
    const auto ping = d.both(d.protocols(net::ProtocolSet(net::IpProtocol::Icmp)),
                             d.addresses(Variable::destination(), addresses("fd00::/8")));
    const auto from = d.ports(Variable::source_port(), net::PortSet(1024, 65535));
    return d.either(d.minus(web, from), ping);
  };
  const auto there = make(one);
  (void)other.addresses(Variable::source(), addresses("192.0.2.0/24"));
  CHECK(solver::sets::transfer(one, there, other) == make(other));
  CHECK(solver::sets::transfer(one, solver::sets::kTrue, other) == solver::sets::kTrue);
  CHECK(solver::sets::transfer(one, solver::sets::kFalse, other) == solver::sets::kFalse);
}

}  // namespace polreach
