// SPDX-License-Identifier: Apache-2.0
// What belongs together: children and parents, patches, references, exports of effective rules.
#include <doctest/doctest.h>

#include "tests/azure/linking.h"

namespace polreach::azure::test {
namespace {

using Texts = std::vector<std::string>;

std::string rules(const std::string& list) {
  return R"({"properties": {"securityRules": [)" + list + "]}}";
}

}  // namespace

TEST_CASE("rules in the body and rules of their own are one list") {
  const Linked result = Linking()
                            .add("nsg web", rules(rule("a")))
                            .add("rule web/b", rule("b", R"("priority": 200)"))
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.groups.size() == 1);
  CHECK(result.group("web").inbound.size() == 5);
  CHECK_FALSE(result.group("web").missing);
}

TEST_CASE("an id without subscription and group is the resource of that name") {
  const Linked result = Linking()
                            .add("?: rule WEB/b", rule("b", R"("priority": 200)"))
                            .add("nsg web", rules(rule("a")))
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.groups.size() == 1);
  CHECK(result.group("web").inbound.size() == 5);
  CHECK(result.group("web").resource_group == "rg");
}

TEST_CASE("an id that can be one of several is no answer") {
  const Linked result =
      Linking().add("one: nsg web").add("two: nsg web").add("?: rule web/b", rule("b")).link();
  CHECK(result.codes == Texts{"ambiguous-azure-id"});
  const Linked exact =
      Linking().add("one: nsg web").add("two: nsg web").add("two: rule web/b", rule("b")).link();
  CHECK(exact.codes.empty());
  CHECK(exact.cloud.groups[0].inbound.size() == 3);
  CHECK(exact.cloud.groups[1].inbound.size() == 4);
  CHECK(exact.cloud.groups[1].resource_group == "two");
}

TEST_CASE("the same resource twice counts once, different ones are an error") {
  const Linked same = Linking()
                          .add("nsg web", rules(rule("a")))
                          .add("nsg web", R"({"id": "x", "etag": "1", "location": "l",
                              "properties": {"securityRules": [)" +
                                              rule("A", R"("protocol": "tcp")") + "]}}")
                          .link();
  CHECK(same.codes.empty());
  CHECK(same.group("web").inbound.size() == 4);
  CHECK(Linking()
            .add("nsg web", rules(rule("a")))
            .add("nsg web", rules(rule("a", R"("access": "Deny")")))
            .link()
            .codes == Texts{"duplicate-object"});
  CHECK(Linking()
            .add("nsg web", rules(rule("a")))
            .add("nsg web", rules(rule("a") + "," + rule("b", R"("priority": 200)")))
            .link()
            .codes == Texts{"duplicate-object"});
  const Linked twice = Linking().add("nsg web", rules(rule("a") + "," + rule("a"))).link();
  CHECK(twice.codes == Texts{"duplicate-object"});
  CHECK(twice.diagnostics.all().front().other.exists());
  CHECK(Linking()
            .add("nsg web", rules(rule("a")))
            .add("rule web/a", rule("a", R"("priority": 200)"))
            .link()
            .codes == Texts{"duplicate-object"});
}

TEST_CASE("with --keep-going what is contradicted decides nothing") {
  const Linked rule_twice = Linking()
                                .add("nsg web", rules(rule("a")))
                                .add("rule web/a", rule("a", R"("access": "Deny")"))
                                .keep_going()
                                .link();
  CHECK(rule_twice.diagnostics.errors() == 0);
  CHECK(rule_twice.codes == Texts{"duplicate-object"});
  CHECK(rule_twice.rule("web", "a").access_open.has_value());
  CHECK(rule_twice.rule("web", "a").priority_open.has_value());
  const Linked group_twice =
      Linking().add("nsg web", rules(rule("a"))).add("nsg web", rules("")).keep_going().link();
  CHECK(group_twice.group("web").missing.has_value());
  const Linked priorities =
      Linking().add("nsg web", rules(rule("a") + "," + rule("b"))).keep_going().link();
  CHECK(priorities.rule("web", "b").priority_open.has_value());
  const Linked attached = Linking()
                              .add("vnet v")
                              .add("subnet v/a", R"({"addressPrefix": "10.0.1.0/24",
                                  "networkSecurityGroup": )" +
                                                     to("nsg db") + "}")
                              .add("nsg web", R"({"subnets": [)" + to("subnet v/a") + "]}")
                              .keep_going()
                              .link();
  CHECK_FALSE(attached.subnet("a").group);
  CHECK(attached.subnet("a").group_open.has_value());
}

