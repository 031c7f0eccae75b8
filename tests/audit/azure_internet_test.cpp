// SPDX-License-Identifier: Apache-2.0
// What the internet reaches, and what reaches it. Expected: Azure documentation, "How network
// security groups filter network traffic"; what other scanners say of such rules, and where they
// are wrong, is in the comments.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/audit/azure_audit.h"
#include "tests/azure/cloud_builder.h"

namespace polreach {
namespace {

using solver::audit::Finding;
using solver::audit::Severity;
using support::audited_cloud;
using support::CloudBuilder;
using Names = std::vector<std::string>;

/// A network with one subnet, "vnet/web", behind a group "g".
struct Web : CloudBuilder {
  model::NetworkId network_id;
  model::SubnetId web;
  explicit Web(const Names& inbound, const Names& outbound = {"Deny 4096 * * -> * *"})
      : network_id(network("vnet", "10.0.0.0/16")),
        web(subnet(network_id, "web", "10.0.1.0/24", group("g", inbound, outbound))) {}

  /// With a public address and no group of its own.
  void publish(const std::string& name, std::string_view address) {
    interface(name, web, address);
    cloud.interfaces.back().addresses.front().is_public = true;
  }
};

/// Checks of what the internet reaches, in order.
Names internet_checks(const support::AuditedNetwork& audited) {
  Names result;
  for (const Finding& each : audited.audit.findings) {
    const std::string id(each.check->id);
    if (id.starts_with("nsg-internet-")) result.push_back((each.certain ? "" : "may ") + id);
  }
  return result;
}

Names internet_checks(const Names& inbound) {
  const Web web(inbound);
  return internet_checks(*audited_cloud(web.cloud));
}

TEST_CASE("azure audit: whatever way the internet is spelt") {
  const Names ssh = {"nsg-internet-ssh"};
  CHECK(internet_checks({"Allow 100 Tcp * -> * 22"}) == ssh);
  CHECK(internet_checks({"Allow 100 Tcp Internet -> * 22"}) == ssh);
  CHECK(internet_checks({"Allow 100 Tcp INTERNET -> * 22"}) == ssh);
  // Checkov passes both of these.
  CHECK(internet_checks({"Allow 100 Tcp 0.0.0.0/0 -> * 22"}) == ssh);
  CHECK(internet_checks({"Allow 100 Tcp 0.0.0.0/1 -> * 22", "Allow 110 Tcp 128.0.0.0/1 -> * 22"}) ==
        ssh);
  CHECK(internet_checks({"Allow 100 Tcp 198.51.100.0/24 -> * 22"}).empty());
  CHECK(internet_checks({"Allow 100 Tcp 10.0.0.0/8 -> * 22"}).empty());
}

TEST_CASE("azure audit: an allow that a deny shadows lets nothing in") {
  // Checkov fails the first.
  CHECK(internet_checks({"Deny 100 * * -> * *", "Allow 200 Tcp * -> * 22"}).empty());
  CHECK(internet_checks({"Deny 100 Tcp Internet -> * 22", "Allow 200 Tcp * -> * 22"}).empty());
  CHECK(internet_checks({"Deny 100 Tcp 0.0.0.0/1 -> * 22", "Deny 110 Tcp 128.0.0.0/1 -> * 22",
                         "Allow 200 Tcp * -> * 22"})
            .empty());
  // A deny behind it, or for others, does not help.
  CHECK(internet_checks({"Allow 100 Tcp * -> * 22", "Deny 200 * * -> * *"}).size() == 1);
  CHECK(
      internet_checks({"Deny 100 Tcp 198.51.100.0/24 -> * 22", "Allow 200 Tcp * -> * 22"}).size() ==
      1);
  // Where the rule leads to is not here.
  CHECK(internet_checks({"Allow 100 Tcp * -> 10.9.0.0/16 22"}).empty());
}

TEST_CASE("azure audit: both groups on the way have to let it pass") {
  Web closed({"Allow 100 Tcp * -> * 22"});
  closed.interface("nic", closed.web, "10.0.1.4",
                   closed.group("own", {"Deny 100 * Internet -> * *"}));
  auto audited = audited_cloud(closed.cloud);
  // The rest of the subnet is still open; the interface is not.
  const Finding& rest = audited->one("nsg-internet-ssh");
  CHECK(rest.also.empty());
  CHECK(rest.message.find("subnet vnet/web") != std::string::npos);

  Web both({"Allow 100 Tcp * -> 10.0.1.4/32 22"});
  both.interface("nic", both.web, "10.0.1.4", both.group("own", {"Allow 300 Tcp * -> * 22"}));
  audited = audited_cloud(both.cloud);
  const Finding& found = audited->one("nsg-internet-ssh");
  CHECK(found.subject == "NSG g");
  CHECK(found.key == "Allow 100 Tcp * -> 10.0.1.4/32 22");
  REQUIRE(found.causes.size() == 3);
  CHECK(found.causes[1].text == "rule 300 Allow 300 Tcp * -> * 22 of NSG own lets it pass");
  CHECK(found.causes[2].text.find("not known: no public address") == 0);
}

TEST_CASE("azure audit: one rule is one finding, however many it opens") {
  Web web({"Allow 100 Tcp Internet -> * 3389"});
  for (int i = 4; i < 44; ++i) {
    web.publish("nic-" + std::to_string(i), "10.0.1." + std::to_string(i));
  }
  const auto audited = audited_cloud(web.cloud);
  const Finding& found = audited->one("nsg-internet-rdp");
  // A public address leads there: it is certain that packets arrive.
  CHECK(found.severity == Severity::Critical);
  CHECK(found.message ==
        "the internet reaches Remote Desktop (TCP 3389) of network interface nic-4");
  CHECK(found.also.size() == 40);  // 39 interfaces and the subnet
  CHECK(audited->one("azure-nic-public-address").also.size() == 39);
  REQUIRE(found.example);
  CHECK(found.example->packet == "TCP 1.0.0.0:50000 -> 10.0.1.4:3389");
  REQUIRE(found.opening);
  CHECK(found.opening->group == model::GroupId{0});
  CHECK(found.opening->traffic == net::Traffic(net::Protocol::Tcp, {3389, 3389}));
}

TEST_CASE("azure audit: two halves of the internet are one finding of both rules") {
  const Web web({"Allow 100 Tcp 0.0.0.0/1 -> * 22", "Allow 110 Tcp 128.0.0.0/1 -> * 22",
                 "Allow 120 Tcp 198.51.100.0/24 -> * 22"});
  const auto audited = audited_cloud(web.cloud);
  const Finding& found = audited->one("nsg-internet-ssh");
  CHECK(found.severity == Severity::High);  // whether something leads there is not known
  CHECK(found.key == "Allow 100 Tcp 0.0.0.0/1 -> * 22, Allow 110 Tcp 128.0.0.0/1 -> * 22");
  CHECK(found.message.find("security groups let the internet in") == 0);
  const Web half({"Allow 100 Tcp 0.0.0.0/1 -> * 22"});
  CHECK(audited_cloud(half.cloud)->one("nsg-internet-ssh").message.find("a large part of") !=
        std::string::npos);
}

TEST_CASE("azure audit: every port is one finding, not one of each") {
  CHECK(internet_checks({"Allow 100 * * -> * *"}) == Names{"nsg-internet-any-port"});
  CHECK(internet_checks({"Allow 100 Tcp * -> * *"}) == Names{"nsg-internet-any-port"});
  CHECK(internet_checks({"Allow 100 Udp * -> * *"}) == Names{"nsg-internet-udp"});
  CHECK(internet_checks({"Allow 100 Tcp * -> * 443"}).empty());
  CHECK(internet_checks({"Allow 100 Tcp * -> * 80"}) == Names{"nsg-internet-http"});
  CHECK(internet_checks({"Allow 100 Udp * -> * 80"}).empty());
  const Web web(
      {"Allow 100 Tcp * -> * 1433", "Allow 110 Udp * -> * 53", "Allow 120 Tcp * -> * 53"});
  const auto audited = audited_cloud(web.cloud);
  const auto found = audited->of("nsg-internet-sensitive-ports");
  REQUIRE(found.size() == 1);
  CHECK(found[0]->message.find("DNS (TCP 53), SQL Server (TCP 1433), DNS (UDP 53)") !=
        std::string::npos);
  CHECK(found[0]->causes.size() == 4);
}

TEST_CASE("azure audit: what is not known of the internet") {
  // A parameter: a finding that says so.
  Web source({"Allow 100 Tcp * -> * 22"});
  auto& rule = source.cloud.groups[0].inbound[0];
  rule.source[0].what = source.unknown("A-expression", model::Unknown::Scope::Address);
  const auto audited = audited_cloud(source.cloud);
  CHECK(internet_checks(*audited) == Names{"may nsg-internet-ssh"});
  const Finding& found = audited->one("nsg-internet-ssh");
  CHECK(found.severity == Severity::Medium);
  REQUIRE(found.rests_on.size() == 1);
  CHECK(found.rests_on[0].id == "A-expression");

  // No service is the internet, whatever addresses it has.
  CHECK(internet_checks({"Allow 100 Tcp GatewayManager -> * 22"}).empty());
  // And none is all that a rule behind it lets in.
  CHECK(internet_checks({"Deny 100 Tcp Storage -> * *", "Allow 200 Tcp Internet -> * 22"}) ==
        Names{"may nsg-internet-ssh"});

  // A group that the input does not hold: nothing is found, and that is said.
  Web missing({"Allow 100 Tcp * -> * 22"});
  missing.cloud.groups[0].missing =
      missing.unknown("A-absent-resource", model::Unknown::Scope::World);
  const auto none = audited_cloud(missing.cloud);
  CHECK(internet_checks(*none).empty());
  CHECK_FALSE(none->audit.unchecked.empty());
}

TEST_CASE("azure audit: a public address without any group is closed") {
  CloudBuilder b;
  const auto web = b.subnet(b.network("vnet", "10.0.0.0/16"), "web", "10.0.1.0/24");
  b.interface("nic", web, "10.0.1.4");
  b.cloud.interfaces[0].addresses[0].is_public = true;
  const auto audited = audited_cloud(b.cloud);
  CHECK(internet_checks(*audited).empty());
  CHECK(audited->one("azure-nic-without-nsg").subject == "network interface nic");
  CHECK(audited->one("azure-subnet-without-nsg").also == Names{"network interface nic"});
}

TEST_CASE("azure audit: all of Azure is let in by its tag") {
  const auto broad = [](const Names& inbound) {
    const Web web(inbound);
    return audited_cloud(web.cloud)->of("nsg-broad-tag").size();
  };
  // Checkov passes it.
  CHECK(broad({"Allow 100 Tcp AzureCloud -> * 22"}) == 1);
  CHECK(broad({"Allow 100 Tcp AzureCloud.westeurope -> * 443"}) == 1);
  CHECK(broad({"Allow 100 Tcp AzureFrontDoor.Backend -> * 443"}) == 0);
  CHECK(broad({"Deny 100 * Internet -> * *", "Allow 200 Tcp AzureCloud -> * 22"}) == 0);
  CHECK(broad({"Deny 200 Tcp AzureCloud -> * 22"}) == 0);
}

// Outbound
// -----------------------------------------------------------------------------------------------

TEST_CASE("azure audit: everything may go out, by a rule or by the platform's") {
  const auto egress = [](const Names& outbound) {
    const Web web({}, outbound);
    const auto audited = audited_cloud(web.cloud);
    return std::pair(audited->of("nsg-egress-any-rule").size(),
                     audited->of("nsg-egress-default").size());
  };
  CHECK(egress({}) == std::pair<std::size_t, std::size_t>(0, 1));
  CHECK(egress({"Allow 100 * * -> * *"}) == std::pair<std::size_t, std::size_t>(1, 0));
  CHECK(egress({"Allow 100 Tcp * -> Internet *"}) == std::pair<std::size_t, std::size_t>(1, 0));
  CHECK(egress({"Allow 100 Tcp * -> Internet 443", "Deny 200 * * -> Internet *"}) ==
        std::pair<std::size_t, std::size_t>(0, 0));
  // One port by a rule, and all others by the platform's.
  CHECK(egress({"Allow 100 Tcp * -> Internet 443"}) == std::pair<std::size_t, std::size_t>(0, 1));
  CHECK(egress({"Deny 100 * * -> Internet *", "Allow 200 * * -> * *"}) ==
        std::pair<std::size_t, std::size_t>(0, 0));
}

TEST_CASE("azure audit: routes decide whether traffic goes out") {
  Web web({}, {});
  web.subnet(web.network_id, "app", "10.0.2.0/24", model::GroupId{0});
  auto audited = audited_cloud(web.cloud);
  // One network, one finding.
  CHECK(audited->one("nsg-egress-default").also == Names{"subnet vnet/web"});
  CHECK(audited->one("azure-subnet-not-private").also == Names{"subnet vnet/web"});
  for (auto& subnet : web.cloud.subnets) subnet.default_outbound = false;
  audited = audited_cloud(web.cloud);
  CHECK(audited->of("nsg-egress-default").empty());
  CHECK(audited->of("azure-subnet-not-private").empty());
  for (auto& subnet : web.cloud.subnets) subnet.nat_gateway = true;
  audited = audited_cloud(web.cloud);
  CHECK(audited->of("nsg-egress-default").size() == 1);
  CHECK(audited->of("azure-subnet-not-private").empty());

  // A firewall in the network, to which one of the two is led.
  model::Firewall firewall;
  firewall.name = "fw";
  firewall.address = support::address("10.0.9.4");
  web.cloud.firewalls.push_back(firewall);
  audited = audited_cloud(web.cloud);
  CHECK(audited->one("azure-egress-bypasses-firewall").also.size() == 1);
  web.route(web.web, "0.0.0.0/0", model::NextHop::Appliance);
  audited = audited_cloud(web.cloud);
  const Finding& past = audited->one("azure-egress-bypasses-firewall");
  CHECK(past.also.empty());
  CHECK(past.message.find("subnet vnet/app") != std::string::npos);
}

TEST_CASE("azure audit: a route table that the input does not hold may lead to a firewall") {
  Web web({}, {});
  web.route(web.web, "10.9.0.0/16", model::NextHop::Appliance);
  CHECK(audited_cloud(web.cloud)->of("nsg-egress-default").size() == 1);
  web.cloud.route_tables[0].routes.clear();
  web.cloud.route_tables[0].missing =
      web.unknown("A-absent-resource", model::Unknown::Scope::World);
  const auto audited = audited_cloud(web.cloud);
  CHECK(audited->of("nsg-egress-default").empty());
  CHECK_FALSE(audited->audit.unchecked.empty());
}

TEST_CASE("azure audit: rules of a network manager act before the groups") {
  const auto ssh = [](const std::string& admin, const Names& inbound) {
    Web web(inbound);
    const auto id = web.group("avnm");
    auto& group = web.cloud.groups[static_cast<std::size_t>(id)];
    group.inbound = {support::rule(admin)};
    group.outbound.clear();
    web.interface("nic", web.web, "10.0.1.4");
    web.cloud.interfaces[0].admin = id;
    web.cloud.interfaces[0].addresses[0].is_public = true;
    const auto audited = audited_cloud(web.cloud);
    Names subjects;
    for (const Finding* each : audited->of("nsg-internet-ssh")) {
      const bool here = each->message.find("network interface nic") != std::string::npos;
      if (here) subjects.push_back(each->causes.front().text);
    }
    return subjects;
  };
  const Names open = {"Allow 100 Tcp * -> 10.0.1.4/32 22"};
  CHECK(ssh("Deny 10 Tcp Internet -> * 22", open).empty());
  CHECK(ssh("Allow 10 Tcp Internet -> * 22", open) ==
        Names{"rule 100 Allow 100 Tcp * -> 10.0.1.4/32 22 of NSG g lets it pass"});
  CHECK(ssh("Allow 10 Tcp Internet -> * 22", {}).empty());
}

TEST_CASE("azure audit: a default route may widen VirtualNetwork") {
  Web web({});
  web.route(web.web, "0.0.0.0/0", model::NextHop::Appliance);
  const auto audited = audited_cloud(web.cloud);
  const Finding& found = audited->one("azure-udr-widens-vnet");
  CHECK_FALSE(found.certain);
  REQUIRE(found.rests_on.size() == 1);
  CHECK(found.rests_on[0].id == "A-VNET-TAG-UDR");
  CHECK(internet_checks(*audited).empty());

  Web denied({"Deny 4000 * VirtualNetwork -> * *"});
  denied.route(denied.web, "0.0.0.0/0", model::NextHop::Appliance);
  CHECK(audited_cloud(denied.cloud)->of("azure-udr-widens-vnet").empty());
}

TEST_CASE("azure audit: what lets clients in and stops the load balancer's probes") {
  const auto probes = [](const Names& inbound) {
    const Web web(inbound);
    return audited_cloud(web.cloud)->of("nsg-probes-denied").size();
  };
  CHECK(probes({"Allow 100 Tcp Internet -> * 443", "Deny 4096 * * -> * *"}) == 1);
  CHECK(probes({"Allow 100 Tcp Internet -> * 443", "Allow 200 * AzureLoadBalancer -> * *",
                "Deny 4096 * * -> * *"}) == 0);
  // "*" holds the address of the probes.
  CHECK(probes({"Allow 100 Tcp * -> * 443", "Deny 4096 * * -> * *"}) == 0);
  CHECK(probes({"Allow 100 Tcp Internet -> * 443"}) == 0);
  // Nothing comes through a load balancer here.
  CHECK(probes({"Deny 100 * * -> * *"}) == 0);
}

}  // namespace
}  // namespace polreach
