// SPDX-License-Identifier: Apache-2.0
// Networks, subnets, interfaces, routes, firewalls and managed clusters.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/azure/linking.h"

namespace polreach::azure::test {
namespace {

using Texts = std::vector<std::string>;

std::string text(const model::AddressSpace& space) {
  std::string all;
  for (const net::Prefix& prefix : space.prefixes) all += prefix.to_string() + " ";
  return all + (space.more ? "and more" : "");
}

std::string text(const net::AddressSet& set) { return net::to_string(set); }

net::AddressSet set_of(const char* prefix) {
  return net::addresses_of(*net::Prefix::parse(prefix));
}

/// A NIC with one configuration.
std::string nic(const std::string& configuration, const std::string& more = "") {
  return R"({"properties": {"ipConfigurations": [{"name": "c", "properties": {)" + configuration +
         "}}]" + more + "}}";
}

}  // namespace

TEST_CASE("a network with subnets in the body and of their own") {
  const Linked result = Linking()
                            .add("vnet v", R"({"properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16", "?p"]},
            "subnets": [
              {"name": "a", "properties": {"addressPrefix": "10.0.1.0/24",
                "addressPrefixes": ["10.0.1.0/24", "2001:db8::/64"],
                "privateEndpointNetworkPolicies": "NetworkSecurityGroupEnabled",
                "defaultOutboundAccess": false, "natGateway": )" +
                                               to("nat n") + R"(,
                "routeTable": )" + to("table gone") +
                                               R"(,
                "delegations": [{"name": "d", "properties":
                                 {"serviceName": "Microsoft.ContainerService/managedClusters"}}],
                "serviceEndpoints": [{"service": "Microsoft.Storage"}]}},
              {"name": "gatewaysubnet", "properties": {"addressPrefix": "10.0.9.0/24"}}]}})")
                            .add("subnet v/b", R"({"addressPrefixes": ["10.0.2.0/24"]})")
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.networks.size() == 1);
  CHECK(text(result.cloud.networks[0].space) == "10.0.0.0/16 and more");
  CHECK(result.cloud.networks[0].has_gateway);
  CHECK(result.cloud.networks[0].peerings.empty());
  REQUIRE(result.cloud.subnets.size() == 3);
  const model::Subnet& a = result.subnet("a");
  CHECK(text(a.space) == "10.0.1.0/24 2001:db8::/64 ");
  CHECK(a.private_endpoints == model::PrivateEndpointPolicies::SecurityGroups);
  CHECK(a.default_outbound == false);
  CHECK(a.nat_gateway);
  REQUIRE(a.routes);
  CHECK(result.cloud[*a.routes].missing.has_value());
  CHECK(a.delegations == Texts{"Microsoft.ContainerService/managedClusters"});
  CHECK(a.service_endpoints == Texts{"Microsoft.Storage"});
  CHECK_FALSE(a.group);
  CHECK_FALSE(a.group_open);
  const model::Subnet& b = result.subnet("b");
  CHECK(text(b.space) == "10.0.2.0/24 ");
  CHECK(b.network == a.network);
  CHECK(b.private_endpoints == model::PrivateEndpointPolicies::Disabled);
  CHECK_FALSE(b.default_outbound);
}

TEST_CASE("a subnet of a network that is not in the input") {
  const Linked result = Linking().add("subnet v/a", R"({"addressPrefix": "10.0.2.0/24"})").link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.networks.size() == 1);
  CHECK(text(result.cloud.networks[0].space) == "and more");
  REQUIRE(result.cloud.networks[0].peerings.size() == 1);
  CHECK(text(result.cloud.networks[0].peerings[0].remote) == "and more");
  CHECK(text(result.subnet("a").space) == "10.0.2.0/24 ");
  CHECK_FALSE(result.subnet("a").group_open);
}

TEST_CASE("references that could not be evaluated leave subnets open") {
  const Linked result = Linking()
                            .add("vnet v")
                            .add("subnet v/a", R"({"addressPrefix": "?p",
        "networkSecurityGroup": {"id": "?g"}, "routeTable": "?t",
        "privateEndpointNetworkPolicies": "?e"})")
                            .link();
  CHECK(result.codes.empty());
  const model::Subnet& a = result.subnet("a");
  CHECK(text(a.space) == "and more");
  CHECK_FALSE(a.group);
  REQUIRE(a.group_open);
  CHECK(result.cloud[*a.group_open].what == "subnet a: g is not known");
  REQUIRE(a.routes_open);
  CHECK(*a.routes_open != *a.group_open);
  CHECK(a.private_endpoints == model::PrivateEndpointPolicies::Enabled);
  CHECK(result.cloud[*a.space.more].scope == model::Unknown::Scope::Address);
}

