// SPDX-License-Identifier: Apache-2.0
// The referee of clouds, and the table of flows, against statements of the documentation.
#include "tests/oracle/cloud.h"

#include <doctest/doctest.h>

#include "tests/oracle/flows.h"
#include "tests/oracle/scene.h"

namespace polreach::oracle {
namespace {

using model::Access;
using model::AddressTerm;
using model::GroupId;
using model::SecurityRule;
using model::SubnetId;

AddressTerm tag(const char* name) { return {model::ServiceTag{name}, name, {}, {}}; }
AddressTerm block(const char* text) { return {cidr(text), text, {}, {}}; }
AddressTerm any() { return {model::AnyAddress{}, "*", {}, {}}; }

SecurityRule rule(const char* name, std::int32_t priority, Access access, AddressTerm source,
                  AddressTerm destination, net::PortSet ports = net::all_header_ports()) {
  SecurityRule result;
  result.name = name;
  result.priority = priority;
  result.access = access;
  result.protocols = net::ProtocolSet::all();
  result.any_protocol = true;
  result.source = {std::move(source)};
  result.destination = {std::move(destination)};
  result.source_ports = net::all_header_ports();
  result.destination_ports = std::move(ports);
  result.is_default = priority >= 65000;
  return result;
}

/// A group with the six default rules and some of its own before them.
model::SecurityGroup group(std::vector<SecurityRule> inbound,
                           std::vector<SecurityRule> outbound = {}) {
  model::SecurityGroup result;
  result.name = "group";
  result.inbound = std::move(inbound);
  result.outbound = std::move(outbound);
  const char* vnet = "VirtualNetwork";
  const auto in = [&](SecurityRule r) { result.inbound.push_back(std::move(r)); };
  const auto out = [&](SecurityRule r) { result.outbound.push_back(std::move(r)); };
  in(rule("AllowVnetInBound", 65000, Access::Allow, tag(vnet), tag(vnet)));
  in(rule("AllowAzureLoadBalancerInBound", 65001, Access::Allow, tag("AzureLoadBalancer"), any()));
  in(rule("DenyAllInBound", 65500, Access::Deny, any(), any()));
  out(rule("AllowVnetOutBound", 65000, Access::Allow, tag(vnet), tag(vnet)));
  out(rule("AllowInternetOutBound", 65001, Access::Allow, any(), tag("Internet")));
  out(rule("DenyAllOutBound", 65500, Access::Deny, any(), any()));
  return result;
}

/// A network 10.0.0.0/16 with subnets web (10.0.1.0/24) and db (10.0.2.0/24), none with a group.
struct Town {
  model::Cloud cloud;

