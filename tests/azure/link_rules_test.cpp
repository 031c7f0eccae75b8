// SPDX-License-Identifier: Apache-2.0
// Rules of security groups, against the REST API's SecurityRulePropertiesFormat and Azure's
// documentation of network security groups.
#include <doctest/doctest.h>

#include "tests/azure/linking.h"

namespace polreach::azure::test {
namespace {

using Texts = std::vector<std::string>;

/// A group "web" with these rules.
std::string with(const std::string& rules, const std::string& more = "") {
  return R"({"name": "web", "properties": {"securityRules": [)" + rules + "]" + more + "}}";
}

Linked linked(const std::string& rules) { return Linking().add("nsg web", with(rules)).link(); }

Texts codes_of(const std::string& fields) { return linked(rule("r", fields)).codes; }

std::string source_of(const std::string& fields) {
  const Linked result = linked(rule("r", fields));
  CHECK(result.codes.empty());
  return show(result.cloud, result.rule("web", "r").source);
}

}  // namespace

TEST_CASE("a rule: protocol, ports, addresses, access, priority, direction") {
  const Linked result = linked(rule("r", R"("protocol": "TCP", "priority": "310",
      "destinationPortRanges": ["22-23", "80"], "direction": "outbound", "access": "deny")"));
  CHECK(result.codes.empty());
  const model::SecurityGroup& group = result.group("web");
  REQUIRE(group.outbound.size() == 4);
  const model::SecurityRule& read = group.outbound.front();
  CHECK(read.name == "r");
  CHECK(read.priority == 310);
  CHECK(read.access == model::Access::Deny);
  CHECK(read.protocols == net::ProtocolSet(net::IpProtocol::Tcp));
  CHECK_FALSE(read.any_protocol);
  CHECK_FALSE(read.is_default);
  CHECK(show(result.cloud, read.source) == "any");
  CHECK(read.source_ports == net::all_header_ports());
  // The singular field and the plural one together.
  CHECK(read.destination_ports ==
        (net::PortSet(22, 23) | net::PortSet(80, 80) | net::PortSet(443, 443)));
}

TEST_CASE("rules of az have their fields beside the name") {
  const Linked result = Linking()
                            .add("nsg web", R"({"name": "web", "resourceGroup": "rg",
      "securityRules": [{"name": "r", "access": "Allow", "direction": "Inbound", "priority": 100,
        "protocol": "*", "sourcePortRange": "*", "sourceAddressPrefix": "10.0.0.4",
        "sourceAddressPrefixes": [], "destinationPortRanges": ["80", "443"],
        "destinationAddressPrefix": "*"}]})")
                            .link();
  CHECK(result.codes.empty());
  const model::SecurityRule& read = result.rule("web", "r");
  CHECK(read.any_protocol);
  CHECK(read.destination_ports == (net::PortSet(80, 80) | net::PortSet(443, 443)));
  CHECK(show(result.cloud, read.source) == "10.0.0.4/32");
}

TEST_CASE("addresses of rules") {
  CHECK(source_of(R"("sourceAddressPrefix": "Any")") == "any");
  CHECK(source_of(R"("sourceAddressPrefix": "0.0.0.0/0")") == "0.0.0.0/0");
  CHECK(source_of(R"("sourceAddressPrefix": "::/0")") == "::/0");
  CHECK(source_of(R"("sourceAddressPrefix": "INTERNET")") == "tag Internet");
  CHECK(source_of(R"("sourceAddressPrefix": "VIRTUAL_NETWORK")") == "tag VirtualNetwork");
  CHECK(source_of(R"("sourceAddressPrefix": "AZURE_LOADBALANCER")") == "tag AzureLoadBalancer");
  CHECK(source_of(R"("sourceAddressPrefix": "storage.WestUS")") == "tag Storage.WestUS");
  CHECK(source_of(R"("sourceAddressPrefix": "SomeNewService")") == "tag SomeNewService");
  CHECK(source_of(R"("sourceAddressPrefix": "", "sourceAddressPrefixes":
      ["10.0.0.0/8", "2001:db8::1"])") == "10.0.0.0/8; 2001:db8::1/128");
  CHECK(source_of(R"("sourceAddressPrefix": "10.0.0.0/8", "sourceAddressPrefixes":
      ["10.1.0.0/16"])") == "10.0.0.0/8; 10.1.0.0/16");
}

TEST_CASE("the spelling of a tag is that of the file of tags") {
  model::ServiceTags tags;
  tags.tags["storage.westus"] = {"Storage.WestUs", {}};
  const Linked result = Linking()
                            .add("nsg web", with(rule("r", R"("sourceAddressPrefix":
                                "STORAGE.WESTUS")")))
                            .tags(tags)
                            .link();
  CHECK(show(result.cloud, result.rule("web", "r").source) == "tag Storage.WestUs");
}

TEST_CASE("what the API refuses in a rule is an error, and never means anything") {
  const struct {
    const char* fields;
    const char* code;
  } kCases[] = {
      {R"("destinationPortRange": "443,65200-65535")", "bad-rule-port"},
      {R"("destinationPortRange": "90-80")", "bad-rule-port"},
      {R"("destinationPortRange": "65536")", "bad-rule-port"},
      {R"("destinationPortRange": "")", "rule-without-ports"},
      {R"("sourceAddressPrefix": "")", "rule-without-addresses"},
      {R"("sourceAddressPrefix": null, "sourceAddressPrefixes": [])", "rule-without-addresses"},
      {R"("sourceAddressPrefix": "10.0.0.0/8,10.0.0.1")", "bad-rule-address"},
      {R"("sourceAddressPrefix": "10.0.0.0/33")", "bad-rule-address"},
      {R"("sourceAddressPrefix": "Internett")", "bad-rule-address"},
      {R"("protocol": "Tpc")", "bad-rule-field"},
      {R"("access": "Permit")", "bad-rule-field"},
      {R"("direction": "In")", "bad-rule-field"},
      {R"("priority": 99)", "bad-rule-field"},
      {R"("priority": 4097)", "bad-rule-field"},
      {R"("priority": null)", "missing-field"},
      {R"("access": {})", "wrong-type"},
  };
  for (const auto& test : kCases) {
    CAPTURE(test.fields);
    const Linked result = linked(rule("r", test.fields));
    REQUIRE_FALSE(result.codes.empty());
    CHECK(result.codes.front() == test.code);
    CHECK(result.diagnostics.errors() > 0);
    // Whoever goes on in spite of it must not take the rule for certain.
    CHECK(result.rule("web", "r").access_open.has_value());
    CHECK(result.rule("web", "r").priority_open.has_value());
  }
  CHECK(linked(rule(std::string(80, 'n'))).codes.empty());
  CHECK(linked(rule(std::string(81, 'n'))).codes == Texts{"bad-rule-field"});
  CHECK(codes_of("\"description\": \"" + std::string(141, 'd') + "\"") == Texts{"bad-rule-field"});
  CHECK(codes_of("\"sourceApplicationSecurityGroups\": [" + to("asg a") + "]") ==
        Texts{"prefix-and-group"});
}

TEST_CASE("a misspelt tag: the nearest one is named") {
  const Linked result = linked(rule("r", R"("sourceAddressPrefix": "Internett")"));
  REQUIRE(result.diagnostics.all().size() == 1);
  CHECK(result.diagnostics.all().front().help == "did you mean Internet?");
}

TEST_CASE("ports from 0 to 65535") {
  const Linked result = linked(rule("r", R"("destinationPortRange": "0-65535")"));
  CHECK(result.codes.empty());
  CHECK(result.rule("web", "r").destination_ports == net::all_header_ports());
  CHECK(linked(rule("r", R"("destinationPortRange": 22)")).rule("web", "r").destination_ports ==
        net::PortSet(22, 22));
}

TEST_CASE("warnings: bits behind the length, tags in lists") {
  const Linked bits = linked(rule("r", R"("sourceAddressPrefix": "10.0.0.4/24")"));
  CHECK(bits.codes == Texts{"host-bits"});
  CHECK(bits.diagnostics.errors() == 0);
  CHECK(show(bits.cloud, bits.rule("web", "r").source) == "10.0.0.0/24");
  const Linked tag =
      linked(rule("r", R"("sourceAddressPrefix": null, "sourceAddressPrefixes": ["Internet"])"));
  CHECK(tag.codes == Texts{"tag-in-list"});
  CHECK(tag.diagnostics.errors() == 0);
  CHECK(show(tag.cloud, tag.rule("web", "r").source) == "tag Internet");
}

TEST_CASE("priorities are unique in each direction") {
  const Linked clash = linked(rule("a") + "," + rule("b"));
  CHECK(clash.codes == Texts{"duplicate-priority"});
  CHECK(clash.diagnostics.all().front().other.exists());
  CHECK(linked(rule("a") + "," + rule("b", R"("direction": "Outbound")")).codes.empty());
}

TEST_CASE("a group with more than 1000 rules") {
  std::string rules;
  for (int i = 0; i < 1001; ++i) {
    rules += (i == 0 ? "" : ",") +
             rule("r" + std::to_string(i), "\"priority\": " + std::to_string(100 + i));
  }
  CHECK(linked(rules).codes == Texts{"group-limit"});
}

TEST_CASE("the six default rules are always there") {
  const Linked result = Linking().add("nsg web", R"({"name": "web"})").link();
  CHECK(result.codes.empty());
  const model::SecurityGroup& group = result.group("web");
  const auto text = [&](const std::vector<model::SecurityRule>& rules) {
    std::string all;
    for (const model::SecurityRule& entry : rules) {
      CHECK(entry.is_default);
      CHECK_FALSE(entry.where.exists());
      CHECK(entry.protocols == net::ProtocolSet::all());
      CHECK(entry.destination_ports == net::all_header_ports());
      all += std::to_string(entry.priority) + " " + entry.name + ": " +
             show(result.cloud, entry.source) + " -> " + show(result.cloud, entry.destination) +
             (entry.access == model::Access::Allow ? " Allow\n" : " Deny\n");
    }
    return all;
  };
  CHECK(text(group.inbound) ==
        "65000 AllowVnetInBound: tag VirtualNetwork -> tag VirtualNetwork Allow\n"
        "65001 AllowAzureLoadBalancerInBound: tag AzureLoadBalancer -> any Allow\n"
        "65500 DenyAllInBound: any -> any Deny\n");
  CHECK(text(group.outbound) ==
        "65000 AllowVnetOutBound: tag VirtualNetwork -> tag VirtualNetwork Allow\n"
        "65001 AllowInternetOutBound: any -> tag Internet Allow\n"
        "65500 DenyAllOutBound: any -> any Deny\n");
}

TEST_CASE("default rules of an export have their places; a different one counts and is noticed") {
  const std::string deny = R"("priority": 65500, "protocol": "*", "destinationPortRange": "*",
                              "access": "Deny")";
  const Linked same = Linking()
                          .add("nsg web", with("", R"(, "defaultSecurityRules": [)" +
                                                       rule("DenyAllInBound", deny) + "]"))
                          .link();
  CHECK(same.codes.empty());
  CHECK(same.group("web").inbound.size() == 3);
  CHECK(same.rule("web", "DenyAllInBound").where.exists());
  CHECK(same.rule("web", "DenyAllInBound").is_default);
  const std::string allow = R"("priority": 65500, "protocol": "*", "destinationPortRange": "*")";
  const Linked other = Linking()
                           .add("nsg web", with("", R"(, "defaultSecurityRules": [)" +
                                                        rule("DenyAllInBound", allow) + "]"))
                           .link();
  CHECK(other.codes == Texts{"unusual-default-rule"});
  CHECK(other.group("web").inbound.size() == 3);
  CHECK(other.rule("web", "DenyAllInBound").access == model::Access::Allow);
}

TEST_CASE("rules are in the order of their priorities") {
  const Linked result = linked(rule("b", R"("priority": 300)") + "," +
                               rule("a", R"("priority": 4096)") + "," + rule("c"));
  const auto& rules = result.group("web").inbound;
  REQUIRE(rules.size() == 6);
  CHECK(rules[0].name == "c");
  CHECK(rules[1].name == "b");
  CHECK(rules[2].name == "a");
  CHECK(rules[3].name == "AllowVnetInBound");
}

TEST_CASE("what could not be evaluated in a rule") {
  const Linked access = linked(rule("r", R"("access": "?the access")"));
  CHECK(access.codes.empty());
  const auto& open = access.rule("web", "r");
  REQUIRE(open.access_open);
  CHECK(access.cloud[*open.access_open].what ==
        "access of security rule r of network security group web: the access is not known");
  CHECK(access.cloud[*open.access_open].settle == "say it");
  CHECK(access.cloud[*open.access_open].where.exists());
  CHECK(access.cloud[*open.access_open].scope == model::Unknown::Scope::World);

  CHECK(linked(rule("r", R"("priority": "?p")")).rule("web", "r").priority_open.has_value());

  const Linked protocol = linked(rule("r", R"("protocol": "?p")"));
  CHECK(protocol.rule("web", "r").protocols == net::ProtocolSet::all());
  CHECK(protocol.rule("web", "r").only_if.size() == 1);

  const Linked ports = linked(rule("r", R"("destinationPortRanges": ["?p"])"));
  CHECK(ports.rule("web", "r").destination_ports == net::all_header_ports());
  CHECK(ports.rule("web", "r").only_if.size() == 1);

  CHECK(show(linked(rule("r", R"("sourceAddressPrefix": "?p")")).cloud,
             linked(rule("r", R"("sourceAddressPrefix": "?p")")).rule("web", "r").source) ==
        "open");
  const Linked list =
      linked(rule("r", R"("sourceAddressPrefix": "10.0.0.0/8", "sourceAddressPrefixes": "?list")"));
  CHECK(show(list.cloud, list.rule("web", "r").source) == "10.0.0.0/8; open");

  const Linked direction = linked(rule("r", R"("direction": "?d")"));
  CHECK(direction.group("web").inbound.front().only_if.size() == 1);
  CHECK(direction.group("web").outbound.front().name == "r");
}

TEST_CASE("an unknown rule, and an unknown list of rules, may be anything") {
  for (const char* rules :
       {R"(["?all of it"])", R"("?all of it")", R"([{"name": "r", "properties": "?all of it"}])"}) {
    CAPTURE(rules);
    const Linked result = Linking()
                              .add("nsg web", std::string(R"({"name": "web", "properties":
                                  {"securityRules": )") +
                                                  rules + "}}")
                              .link();
    CHECK(result.codes.empty());
    for (const auto* list : {&result.group("web").inbound, &result.group("web").outbound}) {
      REQUIRE(list->size() == 4);
      const model::SecurityRule& open = list->front();
      REQUIRE(open.access_open);
      REQUIRE(open.priority_open);
      // One fact for both would say that an early rule always allows.
      CHECK(*open.access_open != *open.priority_open);
      CHECK(open.protocols == net::ProtocolSet::all());
      CHECK(show(result.cloud, open.source) == "any");
      CHECK(show(result.cloud, open.destination) == "any");
      CHECK(open.source_ports == net::all_header_ports());
      CHECK(open.destination_ports == net::all_header_ports());
    }
  }
}

TEST_CASE("one unknown at two fields of rules is two facts, a condition is one") {
  const Linked two = linked(rule("a", R"("access": "?x")") + "," +
                            rule("b", R"("access": "?x", "priority": 200)"));
  CHECK(*two.rule("web", "a").access_open != *two.rule("web", "b").access_open);
  const Linked result =
      Linking().add("nsg web", with("")).add("rule web/a", rule("a")).only_if("C").link();
  CHECK(result.codes.empty());
  const auto& only_if = result.rule("web", "a").only_if;
  REQUIRE(only_if.size() == 1);
  CHECK(result.cloud[only_if.front()].what == "whether the condition C holds is not known");
}

TEST_CASE("with --keep-going errors are warnings, and what they are about is open") {
  const Linked result = Linking()
                            .add("nsg web", with(rule("r", R"("access": "?x")") + "," +
                                                 rule("s", R"("priority": 1)")))
                            .keep_going()
                            .link();
  CHECK(result.diagnostics.errors() == 0);
  CHECK(result.codes == Texts{"bad-rule-field"});
  REQUIRE(result.rule("web", "s").access_open);
  CHECK(result.cloud[*result.rule("web", "s").access_open].id == "A-unreadable");
}

}  // namespace polreach::azure::test
