// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/service_paths.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/cloud_builder.h"
#include "tests/azure/pods_builder.h"

// Expected: kubernetes-sigs/cloud-provider-azure (the rules that it writes, floating IP), and the
// AKS documentation on load balancers, externalTrafficPolicy and Azure NPM.
namespace polreach {
namespace {

using compiler::Connection;
using compiler::Entry;
using compiler::ServiceFacts;
using compiler::Site;
using compiler::Surroundings;
using support::address;
using support::addresses;
using support::decide;
using support::hops;
using support::mentions;
using support::prefix;
using support::tcp;
using support::way;
using Lines = std::vector<std::string>;

struct Fixture {
  support::CloudBuilder b;
  support::PodsBuilder p;
  model::NetworkId network = b.network("vnet", "10.0.0.0/16");
  model::GroupId group = b.group("g", {"Allow 100 Tcp Internet -> 10.0.1.0/24 443"});
  model::SubnetId nodes = b.subnet(network, "nodes", "10.0.1.0/24", group);
  model::SubnetId jump = b.subnet(network, "jump", "10.0.3.0/24");
  model::EndpointId web = p.pod("web");
  model::ManagedClusterId cluster = b.cluster(model::NetworkMode::Overlay, nodes);
  model::ClusterProfile profile;
  ServiceFacts service;

  Fixture() {
    service.name = "shop/web";
    service.type = model::ServiceType::LoadBalancer;
    service.ingress_addresses.push_back(address("20.1.2.3"));
    service.ports.push_back({net::Protocol::Tcp, 443, net::Port{30443}, net::Port{8443}, {}});
  }
};

struct Asked {
  compiler::Cluster cluster;
  Surroundings around;
  const Fixture* f;
  explicit Asked(const Fixture& fixture)
      : cluster(fixture.p.model, fixture.profile),
        around(fixture.b.cloud, &cluster, fixture.cluster),
        f(&fixture) {}

