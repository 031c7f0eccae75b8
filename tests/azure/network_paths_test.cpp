// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/network_paths.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/cloud_builder.h"

// Expected: Azure documentation, "How network security groups filter network traffic": outbound
// the group of the interface, then that of the subnet; inbound the other way round.
namespace polreach {
namespace {

using compiler::network_connection;
using compiler::Path;
using compiler::Site;
using compiler::Surroundings;
using support::addresses;
using support::CloudBuilder;

std::vector<std::string> places(const Path& path) {
  std::vector<std::string> result;
  for (const compiler::Hop& hop : path.hops) {
    result.push_back((hop.direction == model::Direction::Egress ? "out " : "in ") + hop.place);
  }
  return result;
}

bool mentions(const std::vector<std::string>& notes, std::string_view words) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const auto& n) { return n.find(words) != std::string::npos; });
}

TEST_CASE("Between interfaces: interface, subnet, subnet, interface; also within one subnet") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto group = b.group("g");
  const auto web = b.subnet(network, "web", "10.0.1.0/24", group);
  const auto db = b.subnet(network, "db", "10.0.2.0/24", group);
  const auto a = b.interface("a", web, "10.0.1.4", group);
  const auto c = b.interface("c", web, "10.0.1.5", group);
  const auto d = b.interface("d", db, "10.0.2.4", group);
  Surroundings around(b.cloud, nullptr, {});
  const auto site = [&](model::InterfaceId id) { return interface_sites(around, id).at(0); };
  const auto far = network_connection(around, site(a), site(d));
  REQUIRE(far.ways.size() == 1);
  CHECK(places(far.ways[0]) == std::vector<std::string>{"out network interface a",
                                                        "out subnet vnet/web", "in subnet vnet/db",
                                                        "in network interface d"});
  CHECK(far.ways[0].source == addresses("10.0.1.4/32"));
  CHECK(far.ways[0].source_is_asked);
  const auto near = network_connection(around, site(a), site(c));
  CHECK(places(near.ways[0]) ==
        std::vector<std::string>{"out network interface a", "out subnet vnet/web",
                                 "in subnet vnet/web", "in network interface c"});
  const auto itself = network_connection(around, site(a), site(a));
  CHECK(itself.ways[0].hops.empty());
  const char* const note = "an interface reaches itself without any filter";
  CHECK(mentions(itself.notes, note));
  CHECK_FALSE(mentions(near.notes, note));
}

TEST_CASE("Interfaces with a group of their own are sites of their own in their subnet") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto group = b.group("g");
  const auto web = b.subnet(network, "web", "10.0.1.0/24", group);
  b.interface("own", web, "10.0.1.4", group);
  b.interface("plain", web, "10.0.1.5");
  Surroundings around(b.cloud, nullptr, {});
  const auto sites = subnet_sites(around, web, net::all_addresses());
  REQUIRE(sites.size() == 2);
  CHECK(sites[0].addresses == addresses("10.0.1.0/24") - addresses("10.0.1.4/32"));
  CHECK(sites[1].addresses == addresses("10.0.1.4/32"));
  CHECK(sites[1].stands[0].guards.size() == 2);
}

TEST_CASE("Instances of a scale set may be at any address of their subnet") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto group = b.group("g");
  const auto web = b.subnet(network, "web", "10.0.1.0/24");
  const auto id = b.interface("set-nic", web, "", group);
  b.cloud.interfaces[0].is_scale_set = true;
  Surroundings around(b.cloud, nullptr, {});
  const auto sites = subnet_sites(around, web, net::all_addresses());
  REQUIRE(sites.size() == 1);
  CHECK(sites[0].stands.size() == 2);
  const auto instance = interface_sites(around, id).at(0);
  CHECK_FALSE(instance.is_asked);
  CHECK(instance.addresses == addresses("10.0.1.0/24"));
}

TEST_CASE("A subnet whose prefixes are not known has some addresses of its network") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web = b.subnet(network, "web", "10.0.1.0/24");
  Surroundings around(b.cloud, nullptr, {});
  const auto site = [&] { return subnet_sites(around, web, net::all_addresses()).at(0); };
  CHECK(site().is_asked);
  CHECK_FALSE(mentions(site().notes, "are not known"));
  b.cloud.subnets[0].space.prefixes.clear();
  CHECK(site().addresses == addresses("10.0.0.0/16"));
  CHECK_FALSE(site().is_asked);
  CHECK(mentions(site().notes, "the addresses of subnet vnet/web are not known"));
}

