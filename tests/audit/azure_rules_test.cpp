// SPDX-License-Identifier: Apache-2.0
// Rules without effect, missing groups, and what is open within the network. Expected by hand, from
// the Azure documentation, "Network security groups overview".
#include <doctest/doctest.h>

#include "tests/audit/azure_audit.h"
#include "tests/azure/cloud_builder.h"

namespace polreach {
namespace {

using solver::audit::Finding;
using solver::audit::Severity;
using support::audited_cloud;
using support::CloudBuilder;
using Names = std::vector<std::string>;

/// Two subnets, web and app, each with a group.
struct Tiers : CloudBuilder {
  model::SubnetId web;
  model::SubnetId app;
  Tiers(const Names& at_web, const Names& at_app, const Names& out = {}) {
    const auto id = network("vnet", "10.0.0.0/16");
    web = subnet(id, "web", "10.0.1.0/24", group("web-nsg", at_web, out));
    app = subnet(id, "app", "10.0.2.0/24", group("app-nsg", at_app, out));
  }
};

const Names kClosed = {"Deny 4096 * VirtualNetwork -> * *"};

TEST_CASE("azure audit: a rule for one port restricts nothing before AllowVnetInBound") {
  const Tiers tiers(kClosed, {"Allow 100 Tcp 10.0.1.0/24 -> * 443"});
  const auto audited = audited_cloud(tiers.cloud);
  const Finding& found = audited->one("nsg-allow-restricts-nothing");
  CHECK(found.severity == Severity::High);
  CHECK(found.subject == "NSG app-nsg");
  CHECK(found.message.find("subnet vnet/web reaches TCP 1-442,444-65535 of subnet vnet/app") == 0);
  REQUIRE(found.example);
  CHECK(found.example->packet == "TCP 10.0.1.4:50000 -> 10.0.2.4:22");
  REQUIRE(found.opening);
  CHECK(found.opening->traffic[net::Protocol::Tcp].contains(net::Port{22}));
  CHECK_FALSE(found.opening->traffic[net::Protocol::Tcp].contains(net::Port{443}));
  // Said once.
  CHECK(audited->of("nsg-lateral-management").empty());
}

TEST_CASE("azure audit: rules that do restrict") {
  const auto holes = [](const Names& at_web, const Names& at_app, const Names& out = {}) {
    const Tiers tiers(at_web, at_app, out);
    return audited_cloud(tiers.cloud)->of("nsg-allow-restricts-nothing").size();
  };
  const std::string allow = "Allow 100 Tcp 10.0.1.0/24 -> * 443";
  CHECK(holes(kClosed, {allow}) == 1);
  CHECK(holes(kClosed, {allow, kClosed[0]}) == 0);
  CHECK(holes(kClosed, {allow, "Deny 200 * 10.0.1.0/24 -> * *"}) == 0);
  // Of others only: the web still gets in.
  CHECK(holes(kClosed, {allow, "Deny 200 * 10.0.7.0/24 -> * *"}) == 1);
  // It lets in more than the network.
  CHECK(holes(kClosed, {"Allow 100 Tcp * -> * 443"}) == 0);
  // It says no less than the platform's rule.
  CHECK(holes(kClosed, {"Allow 100 * VirtualNetwork -> VirtualNetwork *"}) == 0);
  // That the probes' rule changes nothing either says nothing of the others.
  CHECK(holes(kClosed, {"Allow 100 * AzureLoadBalancer -> * *"}) == 0);
  // What the other side lets out is not more.
  CHECK(holes(kClosed, {allow}, {"Allow 100 Tcp * -> * 443", "Deny 200 * * -> * *"}) == 0);
}

TEST_CASE("azure audit: of rules that change nothing only those that are meant are named") {
  const Tiers tiers(kClosed,
                    {"Allow 100 * AzureLoadBalancer -> * *", "Allow 110 Tcp 10.0.1.0/24 -> * 443"});
  const auto audited = audited_cloud(tiers.cloud);
  const Finding& found = audited->one("nsg-allow-restricts-nothing");
  REQUIRE(found.causes.size() == 2);
  CHECK(found.causes[0].text.find("rule 110") == 0);
}

TEST_CASE("azure audit: management ports within the network") {
  const Tiers open(Names{}, Names{});
  auto audited = audited_cloud(open.cloud);
  const Finding& found = audited->one("nsg-lateral-management");
  CHECK(found.subject == "virtual network vnet");
  CHECK(found.also == Names{"subnet vnet/app"});
  CHECK(found.causes.size() == 2);
  const Tiers closed(kClosed, kClosed);
  CHECK(audited_cloud(closed.cloud)->of("nsg-lateral-management").empty());
  // Somebody let the bastion in.
  const Tiers bastion(kClosed, {"Allow 100 Tcp 10.0.1.0/24 -> * 22", kClosed[0]});
  CHECK(audited_cloud(bastion.cloud)->of("nsg-lateral-management").empty());
  // Nothing leaves the other subnet.
  const Tiers silent(Names{}, Names{}, {"Deny 100 * * -> * *"});
  CHECK(audited_cloud(silent.cloud)->of("nsg-lateral-management").empty());
}

TEST_CASE("azure audit: rules that never act, and what stands before them") {
  const Tiers tiers({"Allow 100 Tcp * -> * 443", "Deny 200 Tcp 198.51.100.0/24 -> * 443",
                     "Deny 300 * 203.0.113.0/24 -> * *", "Allow 400 Tcp 203.0.113.7/32 -> * 8443",
                     "Deny 500 Tcp 203.0.113.0/25 -> * 22", kClosed[0]},
                    kClosed);
  const auto audited = audited_cloud(tiers.cloud);
  const Finding& deny = audited->one("nsg-deny-never-acts");
  CHECK(deny.key == "Deny 200 Tcp 198.51.100.0/24 -> * 443");
  REQUIRE(deny.causes.size() == 1);
  CHECK(deny.causes[0].text ==
        "rule 100 Allow 100 Tcp * -> * 443 of NSG web-nsg comes first, and allows");
  CHECK(audited->one("nsg-allow-never-acts").key == "Allow 400 Tcp 203.0.113.7/32 -> * 8443");
  CHECK(audited->one("nsg-rule-never-decides").key == "Deny 500 Tcp 203.0.113.0/25 -> * 22");
  // The platform denies the same behind them: written on purpose.
  CHECK(audited->of("nsg-rule-redundant").empty());
}

TEST_CASE("azure audit: rules that change nothing") {
  const auto redundant = [](const Names& inbound) {
    const Tiers tiers(inbound, kClosed);
    Names keys;
    const auto audited = audited_cloud(tiers.cloud);
    for (const Finding* each : audited->of("nsg-rule-redundant")) keys.push_back(each->key);
    return keys;
  };
  CHECK(redundant({"Allow 100 Tcp 20.50.0.0/24 -> * 443", "Allow 200 Tcp Internet -> * 443"}) ==
        Names{"Allow 100 Tcp 20.50.0.0/24 -> * 443"});
  CHECK(redundant({"Allow 100 Tcp 20.50.0.0/24 -> * 443", "Deny 150 Tcp 20.50.0.0/25 -> * *",
                   "Allow 200 Tcp Internet -> * 443"})
            .empty());
  // As the platform's rules do.
  CHECK(redundant({"Deny 4096 * Internet -> * *"}).empty());
  CHECK(redundant({"Allow 4096 * AzureLoadBalancer -> * *"}).empty());
}

TEST_CASE("azure audit: a deny of the instance metadata acts on nothing") {
  CloudBuilder b;
  b.subnet(b.network("vnet", "10.0.0.0/16"), "web", "10.0.1.0/24",
           b.group("g", {}, {"Deny 100 * * -> 169.254.169.254 *"}));
  const auto audited = audited_cloud(b.cloud);
  const Finding& found = audited->one("nsg-deny-never-acts");
  REQUIRE(found.causes.size() == 1);
  CHECK(found.causes[0].text.find("AzurePlatformIMDS") != std::string::npos);
  // No number would let it act.
  CHECK(found.remedy.find("lower number") == std::string::npos);
  CHECK(found.remedy.find("AzurePlatformIMDS") != std::string::npos);
}

TEST_CASE("azure audit: subnets without a group, and those that need none") {
  CloudBuilder b;
  const auto network = b.network("vnet", "10.0.0.0/16");
  b.subnet(network, "bare", "10.0.1.0/24");
  b.subnet(network, "GatewaySubnet", "10.0.2.0/27");
  b.subnet(network, "AzureFirewallSubnet", "10.0.3.0/26");
  const auto own = b.subnet(network, "own", "10.0.4.0/24");
  b.interface("guarded", own, "10.0.4.4", b.group("g"));
  const auto endpoints = b.subnet(network, "endpoints", "10.0.5.0/24");
  b.interface("pe", endpoints, "10.0.5.4");
  b.cloud.interfaces.back().is_private_endpoint = true;
  auto open = b.subnet(network, "open", "10.0.6.0/24");
  b.cloud.subnets[static_cast<std::size_t>(open)].group_open =
      b.unknown("A-expression", model::Unknown::Scope::World);
  const auto audited = audited_cloud(b.cloud);
  CHECK(audited->one("azure-subnet-without-nsg").subject == "subnet vnet/bare");
}

TEST_CASE("azure audit: groups that nothing is attached to") {
  CloudBuilder b;
  b.group("spare");
  CHECK(audited_cloud(b.cloud)->of("nsg-not-attached").empty());  // an export of groups alone
  b.subnet(b.network("vnet", "10.0.0.0/16"), "web", "10.0.1.0/24", b.group("used"));
  CHECK(audited_cloud(b.cloud)->one("nsg-not-attached").subject == "NSG spare");
  b.cloud.subnets[0].group_open = b.unknown("A-expression", model::Unknown::Scope::World);
  CHECK(audited_cloud(b.cloud)->of("nsg-not-attached").empty());
}

TEST_CASE("azure audit: private endpoints that no group acts on") {
  CloudBuilder b;
  const auto id = b.subnet(b.network("vnet", "10.0.0.0/16"), "data", "10.0.1.0/24",
                           b.group("g", {"Deny 100 * * -> * *"}));
  for (const char* address : {"10.0.1.4", "10.0.1.5"}) {
    b.interface(std::string("pe-") + address, id, address);
    b.cloud.interfaces.back().is_private_endpoint = true;
  }
  CHECK(audited_cloud(b.cloud)->one("azure-private-endpoint-unfiltered").also.size() == 1);
  b.cloud.subnets[0].private_endpoints = model::PrivateEndpointPolicies::SecurityGroups;
  CHECK(audited_cloud(b.cloud)->of("azure-private-endpoint-unfiltered").empty());
}

TEST_CASE("azure audit: interfaces that forward without being a next hop") {
  CloudBuilder b;
  const auto id = b.subnet(b.network("vnet", "10.0.0.0/16"), "web", "10.0.1.0/24", b.group("g"));
  b.interface("nva", id, "10.0.1.4");
  b.cloud.interfaces[0].ip_forwarding = true;
  CHECK(audited_cloud(b.cloud)->one("azure-ip-forwarding").subject == "network interface nva");
  b.route(id, "0.0.0.0/0", model::NextHop::Appliance);
  b.cloud.route_tables[0].routes[0].appliance = support::address("10.0.1.4");
  CHECK(audited_cloud(b.cloud)->of("azure-ip-forwarding").empty());
}

}  // namespace
}  // namespace polreach