  Connection from(const Site& client, Entry entry = Entry::Frontend) {
    return service_connection(around, client, f->service, f->service.ports[0], entry, f->web);
  }
  Connection from_internet(Entry entry = Entry::Frontend) {
    return from(compiler::outside_site("the internet", addresses("8.8.8.0/24")), entry);
  }
  Connection from_jump(Entry entry = Entry::Frontend) {
    return from(compiler::subnet_sites(around, f->jump, net::all_addresses()).at(0), entry);
  }
  /// What the filter of the first hop in a place decides.
  support::Decision at(const compiler::Path& path, const std::string& place, const net::Flow& flow,
                       const std::set<std::string>& holding = {}) {
    for (const compiler::Hop& hop : path.hops) {
      if (hop.kind == compiler::Hop::Kind::Filter && hop.place == place) {
        return decide(path.filters[hop.filter], flow, around.unknowns(), holding);
      }
    }
    throw std::runtime_error("no hop at " + place);
  }
};

const std::string kNic = "interfaces of node pool apps";
const std::string kSameNode = "to a pod on the node that takes it";

TEST_CASE("Row 10: floating IP, externalTrafficPolicy Cluster") {
  const Fixture f;
  Asked asked(f);
  const Connection c = asked.from_internet();
  REQUIRE(c.ways.size() == 2);
  const std::string first = " 8.8.8.0/24->20.1.2.3";
  const std::string second = " any of 10.0.1.0/24->any of 10.244.0.0/16:8443";
  const Lines taking = {"in load balancer of Service shop/web" + first,
                        "in subnet vnet/nodes" + first, "in " + kNic + first};
  Lines same = taking;
  same.push_back("policies in pod shop/web" + second);
  CHECK(hops(way(c.ways, kSameNode)) == same);
  Lines other = taking;
  for (const std::string& line :
       {"out " + kNic + second, "out subnet vnet/nodes" + second, "in subnet vnet/nodes" + second,
        "in " + kNic + second, "policies in pod shop/web" + second}) {
    other.push_back(line);
  }
  CHECK(hops(way(c.ways, "to a pod on another node")) == other);
  CHECK(c.routed.answer == compiler::Routed::Answer::Yes);
  // The policies see a node, not the client.
  CHECK(std::get<net::AddressSet>(*way(c.ways, kSameNode).hops.back().other) ==
        addresses("10.0.1.0/24"));
}

TEST_CASE("A rule for the nodes' subnet does not open a frontend; AKS's own rule does") {
  const Fixture f;
  Asked asked(f);
  const Connection c = asked.from_internet();
  const auto& path = way(c.ways, kSameNode);
  const auto packet = tcp("8.8.8.8", "20.1.2.3", 443);
  CHECK_FALSE(asked.at(path, "subnet vnet/nodes", packet).passes);
  CHECK(asked.at(path, kNic, packet).passes);
  CHECK_FALSE(asked.at(path, kNic, tcp("8.8.8.8", "20.1.2.3", 80)).passes);
  // A frontend forwards the ports of the Service in their protocol, and nothing else.
  const std::string balancer = "load balancer of Service shop/web";
  CHECK(asked.at(path, balancer, packet).passes);
  CHECK_FALSE(asked.at(path, balancer, tcp("8.8.8.8", "20.1.2.3", 80)).passes);
  net::Flow other = packet;
  other.protocol = net::IpProtocol::Udp;
  CHECK_FALSE(asked.at(path, balancer, other).passes);
}

TEST_CASE("Row 11: externalTrafficPolicy Local keeps the client, and there is no second leg") {
  Fixture f;
  f.service.external_local = true;
  Asked asked(f);
  const Connection c = asked.from_internet();
  REQUIRE(c.ways.size() == 1);
  CHECK(hops(c.ways[0]) == Lines{"in load balancer of Service shop/web 8.8.8.0/24->20.1.2.3",
                                 "in subnet vnet/nodes 8.8.8.0/24->20.1.2.3",
                                 "in " + kNic + " 8.8.8.0/24->20.1.2.3",
                                 "policies in pod shop/web 8.8.8.0/24->any of 10.244.0.0/16:8443"});
  CHECK(std::get<net::AddressSet>(*c.ways[0].hops.back().other) == addresses("8.8.8.0/24"));
}

TEST_CASE("Without floating IP groups see a node and its port") {
  Fixture f;
  f.service.floating_ip = false;
  Asked asked(f);
  const Connection c = asked.from_internet();
  const auto& path = way(c.ways, kSameNode);
  CHECK(hops(path)[1] == "in subnet vnet/nodes 8.8.8.0/24->any of 10.0.1.0/24:30443");
  CHECK(asked.at(path, kNic, tcp("8.8.8.8", "10.0.1.4", 30443)).passes);
  CHECK_FALSE(asked.at(path, kNic, tcp("8.8.8.8", "10.0.1.4", 443)).passes);
  f.service.ports[0].node_port.reset();
  Asked unknown(f);
  const Connection d = unknown.from_internet();
  REQUIRE(d.ways.size() == 1);
  CHECK(unknown.around.unknowns()[*d.ways[0].hops[0].gate].id == "A-node-port");
}

TEST_CASE("Source ranges restrict the internet, and do not bind within the network") {
  Fixture f;
  f.service.source_ranges.push_back(prefix("9.9.9.0/24"));
  f.service.ranges_hold_on_nodes = false;  // of an annotation
  {
    Asked asked(f);
    const Connection c = asked.from_internet();
    const auto& path = way(c.ways, kSameNode);
    CHECK_FALSE(asked.at(path, kNic, tcp("8.8.8.8", "20.1.2.3", 443)).passes);
    CHECK(asked.at(path, kNic, tcp("9.9.9.9", "20.1.2.3", 443)).passes);
    CHECK(c.ways[0].hops.size() == 4);
  }
  // An internal frontend in the network: AllowVnetInBound lets everyone of the network pass.
  f.service.internal = true;
  f.service.ingress_addresses = {address("10.0.1.200")};
  {
    Asked asked(f);
    const Connection c = asked.from_jump();
    const auto& path = way(c.ways, kSameNode);
    const auto decision = asked.at(path, kNic, tcp("10.0.3.4", "10.0.1.200", 443));
    CHECK(decision.rule == "AllowVnetInBound");
    CHECK(c.routed.answer == compiler::Routed::Answer::Yes);
    CHECK(asked.from_internet().routed.answer == compiler::Routed::Answer::No);
  }
  // Unless the annotation says so.
  f.service.deny_others = true;
  {
    Asked asked(f);
    const Connection c = asked.from_jump();
    const auto& path = way(c.ways, kSameNode);
    CHECK_FALSE(asked.at(path, kNic, tcp("10.0.3.4", "10.0.1.200", 443)).passes);
    // Which is what the ranges of an internal Service are for.
    CHECK(asked.at(path, kNic, tcp("9.9.9.9", "10.0.1.200", 443)).passes);
  }
}

TEST_CASE("What comes from a private address has a public one at a public frontend") {
  Fixture f;
  const auto source_at = [](const compiler::Path& path, const std::string& place) {
    const auto hop = std::find_if(path.hops.begin(), path.hops.end(), [&](const auto& each) {
      return each.place == place && each.direction == model::Direction::Ingress;
    });
    REQUIRE(hop != path.hops.end());
    return hop->header.source;
  };
  using Kind = compiler::HeaderAddress::Kind;
  {
    Asked asked(f);
    const Connection c = asked.from_jump();
    const auto source = source_at(way(c.ways, kSameNode), kNic);
    CHECK(source.kind == Kind::Chosen);
    CHECK(source.variable == compiler::kOutboundAddress);
    CHECK(source.among == (net::internet_addresses() & net::all_addresses(net::Family::V4)));
    const Connection own = asked.from_internet();
    CHECK(source_at(way(own.ways, kSameNode), kNic).kind == Kind::OfPacket);
    const Connection node_port = asked.from_jump(Entry::NodePort);
    CHECK(source_at(way(node_port.ways, kSameNode), kNic).kind == Kind::OfPacket);
  }
  // The policies of a pod see it under Local.
  f.service.external_local = true;
  {
    Asked asked(f);
    const Connection c = asked.from_jump();
    CHECK(c.ways.at(0).hops.back().header.source.variable == compiler::kOutboundAddress);
  }
  // An interface with an address of its own.
  const auto nic = f.b.interface("vm-nic", f.jump, "10.0.3.4");
  f.b.cloud.interfaces[static_cast<std::size_t>(nic)].addresses[0].public_address =
      address("20.9.9.9");
  {
    Asked asked(f);
    const Connection c = asked.from(compiler::interface_sites(asked.around, nic).at(0));
    CHECK(source_at(c.ways.at(0), kNic).among == addresses("20.9.9.9/32"));
  }
  f.service.internal = true;
  f.service.ingress_addresses = {address("10.0.1.200")};
  Asked asked(f);
  const Connection c = asked.from_jump();
  CHECK(source_at(c.ways.at(0), kNic).kind == Kind::OfPacket);
}

TEST_CASE("Nodes enforce loadBalancerSourceRanges; where the ranges are from is a fact") {
  Fixture f;
  f.service.source_ranges.push_back(prefix("9.9.9.0/24"));
  f.service.ranges_hold_on_nodes = true;
  const std::string place = "nodes, source ranges of Service shop/web";
  {
    Asked asked(f);
    const Connection c = asked.from_jump();
    CHECK_FALSE(asked.at(way(c.ways, kSameNode), place, tcp("10.0.3.4", "20.1.2.3", 443)).passes);
    CHECK(asked.at(way(c.ways, kSameNode), place, tcp("9.9.9.9", "20.1.2.3", 443)).passes);
  }
  f.service.ranges_hold_on_nodes.reset();
  Asked asked(f);
  const Connection c = asked.from_jump();
  const auto packet = tcp("10.0.3.4", "20.1.2.3", 443);
  CHECK_FALSE(asked.at(way(c.ways, kSameNode), place, packet).passes);
  CHECK(asked.at(way(c.ways, kSameNode), place, packet, {"A-host-ranges"}).passes);
}

TEST_CASE("Row 12: an internal load balancer gets no rule, unless everyone was written out") {
  Fixture f;
  f.service.internal = true;
  f.service.ingress_addresses = {address("10.0.1.200")};
  const auto from_internet = tcp("8.8.8.8", "10.0.1.200", 443);
  {
    Asked asked(f);
    const Connection c = asked.from_internet();
    CHECK_FALSE(asked.at(way(c.ways, kSameNode), kNic, from_internet).passes);
  }
  f.service.source_ranges.push_back(prefix("0.0.0.0/0"));
  Asked asked(f);
  const Connection c = asked.from_internet();
  CHECK(asked.at(way(c.ways, kSameNode), kNic, from_internet).passes);
  CHECK(c.routed.answer == compiler::Routed::Answer::No);
}

TEST_CASE("Row 13: a node port") {
  const Fixture f;
  Asked asked(f);
  const Connection c = asked.from_jump(Entry::NodePort);
  const auto& path = way(c.ways, kSameNode);
  CHECK(hops(path)[1] == "in subnet vnet/nodes 10.0.3.0/24->10.0.1.0/24");
  CHECK_FALSE(path.hops[1].header.destination_port.has_value());
  CHECK(asked.at(path, "node port of Service shop/web", tcp("10.0.3.4", "10.0.1.4", 30443)).passes);
  CHECK_FALSE(
      asked.at(path, "node port of Service shop/web", tcp("10.0.3.4", "10.0.1.4", 443)).passes);
  net::Flow other = tcp("10.0.3.4", "10.0.1.4", 30443);
  other.protocol = net::IpProtocol::Udp;
  CHECK_FALSE(asked.at(path, "node port of Service shop/web", other).passes);
  CHECK(asked.at(path, kNic, tcp("10.0.3.4", "10.0.1.4", 30443)).rule == "AllowVnetInBound");
  CHECK(asked.at(path, kNic, tcp("8.8.8.8", "10.0.1.4", 30443)).rule == "DenyAllInBound");
}

TEST_CASE("Azure NPM does not see what comes through a Service under Cluster") {
  Fixture f;
  f.profile.engine = model::Engine::AzureNpm;
  const auto has_policies = [](const compiler::Path& path) {
    return std::any_of(path.hops.begin(), path.hops.end(),
                       [](const auto& hop) { return hop.kind == compiler::Hop::Kind::Policies; });
  };
  {
    Asked asked(f);
    const Connection c = asked.from_internet();
    CHECK(std::none_of(c.ways.begin(), c.ways.end(), has_policies));
    CHECK(mentions(c.notes, "Azure NPM"));
  }
  f.service.external_local = true;
  Asked asked(f);
  const Connection c = asked.from_internet();
  CHECK(has_policies(c.ways.at(0)));
}

TEST_CASE("A group of the input counts as it is; AKS's rules are not added to it") {
  Fixture f;
  f.b.cloud.clusters[0].node_group = f.b.group("aks-agentpool-1-nsg");
  Asked asked(f);
  const Connection c = asked.from_internet();
  CHECK_FALSE(asked.at(way(c.ways, kSameNode), kNic, tcp("8.8.8.8", "20.1.2.3", 443)).passes);
  CHECK(mentions(c.notes, "may not have the rules of a Service that is new"));
}

TEST_CASE("A default route to an appliance takes the replies another way") {
  Fixture f;
  f.b.route(f.nodes, "0.0.0.0/0", model::NextHop::Appliance);
  Asked asked(f);
  CHECK(asked.from_internet().routed.answer == compiler::Routed::Answer::Unknown);
}

TEST_CASE("A ClusterIP Service has no entry, and an unknown port name leaves it open") {
  Fixture f;
  f.service.ports[0].target = f.p.model.symbols->intern("https");
  {
    Asked asked(f);
    const Connection c = asked.from_internet();
    CHECK(asked.around.unknowns()[*c.ways.at(0).hops[0].gate].id == "A-named-target");
  }
  f.service.type = model::ServiceType::ClusterIp;
  Asked asked(f);
  const Connection c = asked.from_internet();
  REQUIRE(c.ways.size() == 1);
  CHECK_FALSE(c.ways[0].hops.at(0).gate.has_value());
  CHECK(c.routed.answer == compiler::Routed::Answer::No);
}

}  // namespace
}  // namespace polreach