TEST_CASE("Ends in no subnet have no filters, and the answer says so") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web = b.subnet(network, "web", "10.0.1.0/24", b.group("g"));
  Surroundings around(b.cloud, nullptr, {});
  const auto inside = subnet_sites(around, web, net::all_addresses()).at(0);
  const auto internet = compiler::outside_site("the internet", net::internet_addresses());
  const auto c = network_connection(around, internet, inside);
  CHECK(places(c.ways[0]) == std::vector<std::string>{"in subnet vnet/web"});
  CHECK(mentions(c.notes, "no filter there is known"));
  // The subnet has no IPv6 addresses.
  CHECK(c.ways[0].source == (net::internet_addresses() & net::all_addresses(net::Family::V4)));
  const auto six = compiler::outside_site("v6", addresses("2600::/16"));
  const auto none = network_connection(around, six, inside);
  REQUIRE(none.ways[0].hops.size() == 1);
  CHECK(none.ways[0].hops[0].kind == compiler::Hop::Kind::Gate);
  CHECK_FALSE(none.ways[0].hops[0].gate.has_value());
}

TEST_CASE("Private endpoints: the subnet's group acts only where its policies are enabled") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto subnet = b.subnet(network, "pe", "10.0.3.0/24", b.group("g"));
  const auto id = b.interface("pe-nic", subnet, "10.0.3.4");
  b.cloud.interfaces[0].is_private_endpoint = true;
  Surroundings around(b.cloud, nullptr, {});
  const auto outside = compiler::outside_site("x", addresses("10.0.9.0/24"));
  const auto dead = network_connection(around, outside, interface_sites(around, id).at(0));
  CHECK(dead.ways[0].hops.empty());
  CHECK(mentions(dead.notes, "does not act on private endpoints"));
  for (const auto policies :
       {model::PrivateEndpointPolicies::Enabled, model::PrivateEndpointPolicies::SecurityGroups}) {
    b.cloud.subnets[0].private_endpoints = policies;
    Surroundings now(b.cloud, nullptr, {});
    const auto c = network_connection(now, outside, interface_sites(now, id).at(0));
    CHECK(places(c.ways[0]) == std::vector<std::string>{"in subnet vnet/pe"});
  }
}

TEST_CASE("A subnet with nodes of a cluster: an address may be a node's, behind the nodes' group") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto nodes = b.subnet(network, "aks", "10.0.1.0/24", b.group("g"));
  b.cluster(model::NetworkMode::Overlay, nodes);
  Surroundings around(b.cloud, nullptr, {});
  const auto site = subnet_sites(around, nodes, net::all_addresses()).at(0);
  REQUIRE(site.stands.size() == 2);
  const auto c =
      network_connection(around, compiler::outside_site("x", addresses("8.8.8.8/32")), site);
  REQUIRE(c.ways.size() == 2);
  CHECK(places(c.ways[0]) == std::vector<std::string>{"in subnet vnet/aks"});
  CHECK(places(c.ways[1]) ==
        std::vector<std::string>{"in subnet vnet/aks", "in interfaces of node pool apps"});
}

TEST_CASE("Pods have addresses in their nodes' subnet with a flat network, and not in an overlay") {
  for (const auto mode : {model::NetworkMode::NodeSubnet, model::NetworkMode::Overlay}) {
    CloudBuilder b;
    const auto network = b.network("vnet", "10.0.0.0/16");
    const auto nodes = b.subnet(network, "aks", "10.0.1.0/24", b.group("g"));
    b.cluster(mode, nodes);
    Surroundings around(b.cloud, nullptr, {});
    const auto site = subnet_sites(around, nodes, net::all_addresses()).at(0);
    CHECK(mentions(site.notes, "pods of cluster aks have addresses in subnet vnet/aks") ==
          (mode == model::NetworkMode::NodeSubnet));
  }
}

// docs/assumptions.md: those that hold always.
TEST_CASE("Every connection names the assumptions that always hold, and no others") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web = b.subnet(network, "web", "10.0.1.0/24", b.group("g"));
  Surroundings around(b.cloud, nullptr, {});
  const auto site = subnet_sites(around, web, net::all_addresses()).at(0);
  const auto c =
      network_connection(around, compiler::outside_site("x", addresses("8.8.8.8/32")), site);
  std::vector<std::string> ids;
  ids.reserve(c.assumes.size());
  for (const auto& each : c.assumes) ids.push_back(each.id);
  std::sort(ids.begin(), ids.end());
  CHECK(ids == std::vector<std::string>{"A-ASG-NODES-ONLY", "A-NEW-FLOWS", "A-NO-AVNM",
                                        "A-PEERING-COMPLETE", "A-platform-exempt"});
}

TEST_CASE("Whether a subnet has a group at all may not be known") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto web = b.subnet(network, "web", "10.0.1.0/24");
  b.cloud.subnets[0].group_open = b.unknown("A-reference", model::Unknown::Scope::World);
  Surroundings around(b.cloud, nullptr, {});
  const auto site = subnet_sites(around, web, net::all_addresses()).at(0);
  const auto c =
      network_connection(around, compiler::outside_site("x", addresses("8.8.8.8/32")), site);
  REQUIRE(c.ways[0].hops.size() == 1);
  CHECK(c.ways[0].filters[c.ways[0].hops[0].filter].missing.has_value());
}

}  // namespace
}  // namespace polreach