TEST_CASE("peerings") {
  const Linked result =
      Linking()
          .add("vnet a", R"({"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
              "virtualNetworkPeerings": [
                {"name": "to-b", "properties": {"remoteVirtualNetwork": )" +
                             to("vnet b") + R"(}},
                {"name": "to-hub", "properties": {"peeringState": "Disconnected",
                  "allowVirtualNetworkAccess": false, "remoteVirtualNetwork": )" +
                             to("hub: vnet hub") + R"(,
                  "remoteAddressSpace": {"addressPrefixes": ["10.9.0.0/16"]}}}]}})")
          .add("vnet b", R"({"properties": {"virtualNetworkPeerings": "?peers"}})")
          .add("peering a/x", R"({"properties": {"allowVirtualNetworkAccess": "?w",
              "remoteVirtualNetwork": )" +
                                  to("vnet b") + "}}")
          .add("peering a/z", R"({"properties": {"remoteVirtualNetwork": )" + to("vnet b") + "}}")
          .only_if("C")
          .add("peering a/y",
               R"({"properties": {"remoteVirtualNetwork": )" + to("vnet gone") + "}}")
          .link();
  CHECK(result.codes.empty());
  const auto& peerings = result.cloud.networks[0].peerings;
  REQUIRE(peerings.size() == 5);
  CHECK(peerings[0].name == "to-b");
  REQUIRE(peerings[0].network);
  CHECK(result.cloud[*peerings[0].network].name == "b");
  CHECK(peerings[0].connected);
  CHECK(peerings[0].access);
  CHECK_FALSE(peerings[1].network);
  CHECK(peerings[1].remote_name == "hub/hub");
  CHECK(text(peerings[1].remote) == "10.9.0.0/16 ");
  CHECK_FALSE(peerings[1].connected);
  CHECK_FALSE(peerings[1].access);
  CHECK_FALSE(peerings[2].network);
  CHECK(text(peerings[2].remote) == "and more");
  CHECK(text(peerings[3].remote) == "and more");
  // It need not be there.
  CHECK(peerings[4].name == "z");
  CHECK_FALSE(peerings[4].network);
  CHECK(text(peerings[4].remote) == "and more");
  REQUIRE(result.cloud.networks[1].peerings.size() == 1);
  CHECK(text(result.cloud.networks[1].peerings[0].remote) == "and more");
}

TEST_CASE("an interface, its machine, its public address") {
  const Linked result =
      Linking()
          .add("vnet v")
          .add("subnet v/a", R"({"addressPrefix": "10.0.1.0/24"})")
          .add("nsg web")
          .add("asg front")
          .add("nic n",
               nic(R"("privateIPAddress": "10.0.1.4", "subnet": )" + to("subnet v/a") +
                       R"(, "applicationSecurityGroups": [)" + to("asg front") +
                       R"(], "publicIPAddress": )" + to("ip p"),
                   R"(, "enableIPForwarding": true, "networkSecurityGroup": )" + to("nsg web")))
          .add("ip p", R"({"properties": {"ipAddress": "4.4.4.4"}})")
          .add("vm m", R"({"properties": {"networkProfile": {"networkInterfaces": [)" +
                           to("nic n") + "]}}}")
          .link();
  CHECK(result.codes.empty());
  const model::Interface& n = result.interface("n");
  CHECK(n.machine == "m");
  CHECK(n.ip_forwarding);
  REQUIRE(n.group);
  CHECK(result.cloud[*n.group].name == "web");
  REQUIRE(n.addresses.size() == 1);
  CHECK(n.addresses[0].address == net::Address::parse("10.0.1.4"));
  CHECK(result.cloud[*n.addresses[0].subnet].name == "a");
  CHECK(n.addresses[0].is_public);
  CHECK(n.addresses[0].public_address == net::Address::parse("4.4.4.4"));
  REQUIRE(n.addresses[0].groups.size() == 1);
  const model::ApplicationGroup& front = result.cloud[n.addresses[0].groups[0]];
  CHECK(text(front.members) == text(set_of("10.0.1.4/32")));
  CHECK_FALSE(front.more);
}