TEST_CASE("conditions of a group and of its association are one fact together") {
  const Linked result =
      Linking()
          .add("nsg web")
          .only_if("C")
          .only_if("D")
          .add("vnet v")
          .add("subnet v/a", R"({"addressPrefix": "10.0.1.0/24"})")
          .patch("subnet v/a", R"({"properties": {"networkSecurityGroup": )" + to("nsg web") + "}}")
          .only_if("E")
          .link();
  REQUIRE(result.subnet("a").group_open);
  CHECK(result.cloud[*result.subnet("a").group_open].what ==
        "whether the condition E holds is not known; whether the condition C holds is not known; "
        "whether the condition D holds is not known");
}

TEST_CASE("a rule of a group that is not in the input decides nothing") {
  const Linked result = Linking().add("rule web/a", rule("a")).link();
  CHECK(result.codes.empty());
  const model::SecurityGroup& group = result.group("web");
  REQUIRE(group.missing);
  CHECK(group.inbound.front().name == "a");
  CHECK(result.cloud[*group.missing].what ==
        "the other rules of network security group web are not in the input");
  CHECK(result.cloud[*group.missing].settle == "add it: az network nsg show -g rg -n web");
}

TEST_CASE("a group that is referred to and is not in the input is missing, once") {
  const Linked result = Linking()
                            .add("vnet v", R"({"properties": {"subnets": [
            {"name": "a", "properties": {"addressPrefix": "10.0.1.0/24",
                                         "networkSecurityGroup": )" +
                                               to("nsg web") + R"(}},
            {"name": "b", "properties": {"addressPrefix": "10.0.2.0/24",
                                         "networkSecurityGroup": )" +
                                               to("nsg web") + R"(}}]}})")
                            .link();
  CHECK(result.codes.empty());
  REQUIRE(result.cloud.groups.size() == 1);
  const model::SecurityGroup& group = result.group("web");
  REQUIRE(group.missing);
  CHECK(result.cloud[*group.missing].what == "network security group web is not in the input");
  CHECK(result.subnet("a").group == result.subnet("b").group);
  CHECK_FALSE(result.subnet("a").group_open);
}

TEST_CASE("associations that are resources of their own") {
  const std::string subnet = R"({"properties": {"addressPrefix": "10.0.1.0/24"}})";
  const std::string group = R"({"properties": {"networkSecurityGroup": )" + to("nsg web") + "}}";
  const Linked result = Linking()
                            .patch("subnet v/a", group)
                            .add("vnet v")
                            .add("nsg web")
                            .add("subnet v/a", subnet)
                            .link();
  CHECK(result.codes.empty());
  CHECK(result.subnet("a").group.has_value());
  CHECK(result.subnet("a").space.prefixes.size() == 1);

  const Linked maybe = Linking()
                           .add("vnet v")
                           .add("nsg web")
                           .add("subnet v/a", subnet)
                           .patch("subnet v/a", group)
                           .only_if("C")
                           .link();
  CHECK(maybe.subnet("a").group.has_value());
  CHECK(maybe.subnet("a").group_open.has_value());

  // Of a subnet that is not in the input: what is known of it.
  const Linked alone = Linking().patch("subnet v/a", group).add("nsg web").link();
  CHECK(alone.codes.empty());
  CHECK(alone.subnet("a").group.has_value());
  CHECK(alone.subnet("a").space.more.has_value());
  CHECK(alone.subnet("a").routes_open.has_value());

  const Linked two = Linking()
                         .add("vnet v")
                         .add("subnet v/a", R"({"properties": {"addressPrefix": "10.0.1.0/24",
                              "networkSecurityGroup": )" +
                                                to("nsg db") + "}}")
                         .patch("subnet v/a", group)
                         .link();
  CHECK(two.codes == Texts{"duplicate-object"});
}

TEST_CASE("a group that exists only if something holds is attached only then") {
  const Linked result = Linking()
                            .add("nsg web")
                            .only_if("C")
                            .add("vnet v")
                            .add("subnet v/a", R"({"properties": {"addressPrefix": "10.0.1.0/24",
                                "networkSecurityGroup": )" +
                                                   to("nsg web") + "}}")
                            .link();
  CHECK(result.subnet("a").group.has_value());
  REQUIRE(result.subnet("a").group_open);
  CHECK(result.cloud[*result.subnet("a").group_open].what ==
        "whether the condition C holds is not known");
}

