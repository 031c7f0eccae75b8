// SPDX-License-Identifier: Apache-2.0
// What the rules at a place decide. Expected by hand, from the Azure documentation ("How network
// security groups filter network traffic", "Network security groups overview").
#include "solver/queries/effective.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/cloud_builder.h"

namespace polreach {
namespace {

using solver::queries::Effective;
using solver::queries::effective;
using solver::queries::EffectiveList;
using solver::queries::EffectiveRule;
using solver::sets::FlowBox;
using support::addresses;
using support::CloudBuilder;
using Finding = EffectiveRule::Finding;
using Names = std::vector<std::string>;

Effective ask(compiler::Surroundings& around, std::string_view word, std::string_view name) {
  auto answer = effective(around, word, name);
  REQUIRE_MESSAGE(answer.has_value(), (answer ? "" : answer.error().message));
  CHECK(answer->unproven == 0);
  return std::move(*answer);
}

const EffectiveRule& named(const EffectiveList& list, const std::string& name) {
  const auto found = std::find_if(list.rules.begin(), list.rules.end(),
                                  [&](const auto& rule) { return rule.rule->name == name; });
  REQUIRE_MESSAGE(found != list.rules.end(), name);
  return *found;
}

Names names(const EffectiveList& list) {
  Names result;
  for (const EffectiveRule& rule : list.rules) result.push_back(rule.rule->name);
  return result;
}

Names covering(const EffectiveList& list, const EffectiveRule& rule) {
  Names result;
  for (const std::size_t i : rule.covered_by) result.push_back(list.rules[i].rule->name);
  return result;
}

bool has_note(const Effective& answer, std::string_view words) {
  return std::any_of(answer.notes.begin(), answer.notes.end(),
                     [&](const auto& each) { return each.find(words) != std::string::npos; });
}

bool contains(const std::vector<FlowBox>& boxes, const net::Flow& flow) {
  return std::any_of(boxes.begin(), boxes.end(), [&](const FlowBox& box) {
    const bool ports = box.source_ports.contains(flow.source_port) &&
                       box.destination_ports.contains(flow.destination_port);
    return box.protocols.contains(flow.protocol) && box.source.contains(flow.source) &&
           box.destination.contains(flow.destination) && (ports || !net::has_ports(flow.protocol));
  });
}

Names ids(compiler::Surroundings& around, const std::vector<model::UnknownId>& unknowns) {
  Names result;
  for (const model::UnknownId id : unknowns) result.push_back(around.unknowns()[id].id);
  return result;
}

/// What VirtualNetwork holds in a network without peers: its space, and "the virtual IP address of
/// the host" (Azure documentation, "Virtual network service tags").
net::AddressSet virtual_network(std::string_view space) {
  return addresses(space) | addresses("168.63.129.16/32");
}

model::SecurityRule called(const std::string& name, const std::string& text) {
  model::SecurityRule result = support::rule(text);
  result.name = name;
  return result;
}

void put(CloudBuilder& b, model::GroupId id, std::vector<model::SecurityRule> rules) {
  auto& inbound = b.cloud.groups[static_cast<std::size_t>(id)].inbound;
  inbound.insert(inbound.begin(), rules.begin(), rules.end());
}

TEST_CASE("effective: what is left for each rule, what never decides, what could be left out") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  const auto group = b.group("g");
  put(b, group,
      {called("shop", "Allow 100 Tcp VirtualNetwork -> 10.1.1.0/24 22"),
       called("admin", "Allow 110 Tcp 198.51.100.0/24 -> 10.1.1.0/24 22"),
       called("office", "Deny 120 Tcp 10.1.7.0/24 -> 10.1.1.0/24 22"),
       called("wide", "Allow 130 Tcp 0.0.0.0/0 -> 10.1.1.0/24 22"),
       called("both", "Deny 140 Tcp 198.51.100.0/24 -> 10.1.1.0/24 22"),
       called("last", "Deny 150 Tcp 192.0.2.0/24 -> 10.1.2.0/24 80")});
  b.subnet(network, "web", "10.1.1.0/24", group);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "subnet", "vnet/web");
  REQUIRE(answer.lists.size() == 2);
  const EffectiveList& in = answer.lists[0];
  CHECK(in.direction == model::Direction::Ingress);
  CHECK(in.places == Names{"subnet vnet/web"});
  CHECK(names(in) == Names{"shop", "admin", "office", "wide", "both", "last", "AllowVnetInBound",
                           "AllowAzureLoadBalancerInBound", "DenyAllInBound"});

