// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/routed.h"

#include <doctest/doctest.h>

#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"

// Expected: Azure documentation, "Virtual network traffic routing", and AKS's outbound types.
namespace polreach {
namespace {

using compiler::Routed;
using compiler::routed_between;
using compiler::Site;
using compiler::Surroundings;
using model::NextHop;
using support::addresses;
using support::CloudBuilder;
using Answer = Routed::Answer;

struct Fixture {
  CloudBuilder b;
  model::NetworkId hub = b.network("hub", "10.0.0.0/16");
  model::NetworkId spoke = b.network("spoke", "10.1.0.0/16");
  model::NetworkId far = b.network("far", "10.2.0.0/16");
  model::SubnetId hub_subnet = b.subnet(hub, "a", "10.0.1.0/24");
  model::SubnetId spoke_subnet = b.subnet(spoke, "b", "10.1.1.0/24");
  model::SubnetId far_subnet = b.subnet(far, "c", "10.2.1.0/24");

  Fixture() {
    b.peer(hub, spoke);
    b.peer(spoke, hub);
    b.peer(hub, far);
    b.peer(far, hub);
  }
  model::Subnet& at(model::SubnetId id) { return b.cloud.subnets[static_cast<std::size_t>(id)]; }

  Routed between(model::SubnetId from, model::SubnetId to) const {
    Surroundings around(b.cloud, nullptr, {});
    return routed_between(around, subnet_sites(around, from, net::all_addresses()).at(0),
                          subnet_sites(around, to, net::all_addresses()).at(0));
  }
  Routed out(model::SubnetId from, std::string_view cidr) const {
    Surroundings around(b.cloud, nullptr, {});
    return routed_between(around, subnet_sites(around, from, net::all_addresses()).at(0),
                          compiler::outside_site("x", addresses(cidr)));
  }
  Routed in(std::string_view cidr, model::SubnetId to) const {
    Surroundings around(b.cloud, nullptr, {});
    return routed_between(around, compiler::outside_site("x", addresses(cidr)),
                          subnet_sites(around, to, net::all_addresses()).at(0));
  }
};

TEST_CASE("Peerings lead both ways where they are connected, and are not transitive") {
  Fixture f;
  CHECK(f.between(f.hub_subnet, f.hub_subnet).answer == Answer::Yes);
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::Yes);
  CHECK(f.between(f.spoke_subnet, f.far_subnet).answer == Answer::No);
  f.b.cloud.networks[1].peerings[0].connected = false;
  CHECK(f.between(f.spoke_subnet, f.hub_subnet).answer == Answer::No);
  // The other side still says that it is connected.
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::Unknown);
}

TEST_CASE("A user's route goes before the platform's of the same length, the longest before all") {
  Fixture f;
  f.b.route(f.hub_subnet, "10.1.0.0/16", NextHop::None);
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::No);
  f.b.route(f.hub_subnet, "10.1.1.0/24", NextHop::VirtualNetwork);
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::Yes);
  // Half of the subnet is dropped.
  f.b.route(f.hub_subnet, "10.1.1.0/25", NextHop::None);
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::Unknown);
}

TEST_CASE("To the internet: NAT gateway, default outbound access, private subnets") {
  Fixture f;
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Unknown);
  f.at(f.hub_subnet).default_outbound = true;
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Yes);
  f.at(f.hub_subnet).default_outbound = false;
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::No);
  f.at(f.hub_subnet).nat_gateway = true;
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Yes);
  f.b.route(f.hub_subnet, "0.0.0.0/0", NextHop::None);
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::No);
  // Within the network the default route does not count; platform addresses need no route.
  CHECK(f.between(f.hub_subnet, f.hub_subnet).answer == Answer::Yes);
  CHECK(f.out(f.hub_subnet, "169.254.169.254/32").answer == Answer::Yes);
}

TEST_CASE("A public address leads out and in") {
  Fixture f;
  f.at(f.hub_subnet).default_outbound = false;
  const auto id = f.b.interface("nic", f.hub_subnet, "10.0.1.4");
  const auto asked = [&](bool out) {
    Surroundings around(f.b.cloud, nullptr, {});
    const Site nic = interface_sites(around, id).at(0);
    const Site internet = compiler::outside_site("internet", addresses("8.8.8.0/24"));
    return (out ? routed_between(around, nic, internet) : routed_between(around, internet, nic))
        .answer;
  };
  // Without any group the platform keeps public addresses and load balancers closed.
  CHECK(asked(false) == Answer::No);
  f.b.cloud.interfaces[0].group = f.b.group("nic-group");
  CHECK(asked(true) == Answer::No);
  CHECK(asked(false) == Answer::Unknown);  // load balancers are not known
  f.b.cloud.interfaces[0].addresses[0].is_public = true;
  CHECK(asked(true) == Answer::Yes);
  CHECK(asked(false) == Answer::Yes);
  f.b.cloud.interfaces[0].group.reset();
  CHECK(asked(true) == Answer::Yes);
  CHECK(asked(false) == Answer::No);
}