TEST_CASE("exports say from the other side what is attached") {
  const Linked result =
      Linking()
          .add("vnet v")
          .add("subnet v/a", R"({"addressPrefix": "10.0.1.0/24"})")
          .add("nic n", nic(""))
          .add("nsg web", R"({"subnets": [)" + to("subnet v/a") + R"(], "networkInterfaces": [)" +
                              to("nic n") + ", " + to("nic gone") + "]}")
          .add("nat g", R"({"subnets": [)" + to("subnet v/a") + "]}")
          .add("table t", R"({"subnets": [)" + to("subnet v/a") + "]}")
          .add("ip p", R"({"ipAddress": "4.4.4.4", "ipConfiguration": {"id": ")" +
                           id_of("nic n").to_string() + R"(/ipConfigurations/C"}})")
          .link();
  CHECK(result.codes.empty());
  CHECK(result.subnet("a").group.has_value());
  CHECK(result.subnet("a").nat_gateway);
  CHECK(result.subnet("a").routes.has_value());
  CHECK(result.interface("n").group.has_value());
  CHECK(result.interface("n").addresses[0].public_address == net::Address::parse("4.4.4.4"));
  // Attached, and nothing else is known of it.
  CHECK(result.interface("gone").group.has_value());
  CHECK_FALSE(result.interface("gone").group_open);
  REQUIRE(result.interface("gone").addresses.size() == 1);
  CHECK_FALSE(result.interface("gone").addresses[0].address);

  const Linked two = Linking()
                         .add("vnet v")
                         .add("subnet v/a", R"({"addressPrefix": "10.0.1.0/24",
                             "networkSecurityGroup": )" +
                                                to("nsg db") + "}")
                         .add("nsg web", R"({"subnets": [)" + to("subnet v/a") + "]}")
                         .link();
  CHECK(two.codes == Texts{"attachment-conflict"});
}