  const FlowBox shop = {net::ProtocolSet(net::IpProtocol::Tcp),
                        virtual_network("10.1.0.0/16"),
                        addresses("10.1.1.0/24"),
                        net::all_header_ports(),
                        {22, 22}};
  CHECK(named(in, "shop").decides.boxes == std::vector<FlowBox>{shop});
  CHECK(named(in, "shop").perhaps.boxes.empty());
  CHECK(named(in, "shop").is_whole);
  CHECK(named(in, "shop").finding == Finding::None);
  // Without it, `wide` would let the same pass.
  CHECK(named(in, "admin").finding == Finding::Redundant);
  CHECK(named(in, "admin").is_proven);
  CHECK(named(in, "office").finding == Finding::NeverDecides);
  CHECK(named(in, "office").is_proven);
  CHECK(named(in, "office").decides.boxes.empty());
  CHECK(covering(in, named(in, "office")) == Names{"shop"});
  FlowBox wide = shop;
  wide.source =
      addresses("0.0.0.0/0") - virtual_network("10.1.0.0/16") - addresses("198.51.100.0/24");
  CHECK(named(in, "wide").decides.boxes == std::vector<FlowBox>{wide});
  CHECK_FALSE(named(in, "wide").is_whole);
  CHECK(covering(in, named(in, "both")) == Names{"admin"});
  // DenyAllInBound denies it anyway.
  CHECK(named(in, "last").finding == Finding::Redundant);
  CHECK(answer.findings == 4);

  // Default rules are no findings, and decide what is left.
  CHECK(named(in, "DenyAllInBound").finding == Finding::None);
  const auto& rest = named(in, "DenyAllInBound").decides.boxes;
  CHECK(contains(rest, support::tcp("8.8.8.8", "10.1.1.4", 23)));
  CHECK_FALSE(contains(rest, support::tcp("8.8.8.8", "10.1.1.4", 22)));
  CHECK_FALSE(contains(rest, support::tcp("10.1.2.4", "10.1.1.4", 23)));
}

TEST_CASE("effective: default rules that never decide are no findings") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  b.subnet(network, "web", "10.1.1.0/24", b.group("g", {"Deny 4096 * * -> * *"}));
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "nsg", "g");
  const EffectiveList& in = answer.lists.at(0);
  CHECK(named(in, "AllowVnetInBound").finding == Finding::NeverDecides);
  CHECK(named(in, "DenyAllInBound").finding == Finding::NeverDecides);
  CHECK(in.rules[0].finding == Finding::None);
  CHECK(answer.findings == 0);
  CHECK(answer.proofs == 3);
}

TEST_CASE("effective: inbound the subnet before the interface, outbound the other way round") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  const auto outer = b.group("outer");
  const auto inner = b.group("inner");
  const auto web = b.subnet(network, "web", "10.1.1.0/24", outer);
  b.interface("nic", web, "10.1.1.4", inner);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "nic", "NIC");
  REQUIRE(answer.lists.size() == 4);
  Names order;
  for (const EffectiveList& list : answer.lists) {
    order.push_back((list.direction == model::Direction::Ingress ? "in " : "out ") +
                    list.group->name);
  }
  CHECK(order == Names{"in outer", "in inner", "out inner", "out outer"});
  CHECK(has_note(ask(around, "subnet", "vnet/web"),
                 "1 network interface in it has a group of its own, which acts, too: nic"));
}

TEST_CASE("effective: any protocol with ports is one row, and what is not documented depends") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  const auto group = b.group("g");
  put(b, group, {called("star", "Deny 100 * * -> * 25")});
  b.subnet(network, "web", "10.1.1.0/24", group);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "nsg", "g");
  const EffectiveList& in = answer.lists.at(0);
  CHECK(in.rules.size() == 4);
  const EffectiveRule& star = named(in, "star");
  CHECK(ids(around, star.depends_on) == Names{"A-nsg-star-port"});
  const net::Flow mail = support::tcp("8.8.8.8", "10.1.1.4", 25);
  net::Flow ping = {net::IpProtocol::Icmp, mail.source, mail.destination, 0, 0};
  CHECK(contains(star.decides.boxes, mail));
  CHECK_FALSE(contains(star.perhaps.boxes, mail));
  CHECK_FALSE(contains(star.decides.boxes, ping));
  CHECK(contains(star.perhaps.boxes, ping));
  CHECK(star.is_whole);
  // What the rule may take of ICMP is not certain for the one behind it either.
  CHECK(contains(named(in, "DenyAllInBound").perhaps.boxes, ping));
  CHECK_FALSE(contains(named(in, "DenyAllInBound").decides.boxes, ping));
}

TEST_CASE("effective: two readings of VirtualNetwork are one row each") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  const auto group = b.group("g");
  put(b, group,
      {called("vnet", "Allow 100 Tcp VirtualNetwork -> * 80"),
       called("again", "Deny 110 Tcp VirtualNetwork -> 10.1.0.0/16 80"),
       called("web", "Allow 120 Tcp Internet -> * 80")});
  const auto web = b.subnet(network, "web", "10.1.1.0/24", group);
  b.route(web, "0.0.0.0/0", model::NextHop::Appliance);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "nsg", "g");
  const EffectiveList& in = answer.lists.at(0);
  CHECK(names(in) == Names{"vnet", "again", "web", "AllowVnetInBound",
                           "AllowAzureLoadBalancerInBound", "DenyAllInBound"});
  const EffectiveRule& vnet = named(in, "vnet");
  CHECK(vnet.source.certain == virtual_network("10.1.0.0/16"));
  CHECK((addresses("8.0.0.0/8") - vnet.source.perhaps).empty());
  CHECK(ids(around, vnet.source.depends_on) == Names{"A-VNET-TAG-UDR"});
  CHECK(contains(vnet.decides.boxes, support::tcp("10.1.2.4", "10.1.1.4", 80)));
  const net::Flow outside = support::tcp("8.8.8.8", "10.1.1.4", 80);
  CHECK(contains(vnet.perhaps.boxes, outside));
  CHECK(contains(named(in, "web").perhaps.boxes, outside));
  CHECK(ids(around, named(in, "web").depends_on) == Names{"A-VNET-TAG-UDR"});
  CHECK(named(in, "again").finding == Finding::NeverDecides);
  CHECK(covering(in, named(in, "again")) == Names{"vnet"});
}