TEST_CASE("the order of resources does not matter") {
  const auto build = [] {
    return Linking()
        .add("nsg web", rules(rule("a", R"("access": "?x")")))
        .add("vnet v", R"({"properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "s", "properties": {"addressPrefix": "10.0.1.0/24",
                         "networkSecurityGroup": )" +
                           to("nsg gone") + "}}]}}")
        .add("other: nsg web", rules(rule("b")))
        .add("nic n", R"({"properties": {"networkSecurityGroup": )" + to("other: nsg web") +
                          R"(, "ipConfigurations": [{"name": "c", "properties": {"subnet": )" +
                          to("subnet v/s") + "}}]}}");
  };
  const auto text = [](const Linked& result) {
    std::string all;
    for (const auto& group : result.cloud.groups) {
      all += group.resource_group + "/" + group.name + " ";
      for (const auto& entry : group.inbound) all += entry.name + " ";
    }
    for (const auto& unknown : result.cloud.unknowns) all += unknown.what + "; ";
    const model::Interface& nic = result.interface("n");
    all += result.cloud[*nic.group].resource_group;
    all += result.cloud[*result.cloud[*nic.addresses.front().subnet].group].name;
    return all;
  };
  const Linked first = build().link();
  const Linked second = build().reverse().link();
  CHECK(first.codes.empty());
  CHECK(text(first) == text(second));
  CHECK(first.cloud.groups[0].name == "gone");
  CHECK(first.cloud.groups[1].resource_group == "other");
  CHECK(first.cloud.groups[2].resource_group == "rg");
}

TEST_CASE("a reference that is no id") {
  const Linked result = Linking()
                            .add("vnet v")
                            .add("subnet v/a", R"({"properties": {"addressPrefix": "10.0.1.0/24",
                                "networkSecurityGroup": {"id": "web"}}})")
                            .link();
  CHECK(result.codes == Texts{"bad-azure-id"});
  CHECK(result.subnet("a").group_open.has_value());
}

namespace {

std::string effective(const std::string& association, const std::string& list) {
  return R"({"networkSecurityGroup": )" + to("nsg web") + R"(, "association": )" + association +
         R"(, "effectiveSecurityRules": [)" + list + "]}";
}

const char* const kVnetIn = R"({"name": "defaultSecurityRules/AllowVnetInBound", "protocol": "All",
    "sourcePortRange": "0-65535", "destinationPortRange": "0-65535",
    "sourceAddressPrefix": "VirtualNetwork", "sourceAddressPrefixes": ["VirtualNetwork"],
    "expandedSourceAddressPrefix": ["10.0.0.0/16", "168.63.129.16/32"],
    "destinationAddressPrefix": "VirtualNetwork",
    "access": "Allow", "priority": 65000, "direction": "Inbound"})";

}  // namespace