TEST_CASE("scale sets: what each instance gets") {
  const Linked result =
      Linking()
          .add("vmss nodes", R"({"properties": {"virtualMachineProfile": {"networkProfile": {
              "networkInterfaceConfigurations": [{"name": "n0", "properties": {
                "networkSecurityGroup": )" +
                                 to("nsg web") + R"(, "ipConfigurations": [
                  {"name": "c", "properties": {"subnet": )" +
                                 to("subnet v/a") + R"(,
                   "publicIPAddressConfiguration": {"name": "p"},
                   "applicationSecurityGroups": [)" +
                                 to("asg front") + "]}}]}}]}}}}")
          .add("asg front")
          .add("nsg web", R"({"networkInterfaces": [)" + to("instance nodes/0/n0") + "]}")
          .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.interfaces.size() == 1);
  const model::Interface& n = result.cloud.interfaces[0];
  CHECK(n.is_scale_set);
  CHECK(n.machine == "nodes");
  CHECK(n.group.has_value());
  CHECK(n.addresses[0].is_public);
  CHECK(n.addresses[0].subnet.has_value());
  CHECK_FALSE(n.addresses[0].address);
  CHECK(result.cloud.application_groups[0].more.has_value());
}

TEST_CASE("members of application groups that the input does not hold") {
  const auto more = [](const Linked& result, std::size_t i) {
    return result.cloud.application_groups.at(i).more.has_value();
  };
  CHECK(more(Linking().add("asg a").link(), 0));
  CHECK_FALSE(more(Linking().add("asg a").add("nic n", nic("")).link(), 0));
  const std::string member = R"("applicationSecurityGroups": [)" + to("asg a") + "]";
  CHECK(more(Linking().add("asg a").add("nic n", nic(member)).link(), 0));
  CHECK(
      more(Linking().add("nic n", nic(R"("privateIPAddress": "10.0.0.4", )" + member)).link(), 0));
  const Linked anywhere =
      Linking()
          .add("asg a")
          .add("asg b")
          .add("nic n", nic(R"("privateIPAddress": "10.0.0.4", "applicationSecurityGroups": "?x")"))
          .link();
  REQUIRE(more(anywhere, 0));
  REQUIRE(more(anywhere, 1));
  // To be in one of them says nothing of the other.
  CHECK(*anywhere.cloud.application_groups[0].more != *anywhere.cloud.application_groups[1].more);
  const auto& open = anywhere.cloud[*anywhere.cloud.application_groups[0].more];
  CHECK(open.scope == model::Unknown::Scope::Address);
  CHECK(open.id == "A-interface-groups");
}

TEST_CASE("application groups of one rule are in one network") {
  const std::string groups =
      R"("sourceAddressPrefix": null, "sourceApplicationSecurityGroups": [)" + to("asg a") +
      R"(], "destinationAddressPrefix": null,
                             "destinationApplicationSecurityGroups": [)" +
      to("asg b") + "]";
  const auto member = [](const char* subnet, const char* group) {
    return nic(R"("privateIPAddress": "10.0.0.4", "subnet": )" + to(subnet) +
               R"(, "applicationSecurityGroups": [)" + to(group) + "]");
  };
  const auto link = [&](const char* second) {
    return Linking()
        .add("asg a")
        .add("asg b")
        .add("nsg web", R"({"properties": {"securityRules": [)" + rule("r", groups) + "]}}")
        .add("nic m", member("subnet v/x", "asg a"))
        .add("nic n", member(second, "asg b"))
        .link();
  };
  const Linked one = link("subnet v/y");
  CHECK(one.codes.empty());
  CHECK(show(one.cloud, one.rule("web", "r").source) == "group a");
  CHECK(show(one.cloud, one.rule("web", "r").destination) == "group b");
  CHECK(link("subnet w/y").codes == Texts{"groups-of-networks"});
}

TEST_CASE("private endpoints") {
  const Linked own = Linking()
                         .add("endpoint e", R"({"subnet": )" + to("subnet v/a") +
                                                R"(, "ipConfigurations": [{"name": "c",
                             "properties": {"privateIPAddress": "10.0.1.9"}}]})")
                         .link();
  CHECK(own.codes.empty());
  CHECK(own.interface("e").is_private_endpoint);
  CHECK(own.interface("e").addresses[0].address == net::Address::parse("10.0.1.9"));
  CHECK(own.interface("e").addresses[0].subnet.has_value());
  const Linked exported = Linking()
                              .add("endpoint e", R"({"networkInterfaces": [)" + to("nic n") + "]}")
                              .add("nic n", nic(R"("privateIPAddress": "10.0.1.9")"))
                              .link();
  REQUIRE(exported.cloud.interfaces.size() == 1);
  CHECK(exported.interface("n").is_private_endpoint);
}

TEST_CASE("route tables") {
  const Linked result = Linking()
                            .add("table t", R"({"properties": {"disableBgpRoutePropagation": true,
        "routes": [{"name": "all", "properties": {"addressPrefix": "0.0.0.0/0",
                    "nextHopType": "virtualappliance", "nextHopIpAddress": "10.0.9.4"}},
                   {"name": "tag", "properties": {"addressPrefix": "AzureMonitor",
                    "nextHopType": "Internet"}}]}})")
                            .add("route t/x", R"({"addressPrefix": "?p", "nextHopType": "?h"})")
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.route_tables.size() == 1);
  const model::RouteTable& table = result.cloud.route_tables[0];
  CHECK_FALSE(table.gateway_propagation);
  REQUIRE(table.routes.size() == 3);
  CHECK(table.routes[0].name == "all");
  CHECK(table.routes[0].prefix == net::Prefix::parse("0.0.0.0/0"));
  CHECK(table.routes[0].hop == model::NextHop::Appliance);
  CHECK(table.routes[0].appliance == net::Address::parse("10.0.9.4"));
  CHECK(table.routes[1].tag == "AzureMonitor");
  CHECK(table.routes[2].open.size() == 2);
  CHECK(Linking()
            .add("table t")
            .add("route t/x", R"({"addressPrefix": "10.0.0.0/8", "nextHopType": "Moon"})")
            .link()
            .codes == Texts{"bad-azure-field"});
}

