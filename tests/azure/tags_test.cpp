// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/tags.h"

#include <doctest/doctest.h>

#include "tests/azure/cloud_builder.h"

// Expected: Azure documentation, "Virtual network service tags".
namespace polreach {
namespace {

using compiler::AddressMatch;
using compiler::TagReading;
using compiler::Tags;
using compiler::Unknowns;
using support::address;
using support::addresses;
using support::CloudBuilder;

const AddressMatch::Open* open_under(const AddressMatch& match, const Unknowns& unknowns,
                                     std::string_view id) {
  for (const AddressMatch::Open& each : match.open) {
    if (unknowns[each.unknown].id == id) return &each;
  }
  return nullptr;
}

TEST_CASE("VirtualNetwork is the space of the network and of its connected peers") {
  CloudBuilder b;
  const auto hub = b.network("hub", "10.0.0.0/16");
  const auto spoke = b.network("spoke", "10.1.0.0/16");
  const auto far = b.network("far", "10.2.0.0/16");
  b.peer(spoke, hub);
  b.peer(hub, spoke);
  b.peer(hub, far);
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  const auto match = tags.meaning("VirtualNetwork", spoke, {});
  // "The virtual IP address of the host" is in it. Peerings are not transitive.
  const net::AddressSet host = addresses("168.63.129.16/32");
  CHECK(match.certain == (addresses("10.0.0.0/16") | addresses("10.1.0.0/16") | host));
  CHECK_FALSE(tags.meaning("Internet", spoke, {}).certain.contains(address("168.63.129.16")));
  CHECK(match.open.empty());
  CHECK(tags.meaning("VIRTUAL_NETWORK", spoke, {}).certain == match.certain);

  b.cloud.networks[1].peerings[0].connected = false;
  Tags without(b.cloud, unknowns);
  CHECK(without.meaning("VirtualNetwork", spoke, {}).certain == (addresses("10.1.0.0/16") | host));
  b.cloud.networks[1].peerings[0].connected = true;
  b.cloud.networks[1].peerings[0].access = false;
  Tags closed(b.cloud, unknowns);
  CHECK(closed.meaning("VirtualNetwork", spoke, {}).certain == (addresses("10.1.0.0/16") | host));
}

TEST_CASE("A peer that the input does not hold, and that says nothing of its space, is open") {
  CloudBuilder b;
  const auto spoke = b.network("spoke", "10.1.0.0/16");
  model::Peering peering;
  peering.remote_name = "hub";
  b.cloud.networks[0].peerings.push_back(peering);
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  const auto match = tags.meaning("VirtualNetwork", spoke, {});
  const auto* open = open_under(match, unknowns, "A-peering-space");
  REQUIRE(open != nullptr);
  CHECK(unknowns[open->unknown].scope == model::Unknown::Scope::Address);
  CHECK(open->addresses == net::all_addresses());
}

TEST_CASE("A gateway brings private networks that nobody knows") {
  CloudBuilder b;
  const auto hub = b.network("hub", "10.0.0.0/16");
  b.cloud.networks[0].has_gateway = true;
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  const auto match = tags.meaning("VirtualNetwork", hub, {});
  const auto* open = open_under(match, unknowns, "A-gateway-routes");
  REQUIRE(open != nullptr);
  CHECK(open->addresses.contains(address("192.168.7.7")));
  CHECK_FALSE(open->addresses.contains(address("8.8.8.8")));
}

TEST_CASE("Prefixes of user-defined routes are in VirtualNetwork under A-VNET-TAG-UDR") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto subnet = b.subnet(network, "aks", "10.0.1.0/24");
  b.route(subnet, "0.0.0.0/0", model::NextHop::Appliance);
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  CHECK(tags.routes_change_internet(network));
  const auto open = tags.meaning("VirtualNetwork", network, {});
  REQUIRE(open_under(open, unknowns, "A-VNET-TAG-UDR") != nullptr);
  CHECK_FALSE(open.certain.contains(address("8.8.8.8")));
  const auto in = tags.meaning("VirtualNetwork", network, {TagReading::Routes::In, false});
  CHECK(in.certain.contains(address("8.8.8.8")));
  CHECK(tags.meaning("Internet", network, {TagReading::Routes::In, false})
            .certain.contains(address("8.8.8.8")) == false);
  CHECK(tags.meaning("Internet", network, {TagReading::Routes::Out, false})
            .certain.contains(address("8.8.8.8")));
}

TEST_CASE("The pods' range of an overlay is open in rules that people write") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  const auto nodes = b.subnet(network, "aks", "10.0.1.0/24");
  b.cluster(model::NetworkMode::Overlay, nodes);
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  const auto match = tags.meaning("VirtualNetwork", network, {});
  const auto* open = open_under(match, unknowns, "A-OVERLAY-TAG");
  REQUIRE(open != nullptr);
  CHECK(open->addresses == addresses("10.244.0.0/16"));
  // "make sure that the following rules are in place" only "if the subnet NSG contains deny rules".
  CHECK(tags.meaning("VirtualNetwork", network, {TagReading::Routes::Open, true})
            .certain.contains(address("10.244.3.3")));
}