TEST_CASE("an export of effective rules is a group, attached where it says") {
  const std::string user = R"({"name": "securityRules/ssh", "protocol": "Tcp",
      "sourcePortRange": "0-65535", "destinationPortRange": "22-22",
      "sourceAddressPrefix": "Internet", "expandedSourceAddressPrefix": ["1.0.0.0/8"],
      "destinationAddressPrefix": "0.0.0.0/0", "access": "Allow", "priority": 100,
      "direction": "Inbound"})";
  const std::string subnet = R"({"subnet": )" + to("subnet v/s") + "}";
  const std::string nic = R"({"networkInterface": )" + to("nic n") + "}";
  const Linked result = Linking()
                            .add("effective one", effective(subnet, user + "," + kVnetIn))
                            .add("effective two", effective(nic, user + "," + kVnetIn))
                            .link();
  CHECK(result.codes.empty());
  // Equal rules of one group are one group.
  REQUIRE(result.cloud.groups.size() == 1);
  const model::SecurityGroup& group = result.group("web");
  CHECK_FALSE(group.missing);
  CHECK(group.inbound.size() == 4);
  CHECK(group.outbound.size() == 3);
  CHECK(group.inbound[0].name == "ssh");
  CHECK_FALSE(group.inbound[0].is_default);
  CHECK(group.inbound[0].source.front().expanded ==
        net::addresses_of(*net::Prefix::parse("1.0.0.0/8")));
  CHECK(group.inbound[1].name == "AllowVnetInBound");
  CHECK(group.inbound[1].is_default);
  CHECK(group.inbound[1].any_protocol);
  CHECK(group.inbound[1].source.size() == 1);
  CHECK(result.subnet("s").group.has_value());
  CHECK_FALSE(result.subnet("s").group_open);
  CHECK(result.interface("n").group.has_value());
  CHECK_FALSE(result.interface("n").group_open);
}

TEST_CASE("rules of a network manager act before the groups of the interface") {
  const std::string admin = R"({"association": {"networkManager": )" + to("manager m") +
                            R"(}, "effectiveSecurityRules": [{"name": "always", "protocol": "All",
      "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "10.0.0.4/32",
      "destinationAddressPrefix": "*", "access": "AlwaysAllow", "priority": 5,
      "direction": "Inbound"}]})";
  const std::string nic = R"({"networkInterface": )" + to("nic n") + "}";
  CHECK(Linking().add("effective a", admin).link().codes == Texts{"admin-rules-unattached"});
  const std::string named =
      R"({"networkInterface": )" + to("nic n") + R"(, "networkManager": )" + to("manager m") + "}";
  std::string body = admin;
  body.replace(body.find("{\"networkManager\""),
               body.find("}}") + 2 - body.find("{\"networkManager\""), named);
  const Linked result =
      Linking().add("effective a", body).add("effective b", effective(nic, kVnetIn)).link();
  CHECK(result.codes.empty());
  REQUIRE(result.interface("n").admin);
  const model::SecurityGroup& group = result.cloud[*result.interface("n").admin];
  CHECK(group.name == "m");
  REQUIRE(group.inbound.size() == 1);
  CHECK(group.inbound.front().access == model::Access::AlwaysAllow);
  CHECK(group.outbound.empty());
}

TEST_CASE("an export of effective rules says which subnet its interface is in") {
  const std::string both =
      R"({"subnet": )" + to("subnet v/s") + R"(, "networkInterface": )" + to("nic n") + "}";
  const Linked result = Linking().add("effective one", effective(both, kVnetIn)).link();
  CHECK(result.codes.empty());
  REQUIRE(result.interface("n").addresses.size() == 1);
  const model::InterfaceAddress& address = result.interface("n").addresses[0];
  REQUIRE(address.subnet);
  CHECK(result.cloud[*address.subnet].name == "s");
  CHECK_FALSE(address.address);
}

TEST_CASE("the group itself counts before its effective rules") {
  const std::string subnet = R"({"subnet": )" + to("subnet v/s") + "}";
  const Linked result = Linking()
                            .add("nsg web", rules(rule("a")))
                            .add("effective one", effective(subnet, kVnetIn))
                            .link();
  CHECK(result.codes == Texts{"effective-ignored"});
  CHECK(result.diagnostics.errors() == 0);
  REQUIRE(result.cloud.groups.size() == 1);
  CHECK(result.subnet("s").group.has_value());
}

}  // namespace polreach::azure::test