TEST_CASE("firewalls: the network rules of the firewall and of its policy") {
  const std::string rules = R"({"ruleType": "NetworkRule", "name": "dns", "ipProtocols": ["UDP"],
      "sourceAddresses": ["10.0.0.1-10.0.0.2"], "destinationIpGroups": [")" +
                            id_of("addresses dns").to_string() +
                            R"("], "destinationPorts": ["53"]})";
  const std::string collections =
      R"({"properties": {"priority": 200, "ruleCollections": [
          {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "second",
           "priority": 300, "action": {"type": "Allow"}, "rules": [)" +
      rules + R"(]},
          {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "first",
           "priority": 100, "action": {"type": "Deny"}, "rules": [{"ruleType": "NetworkRule",
           "name": "no", "ipProtocols": ["Any"], "sourceAddresses": ["*"],
           "destinationAddresses": ["AzureCloud"], "destinationPorts": ["*"]}]}]}})";
  const auto firewall = [](const std::string& more) {
    return R"({"properties": {"ipConfigurations": [{"name": "c", "properties":
        {"privateIPAddress": "10.0.9.4"}}], "firewallPolicy": )" +
           to("policy p") + more + "}}";
  };
  const Linked result = Linking()
                            .add("firewall f", firewall(""))
                            .add("policy p")
                            .add("collections p/all", collections)
                            .add("addresses dns", R"({"ipAddresses": ["10.1.0.0/24"]})")
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.firewalls.size() == 1);
  const model::Firewall& read = result.cloud.firewalls[0];
  CHECK(read.address == net::Address::parse("10.0.9.4"));
  CHECK_FALSE(read.more);
  REQUIRE(read.rules.size() == 2);
  CHECK(read.rules[0].name == "no");
  CHECK(read.rules[0].access == model::Access::Deny);
  CHECK(read.rules[0].protocols == net::ProtocolSet::all());
  CHECK(show(result.cloud, read.rules[0].destination) == "tag AzureCloud");
  CHECK(read.rules[1].name == "dns");
  CHECK(show(result.cloud, read.rules[1].source) == "10.0.0.1/32; 10.0.0.2/32");
  CHECK(show(result.cloud, read.rules[1].destination) == "10.1.0.0/24");
  CHECK(read.rules[1].destination_ports == net::PortSet(53, 53));

  const Linked applications =
      Linking()
          .add("firewall f", firewall(R"(, "applicationRuleCollections": [{"name": "a"}])"))
          .add("policy p")
          .link();
  CHECK(applications.cloud.firewalls[0].more.has_value());
  const Linked absent = Linking().add("firewall f", firewall("")).link();
  CHECK(absent.cloud.firewalls[0].more.has_value());
  CHECK(absent.cloud.firewalls[0].rules.empty());
}