TEST_CASE("Internet is public space outside of the network; other private space is in neither") {
  CloudBuilder b;
  const auto network = b.network("vnet", "20.0.0.0/16");
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  const auto internet = tags.meaning("Internet", network, {});
  CHECK(internet.certain.contains(address("8.8.8.8")));
  CHECK_FALSE(internet.certain.contains(address("20.0.3.4")));
  CHECK_FALSE(internet.certain.contains(address("192.168.0.1")));
  CHECK_FALSE(tags.meaning("VirtualNetwork", network, {}).certain.contains(address("192.168.0.1")));
  CHECK(internet.open.empty());
}

TEST_CASE("Tags of the platform, of the file, and of nobody") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  b.cloud.service_tags.change_number = "375";
  b.cloud.service_tags.file = "tags.json";
  b.cloud.service_tags.tags["storage"] = {"Storage", addresses("13.64.0.0/24")};
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  CHECK(tags.meaning("AzureLoadBalancer", network, {}).certain == addresses("168.63.129.16/32"));
  CHECK(tags.meaning("AZURE_LOADBALANCER", network, {}).certain == addresses("168.63.129.16/32"));
  CHECK(tags.meaning("AzurePlatformDNS", network, {}).certain == addresses("168.63.129.16/32"));
  CHECK(tags.meaning("AzurePlatformIMDS", network, {}).certain == addresses("169.254.169.254/32"));
  CHECK(tags.meaning("STORAGE", network, {}).certain == addresses("13.64.0.0/24"));
  const auto match = tags.meaning("Storag", network, {});
  const auto* open = open_under(match, unknowns, "A-service-tag");
  REQUIRE(open != nullptr);
  CHECK(match.certain.empty());
  CHECK(unknowns[open->unknown].scope == model::Unknown::Scope::Address);
  CHECK(unknowns[open->unknown].settle.find("Storage") != std::string::npos);
}

TEST_CASE("Space that could not be evaluated is open, and so is that of the network AKS manages") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  b.cloud.networks[0].space.more = b.unknown("A-parameter", model::Unknown::Scope::Address);
  Unknowns unknowns(b.cloud);
  Tags tags(b.cloud, unknowns);
  CHECK(open_under(tags.meaning("VirtualNetwork", network, {}), unknowns, "A-parameter") !=
        nullptr);
  // Nobody knows whether 8.8.8.8 is then in Internet.
  CHECK_FALSE(tags.meaning("Internet", network, {}).certain.contains(address("8.8.8.8")));
  const auto managed = tags.meaning("VirtualNetwork", {}, {});
  REQUIRE(open_under(managed, unknowns, "A-managed-network") != nullptr);
  CHECK(managed.certain == addresses("168.63.129.16/32"));
  CHECK(tags.meaning("Internet", {}, {}).certain.contains(address("8.8.8.8")));
}

TEST_CASE("Two things that are not known and have one text are two facts") {
  // Parameters of one name in two templates.
  CloudBuilder b;
  const auto one = b.unknown("A-parameter", model::Unknown::Scope::World);
  const auto other = b.unknown("A-parameter", model::Unknown::Scope::World);
  Unknowns unknowns(b.cloud);
  CHECK(unknowns.of_address(one) != unknowns.of_address(other));
  CHECK(unknowns.of_address(one) == unknowns.of_address(one));
  CHECK(unknowns[unknowns.of_address(one)].scope == model::Unknown::Scope::Address);
  CHECK(unknowns.another(one, " x") != unknowns.another(other, " x"));
  CHECK(unknowns.another(one, " x") == unknowns.another(one, " x"));
}

}  // namespace
}  // namespace polreach