TEST_CASE("Private addresses that nothing connects are not routed, unless there is a gateway") {
  Fixture f;
  CHECK(f.out(f.hub_subnet, "192.168.0.0/24").answer == Answer::No);
  CHECK(f.in("192.168.0.0/24", f.hub_subnet).answer == Answer::No);
  f.b.cloud.networks[0].has_gateway = true;
  CHECK(f.out(f.hub_subnet, "192.168.0.0/24").answer == Answer::Unknown);
  CHECK(f.out(f.spoke_subnet, "192.168.0.0/24").answer == Answer::Unknown);
}

TEST_CASE("A route to an appliance: nothing is known of it unless it is a firewall of the input") {
  Fixture f;
  f.b.route(f.hub_subnet, "0.0.0.0/0", NextHop::Appliance);
  f.b.cloud.route_tables[0].routes[0].appliance = support::address("10.0.9.4");
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Unknown);
  model::Firewall firewall;
  firewall.name = "fw";
  firewall.address = support::address("10.0.9.4");
  f.b.cloud.firewalls.push_back(firewall);
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::No);
  model::FirewallRule rule;
  rule.name = "web";
  rule.protocols = net::ProtocolSet(net::IpProtocol::Tcp);
  rule.source.push_back(support::term("10.0.0.0/16"));
  rule.destination.push_back(support::term("*"));
  rule.destination_ports = net::PortSet(443, 443);
  f.b.cloud.firewalls[0].rules.push_back(rule);
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Unknown);
  f.b.cloud.firewalls[0].rules[0].protocols = net::ProtocolSet::all();
  f.b.cloud.firewalls[0].rules[0].destination_ports = net::all_header_ports();
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::Yes);
  f.b.cloud.firewalls[0].rules[0].access = model::Access::Deny;
  CHECK(f.out(f.hub_subnet, "8.8.8.0/24").answer == Answer::No);
}

TEST_CASE("A table that is not in the input may lead anywhere") {
  Fixture f;
  f.b.route(f.hub_subnet, "10.9.0.0/16", NextHop::None);
  f.b.cloud.route_tables[0].missing = f.b.unknown("A-missing", model::Unknown::Scope::World);
  CHECK(f.between(f.hub_subnet, f.spoke_subnet).answer == Answer::Unknown);
}

TEST_CASE("A private endpoint beats the user's default route") {
  Fixture f;
  const auto id = f.b.interface("pe", f.hub_subnet, "10.0.1.9");
  f.b.cloud.interfaces[0].is_private_endpoint = true;
  f.b.route(f.spoke_subnet, "10.0.0.0/16", NextHop::None);
  Surroundings around(f.b.cloud, nullptr, {});
  const Site endpoint = interface_sites(around, id).at(0);
  const auto from = [&](model::SubnetId subnet) {
    return routed_between(around, subnet_sites(around, subnet, net::all_addresses()).at(0),
                          endpoint)
        .answer;
  };
  CHECK(from(f.spoke_subnet) == Answer::Yes);
  f.b.cloud.networks[1].peerings[0].connected = false;
  CHECK(from(f.spoke_subnet) == Answer::No);
}

TEST_CASE("Outbound types of a cluster") {
  Fixture f;
  f.at(f.hub_subnet).default_outbound = false;
  const auto id = f.b.cluster(model::NetworkMode::Overlay, f.hub_subnet);
  const auto out = [&](model::Outbound type) {
    f.b.cloud.clusters[0].outbound = type;
    Surroundings around(f.b.cloud, nullptr, id);
    return routed_between(around, node_site(around, {id, 0}),
                          compiler::outside_site("x", addresses("8.8.8.0/24")))
        .answer;
  };
  CHECK(out(model::Outbound::LoadBalancer) == Answer::Yes);
  CHECK(out(model::Outbound::ManagedNatGateway) == Answer::Yes);
  CHECK(out(model::Outbound::UserNatGateway) == Answer::Yes);
  CHECK(out(model::Outbound::UserRouting) == Answer::No);
  CHECK(out(model::Outbound::None) == Answer::No);
  CHECK(out(model::Outbound::Block) == Answer::No);
  // "Node public IP will allow outbound traffic with outbound type none".
  f.b.cloud.clusters[0].pools[0].node_public_ip = true;
  CHECK(out(model::Outbound::None) == Answer::Yes);
}

TEST_CASE("In the network that AKS manages, outbound types lead to the internet and nowhere else") {
  Fixture f;
  const auto id = f.b.cluster(model::NetworkMode::Overlay, std::nullopt);
  f.b.cloud.clusters[0].outbound = model::Outbound::LoadBalancer;
  const auto out = [&](std::string_view cidr) {
    Surroundings around(f.b.cloud, nullptr, id);
    return routed_between(around, node_site(around, {id, 0}),
                          compiler::outside_site("x", addresses(cidr)))
        .answer;
  };
  CHECK(out("8.8.8.0/24") == Answer::Yes);
  CHECK(out("10.9.0.0/24") == Answer::Unknown);
}

TEST_CASE("Networks with the same addresses do not reach each other by them") {
  Fixture f;
  const auto twin = f.b.network("twin", "10.0.0.0/16");
  const auto subnet = f.b.subnet(twin, "t", "10.0.1.0/24");
  CHECK(f.between(f.hub_subnet, subnet).answer == Answer::No);
}

}  // namespace
}  // namespace polreach