TEST_CASE("effective: a rule whose place is not known is one row") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.1.0.0/16");
  const auto group = b.group("g");
  model::SecurityRule open = called("open", "Deny 200 Tcp * -> * 80");
  open.priority_open = b.unknown("A-expression", model::Unknown::Scope::World);
  put(b, group, {called("allow", "Allow 100 Tcp * -> * 80"), open});
  b.subnet(network, "web", "10.1.1.0/24", group);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective answer = ask(around, "nsg", "g");
  const EffectiveList& in = answer.lists.at(0);
  CHECK(in.rules.size() == 5);
  for (const char* name : {"allow", "open"}) {
    CHECK(named(in, name).finding == Finding::None);
    CHECK(named(in, name).decides.boxes.empty());
    CHECK(named(in, name).perhaps.boxes.size() == 1);
    CHECK(ids(around, named(in, name).depends_on) == Names{"A-expression"});
  }
}

TEST_CASE("effective: a group in two networks, in none, and one that is missing") {
  CloudBuilder b;
  const auto group = b.group("g", {"Allow 100 Tcp VirtualNetwork -> * 80"});
  b.group("spare", {"Allow 100 Tcp VirtualNetwork -> * 80"});
  const auto gone = b.group("gone");
  b.cloud.groups[static_cast<std::size_t>(gone)].missing =
      b.unknown("A-absent-resource", model::Unknown::Scope::World);
  b.subnet(b.network("one", "10.1.0.0/16"), "a", "10.1.1.0/24", group);
  const auto two = b.network("two", "10.2.0.0/16");
  b.subnet(two, "b", "10.2.1.0/24", group);
  b.interface("nic", b.subnet(two, "c", "10.2.2.0/24", gone), "10.2.2.4", group);
  compiler::Surroundings around(b.cloud, nullptr, {});
  const Effective twice = ask(around, "nsg", "g");
  CHECK(has_note(twice, "attached in 2 networks"));
  REQUIRE(twice.lists.size() == 4);
  CHECK(twice.lists[0].places == Names{"subnet one/a"});
  CHECK(twice.lists[1].places == Names{"network interface nic", "subnet two/b"});
  CHECK(twice.lists[0].rules[0].source.certain == virtual_network("10.1.0.0/16"));
  CHECK(twice.lists[1].rules[0].source.certain == virtual_network("10.2.0.0/16"));

  const Effective none = ask(around, "nsg", "spare");
  CHECK(has_note(none, "nothing in the input is attached to spare"));
  REQUIRE(none.lists.size() == 2);
  CHECK(none.lists[0].places.empty());
  CHECK_FALSE(
      contains(none.lists[0].rules[0].decides.boxes, support::tcp("10.1.2.4", "10.1.1.4", 80)));
  CHECK(contains(none.lists[0].rules[0].perhaps.boxes, support::tcp("10.1.2.4", "10.1.1.4", 80)));
  CHECK(ids(around, none.lists[0].rules[0].depends_on) == Names{"A-managed-network"});

  const Effective missing = ask(around, "nsg", "gone");
  REQUIRE(missing.lists.size() == 2);
  CHECK(missing.lists[0].missing.has_value());
  CHECK(missing.lists[0].rules.empty());
}

TEST_CASE("effective: names that mean nothing, or several") {
  CloudBuilder b;
  b.group("web-nsg");
  b.group("twin");
  b.group("twin");
  b.cloud.groups[1].resource_group = "one";
  b.cloud.groups[2].resource_group = "two";
  compiler::Surroundings around(b.cloud, nullptr, {});
  const auto wrong = effective(around, "nsg", "web-nsq");
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().code == "unknown-reference");
  CHECK(wrong.error().message ==
        "nothing in the input is called nsg/web-nsq; did you mean nsg/web-nsg?");
  const auto several = effective(around, "nsg", "twin");
  REQUIRE_FALSE(several.has_value());
  CHECK(several.error().code == "ambiguous-reference");
  CHECK(ask(around, "nsg", "TWO/twin").lists.size() == 2);
  const auto bad = effective(around, "subnet", "vnet//web");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().code == "bad-reference");
}

}  // namespace
}  // namespace polreach
