// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/attach.h"

#include <doctest/doctest.h>

#include "tests/azure/cloud_builder.h"

// Expected: Azure documentation, "Network security groups overview", and the names of what it
// leaves open.
namespace polreach {
namespace {

using compiler::Filters;
using compiler::Unknowns;
using model::Direction;
using support::CloudBuilder;
using support::decide;
using support::tcp;

struct Place {
  CloudBuilder b;
  model::NetworkId network = b.network("vnet", "10.0.0.0/16");
};

TEST_CASE("The first rule that matches decides, and the default rules come last") {
  Place p;
  const auto id = p.b.group(
      "g", {"Allow 100 Tcp 10.0.1.0/24 -> 10.0.2.0/24 443", "Deny 200 Tcp Internet -> * 22"});
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  CHECK(decide(in, tcp("10.0.1.4", "10.0.2.4", 443), unknowns).rule ==
        "Allow 100 Tcp 10.0.1.0/24 -> 10.0.2.0/24 443");
  // The hole of "allow only 443": the rest of the network passes on every port.
  CHECK(decide(in, tcp("10.0.1.4", "10.0.2.4", 22), unknowns).rule == "AllowVnetInBound");
  CHECK(decide(in, tcp("8.8.8.8", "10.0.2.4", 22), unknowns).rule ==
        "Deny 200 Tcp Internet -> * 22");
  CHECK(decide(in, tcp("8.8.8.8", "10.0.2.4", 80), unknowns).rule == "DenyAllInBound");
  // VirtualNetwork holds "the virtual IP address of the host", and its rule comes first.
  CHECK(decide(in, tcp("168.63.129.16", "10.0.2.4", 80), unknowns).rule == "AllowVnetInBound");
  CHECK(decide(in, tcp("168.63.129.16", "10.9.0.4", 80), unknowns).rule ==
        "AllowAzureLoadBalancerInBound");
  const auto& out = filters.of(p.b.cloud[id], Direction::Egress, p.network);
  CHECK(decide(out, tcp("10.0.1.4", "8.8.8.8", 80), unknowns).rule == "AllowInternetOutBound");
  CHECK(decide(out, tcp("10.0.1.4", "192.168.0.1", 80), unknowns).rule == "DenyAllOutBound");
  CHECK(&in == &filters.of(p.b.cloud[id], Direction::Ingress, p.network));
}

TEST_CASE("Platform addresses pass every rule but those for their own tags") {
  Place p;
  const auto deny = p.b.group("deny", {}, {"Deny 100 * * -> * *"});
  const auto address = p.b.group("address", {}, {"Deny 100 Tcp * -> 169.254.169.254 80"});
  const auto tag = p.b.group("tag", {}, {"Deny 100 Tcp * -> AzurePlatformIMDS 80"});
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto imds = tcp("10.0.1.4", "169.254.169.254", 80);
  const auto decided = [&](model::GroupId id, const net::Flow& flow) {
    return decide(filters.of(p.b.cloud[id], Direction::Egress, p.network), flow, unknowns);
  };
  CHECK(decided(deny, imds).passes);
  CHECK(decided(deny, imds).rule == compiler::platform_rule().name);
  CHECK(decided(address, imds).passes);
  CHECK_FALSE(decided(tag, imds).passes);
  // The tag names one service, not the others.
  CHECK(decided(tag, tcp("10.0.1.4", "168.63.129.16", 80)).passes);
  CHECK_FALSE(decided(deny, tcp("10.0.1.4", "10.0.2.4", 80)).passes);
}

TEST_CASE("A rule for any protocol with ports: protocols without ports are open") {
  Place p;
  const auto id = p.b.group("g", {"Deny 100 * * -> * 22"});
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  net::Flow ping = tcp("10.0.1.4", "10.0.2.4", 0);
  ping.protocol = net::IpProtocol::Icmp;
  ping.source_port = 0;
  CHECK(decide(in, ping, unknowns).passes);
  CHECK_FALSE(decide(in, ping, unknowns, {"A-nsg-star-port"}).passes);
  CHECK_FALSE(decide(in, tcp("10.0.1.4", "10.0.2.4", 22), unknowns).passes);
  CHECK(decide(in, tcp("10.0.1.4", "10.0.2.4", 23), unknowns, {"A-nsg-star-port"}).passes);
}

TEST_CASE("A rule of unknown place stands before all others, or behind those of users") {
  Place p;
  const auto id = p.b.group("g", {"Allow 100 Tcp * -> * 22", "Deny 0 Tcp * -> * *"});
  p.b.cloud.groups[0].inbound[1].priority_open =
      p.b.unknown("A-priority", model::Unknown::Scope::World);
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  CHECK(decide(in, tcp("10.0.1.4", "10.0.2.4", 22), unknowns).passes);
  CHECK_FALSE(decide(in, tcp("10.0.1.4", "10.0.2.4", 22), unknowns, {"A-priority"}).passes);
  // It is a user's rule in any place: before the default rules.
  CHECK_FALSE(decide(in, tcp("10.0.1.4", "10.0.2.4", 80), unknowns).passes);
}

TEST_CASE("Conditions, open access, open addresses and groups of interfaces") {
  Place p;
  const auto id = p.b.group("g", {"Deny 100 Tcp * -> * 1", "Deny 110 Tcp * -> * 2",
                                  "Deny 120 Tcp 10.9.0.0/16 -> * 3", "Deny 130 Tcp * -> * 4"});
  auto& rules = p.b.cloud.groups[0].inbound;
  rules[0].only_if.push_back(p.b.unknown("A-if", model::Unknown::Scope::World));
  rules[1].access_open = p.b.unknown("A-access", model::Unknown::Scope::World);
  // Of the world: yet a set of addresses that nobody knows is not all or nothing.
  rules[2].source[0].what = p.b.unknown("A-address", model::Unknown::Scope::World);
  p.b.cloud.application_groups.push_back({"asg", "", support::addresses("10.0.1.4/32"), {}, {}});
  rules[3].source[0].what = model::ApplicationGroupId{0};
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  const auto passes = [&](net::Port port, const std::set<std::string>& holding) {
    return decide(in, tcp("10.0.1.4", "10.0.2.4", port), unknowns, holding).passes;
  };
  CHECK(passes(1, {}));
  CHECK_FALSE(passes(1, {"A-if"}));
  CHECK_FALSE(passes(2, {}));
  CHECK(passes(2, {"A-access"}));
  CHECK(passes(3, {}));
  CHECK_FALSE(passes(3, {"A-address"}));
  REQUIRE(in.rules[2].source.open.size() == 1);
  CHECK(unknowns[in.rules[2].source.open[0].unknown].scope == model::Unknown::Scope::Address);
  CHECK_FALSE(passes(4, {}));
  CHECK(decide(in, tcp("10.0.1.5", "10.0.2.4", 4), unknowns).passes);
}

TEST_CASE("An interface of the input is a member of what it names, whoever else is a member") {
  for (const std::string named : {"A-application-group", "A-interface-groups"}) {
    CAPTURE(named);
    Place p;
    const auto subnet = p.b.subnet(p.network, "web", "10.0.1.0/24");
    (void)p.b.interface("other", subnet, "10.0.1.5");
    const auto id = p.b.group("g", {"Deny 100 Tcp * -> * 443"});
    const auto more = p.b.unknown(named, model::Unknown::Scope::Address);
    p.b.cloud.application_groups.push_back(
        {"asg", "", support::addresses("10.0.1.4/32"), more, {}});
    p.b.cloud.groups[0].inbound[0].source[0].what = model::ApplicationGroupId{0};
    Unknowns unknowns(p.b.cloud);
    Filters filters(p.b.cloud, unknowns);
    const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
    const auto passes = [&](const char* source) {
      return decide(in, tcp(source, "10.0.2.4", 443), unknowns, {named}).passes;
    };
    CHECK_FALSE(passes("10.0.1.4"));
    CHECK_FALSE(passes("10.0.1.6"));
    // Where lists of interfaces could not be evaluated, this one may be any's.
    CHECK(passes("10.0.1.5") == (named == "A-application-group"));
  }
}

TEST_CASE("What an export has expanded counts as it is") {
  Place p;
  const auto id = p.b.group("g", {"Deny 100 Tcp Storage -> * *"});
  p.b.cloud.groups[0].inbound[0].source[0].expanded = support::addresses("13.64.0.0/24");
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& rule = filters.of(p.b.cloud[id], Direction::Ingress, p.network).rules[0];
  CHECK(rule.source.certain == support::addresses("13.64.0.0/24"));
  CHECK(rule.source.open.empty());
}

TEST_CASE("Default rules of an export let pods of an overlay pass, whatever their tag holds") {
  Place p;
  const auto nodes = p.b.subnet(p.network, "aks", "10.0.1.0/24");
  p.b.cluster(model::NetworkMode::Overlay, nodes);
  const auto id = p.b.group("g");
  for (model::SecurityRule& rule : p.b.cloud.groups[0].inbound) {
    if (rule.name != "AllowVnetInBound") continue;
    rule.source[0].expanded = support::addresses("10.0.0.0/16");
    rule.destination[0].expanded = support::addresses("10.0.0.0/16");
  }
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& in = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  CHECK(decide(in, tcp("10.244.1.4", "10.244.2.4", 80), unknowns).passes);
  CHECK_FALSE(decide(in, tcp("10.9.1.4", "10.244.2.4", 80), unknowns).passes);
}

TEST_CASE("A default route by the user moves the internet between two tags, never out of both") {
  Place p;
  const auto id = p.b.group("g", {}, {"Deny 4000 Tcp * -> Internet *"});
  const auto plain = p.b.group("plain");
  const auto subnet = p.b.subnet(p.network, "aks", "10.0.1.0/24");
  p.b.route(subnet, "0.0.0.0/0", model::NextHop::Appliance);
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto out = tcp("10.0.1.4", "8.8.8.8", 443);
  const auto& denied = filters.of(p.b.cloud[id], Direction::Egress, p.network);
  CHECK(decide(denied, out, unknowns).rule == "Deny 4000 Tcp * -> Internet *");
  CHECK(decide(denied, out, unknowns, {"A-VNET-TAG-UDR"}).rule == "AllowVnetOutBound");
  const auto& open = filters.of(p.b.cloud[plain], Direction::Egress, p.network);
  CHECK(decide(open, out, unknowns).rule == "AllowInternetOutBound");
  CHECK(decide(open, out, unknowns, {"A-VNET-TAG-UDR"}).rule == "AllowVnetOutBound");
  const auto& in = filters.of(p.b.cloud[plain], Direction::Ingress, p.network);
  CHECK_FALSE(decide(in, tcp("8.8.8.8", "10.0.1.4", 22), unknowns).passes);
  CHECK(decide(in, tcp("8.8.8.8", "10.0.1.4", 22), unknowns, {"A-VNET-TAG-UDR"}).passes);
  // IMDS stays exempt in both copies of the list.
  CHECK(
      decide(denied, tcp("10.0.1.4", "169.254.169.254", 80), unknowns, {"A-VNET-TAG-UDR"}).passes);
}

TEST_CASE("A group that the input does not hold has no rules; where it may not act, it may pass") {
  Place p;
  const auto id = p.b.group("missing");
  const auto deny = p.b.group("deny", {"Deny 100 * * -> * *"});
  p.b.cloud.groups[0].missing = p.b.unknown("A-missing-group", model::Unknown::Scope::World);
  const auto open = p.b.unknown("A-open", model::Unknown::Scope::World);
  Unknowns unknowns(p.b.cloud);
  Filters filters(p.b.cloud, unknowns);
  const auto& missing = filters.of(p.b.cloud[id], Direction::Ingress, p.network);
  CHECK(missing.missing.has_value());
  CHECK(missing.rules.empty());
  const auto& in = filters.of(p.b.cloud[deny], Direction::Ingress, p.network);
  const auto perhaps = Filters::perhaps(in, open);
  CHECK_FALSE(decide(perhaps, tcp("10.0.1.4", "10.0.2.4", 22), unknowns).passes);
  CHECK(decide(perhaps, tcp("10.0.1.4", "10.0.2.4", 22), unknowns, {"A-open"}).passes);
  const auto& admin = filters.of_admin(p.b.cloud[deny], Direction::Ingress, p.network);
  CHECK(admin.otherwise == model::Access::Allow);
}

}  // namespace
}  // namespace polreach