  Town() {
    cloud.networks.emplace_back();
    cloud.networks[0].name = "vnet";
    cloud.networks[0].space.prefixes = {cidr("10.0.0.0/16")};
    add_subnet("web", "10.0.1.0/24");
    add_subnet("db", "10.0.2.0/24");
  }
  void add_subnet(const char* name, const char* prefix) {
    model::Subnet subnet;
    subnet.name = name;
    subnet.space.prefixes = {cidr(prefix)};
    cloud.subnets.push_back(subnet);
  }
  GroupId add(model::SecurityGroup one) {
    cloud.groups.push_back(std::move(one));
    return static_cast<GroupId>(cloud.groups.size() - 1);
  }
  void guard(std::size_t subnet, model::SecurityGroup one) {
    cloud.subnets[subnet].group = add(std::move(one));
  }
  model::InterfaceId nic(const char* name) {
    model::Interface one;
    one.name = name;
    cloud.interfaces.push_back(one);
    return static_cast<model::InterfaceId>(cloud.interfaces.size() - 1);
  }
  model::UnknownId unknown(model::Unknown::Scope scope) {
    cloud.unknowns.push_back({.scope = scope, .id = "A", .what = {}, .settle = {}, .where = {}});
    return static_cast<model::UnknownId>(cloud.unknowns.size() - 1);
  }
  [[nodiscard]] Tri ask(const CloudPacket& packet) const { return decide(cloud, packet); }
  [[nodiscard]] CloudVerdict verdict(const CloudPacket& packet) const {
    return judge(cloud, packet, [](const std::string&) { return false; });
  }
};

CloudEnd at(const char* address, std::optional<std::uint32_t> subnet = {}) {
  CloudEnd end;
  end.address = ip(address);
  if (subnet) end.subnet = SubnetId{*subnet};
  return end;
}

CloudPacket tcp(CloudEnd source, CloudEnd destination, net::Port port) {
  CloudPacket packet;
  packet.source = std::move(source);
  packet.destination = std::move(destination);
  packet.destination_port = port;
  return packet;
}

}  // namespace

TEST_CASE("cloud oracle: without a group everything passes; with an empty one the default rules") {
  Town town;
  CHECK(town.ask(tcp(at("8.8.8.8"), at("10.0.1.4", 0), 22)) == Tri::Always);
  town.guard(0, group({}));
  const CloudVerdict in = town.verdict(tcp(at("8.8.8.8"), at("10.0.1.4", 0), 22));
  CHECK_FALSE(in.passes);
  CHECK(in.rule == "DenyAllInBound");
  CHECK(in.place == "subnet web");
  CHECK(town.verdict(tcp(at("10.0.2.4", 1), at("10.0.1.4", 0), 22)).rule == "AllowVnetInBound");
  CHECK(town.verdict(tcp(at("10.0.1.4", 0), at("8.8.8.8"), 22)).rule == "AllowInternetOutBound");
  CHECK(town.verdict(tcp(at("10.0.1.4", 0), at("192.168.7.7"), 22)).rule == "DenyAllOutBound");
}

TEST_CASE("cloud oracle: a rule for the front end leaves the network's other sources in") {
  Town town;
  town.guard(1, group({rule("web", 100, Access::Allow, block("10.0.1.0/24"), any(), {443, 443})}));
  CHECK(town.verdict(tcp(at("10.0.1.4", 0), at("10.0.2.4", 1), 443)).rule == "web");
  CHECK(town.verdict(tcp(at("10.0.1.4", 0), at("10.0.2.4", 1), 3389)).rule == "AllowVnetInBound");
}

TEST_CASE(
    "cloud oracle: both groups must allow, outbound the interface's first, inbound the subnet's") {
  Town town;
  const auto deny = [](const char* name) { return rule(name, 100, Access::Deny, any(), any()); };
  town.guard(0, group({deny("subnet-in")}, {deny("subnet-out")}));
  CloudEnd end = at("10.0.1.4", 0);
  end.interface = town.nic("nic");
  town.cloud.interfaces[0].group = town.add(group({deny("nic-in")}, {deny("nic-out")}));
  CHECK(town.verdict(tcp(at("10.0.2.4", 1), end, 80)).rule == "subnet-in");
  CHECK(town.verdict(tcp(end, at("10.0.2.4", 1), 80)).rule == "nic-out");
  town.cloud.groups[0] = group({});
  CHECK(town.verdict(tcp(at("10.0.2.4", 1), end, 80)).rule == "nic-in");
  town.cloud.groups[1] = group({});
  CHECK(town.ask(tcp(at("10.0.2.4", 1), end, 80)) == Tri::Always);
}

TEST_CASE("cloud oracle: a subnet's group acts within the subnet too") {
  Town town;
  town.guard(0, group({rule("none", 4096, Access::Deny, any(), any())}));
  CHECK(town.ask(tcp(at("10.0.1.4", 0), at("10.0.1.5", 0), 80)) == Tri::Never);
}

TEST_CASE("cloud oracle: peers are in VirtualNetwork where they are connected and let in") {
  Town town;
  town.guard(0, group({}));
  model::Peering peering;
  peering.remote.prefixes = {cidr("10.9.0.0/16")};
  town.cloud.networks[0].peerings = {peering};
  model::Peering& one = town.cloud.networks[0].peerings[0];
  const CloudPacket packet = tcp(at("10.9.0.4"), at("10.0.1.4", 0), 80);
  CHECK(town.ask(packet) == Tri::Always);
  one.connected = false;
  CHECK(town.ask(packet) == Tri::Never);
  one.connected = true;
  one.access = false;
  CHECK(town.ask(packet) == Tri::Never);
}

TEST_CASE(
    "cloud oracle: prefixes of routes, and what is behind a gateway, may be in VirtualNetwork") {
  Town town;
  town.guard(0, group({}));
  town.cloud.route_tables.emplace_back();
  town.cloud.subnets[0].routes = model::RouteTableId{0};
  const CloudPacket packet = tcp(at("8.8.8.8"), at("10.0.1.4", 0), 80);
  CHECK(town.ask(packet) == Tri::Never);
  model::Route route;
  route.prefix = cidr("0.0.0.0/0");
  town.cloud.route_tables[0].routes = {route};
  CHECK(town.ask(packet) == Tri::Sometimes);
  town.cloud.subnets[0].routes.reset();
  town.cloud.networks[0].has_gateway = true;
  CHECK(town.ask(tcp(at("192.168.1.1"), at("10.0.1.4", 0), 80)) == Tri::Sometimes);
}

TEST_CASE(
    "cloud oracle: AzureLoadBalancer is the probes' address, not the clients of a load balancer") {
  Town town;
  town.guard(0, group({rule("probe", 100, Access::Allow, tag("AzureLoadBalancer"), any()),
                       rule("rest", 200, Access::Deny, any(), any())}));
  CHECK(town.ask(tcp(at("168.63.129.16"), at("10.0.1.4", 0), 80)) == Tri::Always);
  CHECK(town.ask(tcp(at("8.8.8.8"), at("10.0.1.4", 0), 80)) == Tri::Never);
}

TEST_CASE("cloud oracle: platform addresses are subject to rules with their own tags only") {
  Town town;
  town.guard(0, group({}, {rule("none", 100, Access::Deny, any(), any())}));
  const CloudPacket metadata = tcp(at("10.0.1.4", 0), at("169.254.169.254"), 80);
  CHECK(town.ask(metadata) == Tri::Always);
  CHECK(town.ask(tcp(at("10.0.1.4", 0), at("168.63.129.16"), 53)) == Tri::Always);
  CHECK(town.ask(tcp(at("10.0.1.4", 0), at("8.8.8.8"), 53)) == Tri::Never);
  town.cloud.groups[0] =
      group({}, {rule("imds", 100, Access::Deny, any(), tag("AzurePlatformIMDS"))});
  CHECK(town.ask(metadata) == Tri::Never);
  CHECK(town.ask(tcp(at("10.0.1.4", 0), at("168.63.129.16"), 53)) == Tri::Always);
}

TEST_CASE("cloud oracle: a tag without a table is unknown, with one it is its addresses") {
  Town town;
  town.guard(0, group({}, {rule("sql", 100, Access::Deny, any(), tag("Sql"))}));
  const CloudPacket packet = tcp(at("10.0.1.4", 0), at("20.0.0.1"), 1433);
  CHECK(town.ask(packet) == Tri::Sometimes);
  town.cloud.service_tags.tags["sql"] = {"Sql", net::addresses_of(cidr("20.0.0.0/24"))};
  CHECK(town.ask(packet) == Tri::Never);
  CHECK(town.ask(tcp(at("10.0.1.4", 0), at("20.0.1.1"), 1433)) == Tri::Always);
}

TEST_CASE("cloud oracle: any protocol with ports, for a protocol without them") {
  Town town;
  town.guard(0, group({rule("p", 100, Access::Allow, any(), any(), {80, 80})}));
  CloudPacket packet = tcp(at("8.8.8.8"), at("10.0.1.4", 0), 0);
  packet.protocol = net::IpProtocol::Icmp;
  CHECK(town.ask(packet) == Tri::Sometimes);
  town.cloud.groups[0].inbound[0].destination_ports = net::all_header_ports();
  CHECK(town.ask(packet) == Tri::Always);
}

TEST_CASE("cloud oracle: application groups hold their members only") {
  Town town;
  town.cloud.application_groups.emplace_back();
  town.cloud.application_groups[0].members = net::addresses_of(cidr("10.0.1.4/32"));
  AddressTerm members;
  members.what = model::ApplicationGroupId{0};
  town.guard(0, group({rule("asg", 100, Access::Deny, any(), members)}));
  CHECK(town.ask(tcp(at("10.0.2.4", 1), at("10.0.1.4", 0), 80)) == Tri::Never);
  CHECK(town.ask(tcp(at("10.0.2.4", 1), at("10.0.1.5", 0), 80)) == Tri::Always);
  town.cloud.application_groups[0].more = town.unknown(model::Unknown::Scope::Address);
  CHECK(town.ask(tcp(at("10.0.2.4", 1), at("10.0.1.5", 0), 80)) == Tri::Sometimes);
}

TEST_CASE("cloud oracle: what could not be read is open, and only where it decides") {
  Town town;
  town.guard(0, group({rule("first", 100, Access::Deny, any(), any(), {22, 22}),
                       rule("odd", 200, Access::Allow, any(), any(), {22, 23})}));
  SecurityRule& odd = town.cloud.groups[0].inbound[1];
  const auto ask = [&](net::Port port) {
    return town.ask(tcp(at("8.8.8.8"), at("10.0.1.4", 0), port));
  };
  CHECK(ask(22) == Tri::Never);
  CHECK(ask(23) == Tri::Always);
  odd.priority_open = town.unknown(model::Unknown::Scope::World);
  CHECK(ask(22) == Tri::Sometimes);
  CHECK(ask(23) == Tri::Always);
  odd.priority_open.reset();
  odd.access_open = town.unknown(model::Unknown::Scope::World);
  CHECK(ask(22) == Tri::Never);
  CHECK(ask(23) == Tri::Sometimes);
  town.cloud.groups[0].missing = town.unknown(model::Unknown::Scope::World);
  CHECK(ask(24) == Tri::Sometimes);
}

TEST_CASE("cloud oracle: groups act on private endpoints where the subnet says so") {
  Town town;
  town.guard(0, group({rule("none", 100, Access::Deny, any(), any())}));
  CloudEnd end = at("10.0.1.4", 0);
  end.interface = town.nic("pe");
  town.cloud.interfaces[0].is_private_endpoint = true;
  const CloudPacket packet = tcp(at("10.0.2.4", 1), end, 443);
  CHECK(town.ask(packet) == Tri::Always);
  town.cloud.subnets[0].private_endpoints = model::PrivateEndpointPolicies::SecurityGroups;
  CHECK(town.ask(packet) == Tri::Never);
  town.cloud.subnets[0].private_endpoints = model::PrivateEndpointPolicies::Routes;
  CHECK(town.ask(packet) == Tri::Always);
}

TEST_CASE("cloud oracle: a network manager's rules come before both groups") {
  Town town;
  town.guard(0, group({rule("none", 100, Access::Deny, any(), any())}));
  CloudEnd end = at("10.0.1.4", 0);
  end.interface = town.nic("nic");
  model::SecurityGroup admin;
  admin.inbound = {rule("always", 1, Access::AlwaysAllow, any(), any(), {80, 80}),
                   rule("never", 2, Access::Deny, any(), any(), {81, 81})};
  town.cloud.interfaces[0].admin = town.add(admin);
  CHECK(town.verdict(tcp(at("8.8.8.8"), end, 80)).rule == "always");
  CHECK(town.ask(tcp(at("8.8.8.8"), end, 80)) == Tri::Always);
  CHECK(town.verdict(tcp(at("8.8.8.8"), end, 81)).rule == "never");
  CHECK(town.verdict(tcp(at("8.8.8.8"), end, 82)).rule == "none");
}

TEST_CASE("flow table: one row for each flow, and none where a packet cannot be sent") {
  for (const FlowRow& row : flow_table()) {
    for (const model::NetworkMode mode : row.modes) {
      for (const FlowPlacement placement : {FlowPlacement::SameNode, FlowPlacement::OtherNode}) {
        if (row.placement != FlowPlacement::Any && row.placement != placement) continue;
        CHECK(expected_flow(row.source, row.target, mode, placement, row.policy, row.floating) ==
              &row);
      }
    }
  }
  for (const auto mode : {model::NetworkMode::Overlay, model::NetworkMode::Kubenet}) {
    CHECK(expected_flow(FlowSource::Outside, FlowTarget::Pod, mode, FlowPlacement::OtherNode) ==
          nullptr);
  }
}

TEST_CASE("flow table: groups see the node's address where the source is translated") {
  const auto first_source = [](FlowTarget target, model::NetworkMode mode) {
    const FlowRow* row = expected_flow(FlowSource::Pod, target, mode, FlowPlacement::OtherNode);
    REQUIRE(row != nullptr);
    CHECK(row->steps.front().place == FlowPlace::PodPolicies);
    CHECK(row->steps.front().source == FlowAddress::Pod);
    return row->steps.at(1).source;
  };
  using enum model::NetworkMode;
  CHECK(first_source(FlowTarget::VirtualNet, Overlay) == FlowAddress::Node);
  CHECK(first_source(FlowTarget::VirtualNet, NodeSubnet) == FlowAddress::Pod);
  CHECK(first_source(FlowTarget::PeerOrOnPrem, NodeSubnet) == FlowAddress::Node);
  CHECK(first_source(FlowTarget::Internet, PodSubnet) == FlowAddress::Pod);
  CHECK(first_source(FlowTarget::Pod, Overlay) == FlowAddress::Pod);
}

}  // namespace polreach::oracle