namespace {

Linked cluster(const std::string& profile, const std::string& more = "") {
  return Linking()
      .add("cluster c", R"({"name": "c", "location": "westeurope", "properties":
          {"networkProfile": {)" +
                            profile + "}" + more + "}}")
      .link();
}

}  // namespace

TEST_CASE("managed clusters: the network") {
  const Linked overlay = cluster(
      R"("networkPlugin": "azure", "networkPluginMode": "Overlay", "networkPolicy": "calico",
         "podCidr": "10.200.0.0/16", "serviceCidrs": ["10.1.0.0/16", "fd00::/108"],
         "outboundType": "userDefinedRouting")",
      R"(, "apiServerAccessProfile": {"enablePrivateCluster": true,
           "authorizedIpRanges": ["1.2.3.4", "5.0.0.0/8"]})");
  CHECK(overlay.codes.empty());
  REQUIRE(overlay.cloud.clusters.size() == 1);
  const model::ManagedCluster& c = overlay.cloud.clusters[0];
  CHECK(c.mode == model::NetworkMode::Overlay);
  CHECK(c.engine == model::Engine::Calico);
  CHECK(c.engine_where.exists());
  CHECK(c.plugin == "azure, Overlay");
  CHECK(c.pod_ranges == std::vector{*net::Prefix::parse("10.200.0.0/16")});
  CHECK(c.service_ranges.size() == 2);
  CHECK(c.outbound == model::Outbound::UserRouting);
  CHECK(c.private_api);
  CHECK(c.authorized_ranges ==
        std::vector{*net::Prefix::parse("1.2.3.4/32"), *net::Prefix::parse("5.0.0.0/8")});
  CHECK(c.node_resource_group == "MC_rg_c_westeurope");
  CHECK(c.open.empty());

  const Linked plain = cluster(R"("networkPlugin": "azure")");
  CHECK(plain.cloud.clusters[0].mode == model::NetworkMode::NodeSubnet);
  CHECK(plain.cloud.clusters[0].engine == model::Engine::None);
  CHECK_FALSE(plain.cloud.clusters[0].engine_where.exists());
  CHECK(plain.cloud.clusters[0].outbound == model::Outbound::LoadBalancer);
  CHECK(plain.cloud.clusters[0].pod_ranges.empty());
  CHECK(plain.cloud.clusters[0].service_ranges == std::vector{*net::Prefix::parse("10.0.0.0/16")});
  CHECK(plain.cloud.clusters[0].open.empty());

  const Linked kubenet = cluster(R"("networkPlugin": "kubenet", "networkPolicy": "none")");
  CHECK(kubenet.cloud.clusters[0].mode == model::NetworkMode::Kubenet);
  CHECK(kubenet.cloud.clusters[0].pod_ranges == std::vector{*net::Prefix::parse("10.244.0.0/16")});
  CHECK(kubenet.cloud.clusters[0].engine_where.exists());

  CHECK(cluster(R"("networkPlugin": "none")").cloud.clusters[0].mode == model::NetworkMode::Other);
  CHECK(cluster(R"("networkPolicy": "azure", "networkPlugin": "azure")").cloud.clusters[0].engine ==
        model::Engine::AzureNpm);
  const Linked cilium = cluster(R"("networkPlugin": "azure", "networkDataplane": "cilium",
      "networkPolicy": "cilium", "advancedNetworking": {"enabled": true,
      "security": {"enabled": true}})");
  CHECK(cilium.cloud.clusters[0].engine == model::Engine::Cilium);
  CHECK(cilium.cloud.clusters[0].cilium_dataplane);
  CHECK(cilium.cloud.clusters[0].acns_security);
  CHECK(cilium.cloud.clusters[0].open.empty());
  // Clients differ in what they add here.
  CHECK(cluster(R"("networkPlugin": "azure", "networkDataplane": "cilium")")
            .cloud.clusters[0]
            .open.size() == 1);
  CHECK(cluster("").cloud.clusters[0].open.size() == 1);
  CHECK(cluster(R"("networkPlugin": "?x", "networkPolicy": "?y")").cloud.clusters[0].open.size() ==
        2);
  CHECK(cluster(R"("networkPlugin": "weave")").codes == Texts{"bad-azure-field"});
}

TEST_CASE("managed clusters: pools, in the body and of their own") {
  const Linked result =
      Linking()
          .add("cluster c", R"({"name": "c", "nodeResourceGroup": "nodes",
              "networkProfile": {"networkPlugin": "azure"}, "agentPoolProfiles": [
                {"name": "a", "osType": "Linux", "vnetSubnetId": ")" +
                                id_of("subnet v/nodes").to_string() + R"(",
                 "podSubnetId": ")" +
                                id_of("subnet v/pods").to_string() + R"(",
                 "enableNodePublicIP": true, "networkProfile": {"allowedHostPorts":
                   [{"portStart": 80, "portEnd": 81, "protocol": "UDP"}],
                   "applicationSecurityGroups": [")" +
                                id_of("asg front").to_string() + R"("]}}]})")
          .add("pool c/b", R"({"properties": {"osType": "Windows", "vnetSubnetID": "?s"}})")
          .add("asg front")
          .add("nodes: nsg aks-agentpool-123-nsg")
          .link();
  CHECK(result.codes.empty());
  const model::ManagedCluster& c = result.cloud.clusters[0];
  CHECK(c.mode == model::NetworkMode::PodSubnet);
  REQUIRE(c.pools.size() == 2);
  CHECK(result.cloud[*c.pools[0].node_subnet].name == "nodes");
  CHECK(result.cloud[*c.pools[0].pod_subnet].name == "pods");
  CHECK(c.pools[0].node_public_ip);
  REQUIRE(c.pools[0].allowed_host_ports.size() == 1);
  CHECK(c.pools[0].allowed_host_ports[0].protocol == net::Protocol::Udp);
  CHECK(c.pools[0].allowed_host_ports[0].last == 81);
  REQUIRE(c.pools[0].groups.size() == 1);
  CHECK(result.cloud[c.pools[0].groups[0]].more.has_value());
  CHECK(c.pools[1].windows);
  CHECK(c.pools[1].open.size() == 1);
  REQUIRE(c.node_group);
  CHECK(result.cloud[*c.node_group].name == "aks-agentpool-123-nsg");
}

}  // namespace polreach::azure::test
