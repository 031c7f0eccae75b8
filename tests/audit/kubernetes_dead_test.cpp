// SPDX-License-Identifier: Apache-2.0
// What does nothing, or not what it seems to: each check where it must speak, and where it must
// not.
#include <doctest/doctest.h>

#include "tests/audit/manifests.h"
#include "tests/support/auditing.h"

namespace polreach {
namespace {

using support::a_namespace;
using support::a_policy;
using support::a_workload;
using support::Audited;
using Lines = std::vector<std::string>;

const std::string kDenyAll = "{podSelector: {}, policyTypes: [Ingress, Egress]}";

/// A namespace shop, closed, with web and api.
std::string shop() {
  return a_namespace("shop") + a_workload("shop", "web", "[{name: http, containerPort: 8080}]") +
         a_workload("shop", "api", "[{name: http, containerPort: 8080}]") +
         a_policy("shop", "deny", kDenyAll);
}

/// The same, closed for ingress alone: what egress rules close nobody needs ingress rules for.
std::string open_shop() {
  return a_namespace("shop") + a_workload("shop", "web") + a_workload("shop", "api") +
         a_policy("shop", "deny", "{podSelector: {}, policyTypes: [Ingress]}");
}

/// The findings of what can go.
Lines dead(const Audited& audited) {
  Lines result;
  for (const char* check : {"policy-redundant", "rule-redundant", "rule-contradicted"}) {
    for (const auto* each : audited.of(check)) result.push_back(support::line_of(*each));
  }
  return result;
}

std::string ingress_of_web(const std::string& name, const std::string& rules) {
  return a_policy(
      "shop", name,
      "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [" + rules + "]}");
}

const std::string kFromApi =
    "{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: 80}]}";
const std::string kFromShop = "{from: [{podSelector: {}}], ports: [{port: 80}]}";

}  // namespace

TEST_CASE("a policy that others cover is superfluous, a default deny is not") {
  // Today web and api are isolated by their own policies, too: deny still is for the next pod.
  const auto own = [](const std::string& name) {
    return a_policy(
        "shop", name,
        "{podSelector: {matchLabels: {app: " + name + "}}, policyTypes: [Ingress, Egress]}");
  };
  const auto closed = Audited::of_text(shop() + own("web") + own("api"));
  CHECK(closed->lines() == Lines{"low policy-redundant | NetworkPolicy shop/api",
                                 "low policy-redundant | NetworkPolicy shop/web"});
  const auto covered = Audited::of_text(shop() + ingress_of_web("wide", kFromShop) +
                                        ingress_of_web("narrow", kFromApi));
  REQUIRE(covered->lines() == Lines{"low policy-redundant | NetworkPolicy shop/narrow"});
  // What covers it is named.
  bool named = false;
  for (const auto& cause : covered->audit().findings.front().causes) {
    named = named || cause.text.find("shop/wide") != std::string::npos;
  }
  CHECK(named);
}

TEST_CASE("a rule is superfluous only where no pod that could exist needs it") {
  const auto covered =
      Audited::of_text(open_shop() + ingress_of_web("p", kFromShop + ", " + kFromApi));
  CHECK(dead(*covered) == Lines{"low rule-redundant | NetworkPolicy shop/p | ingress rule 2"});
  // Of two rules that cover each other one can go.
  const auto twice =
      Audited::of_text(open_shop() + ingress_of_web("p", kFromApi + ", " + kFromApi));
  CHECK(dead(*twice) == Lines{"low rule-redundant | NetworkPolicy shop/p | ingress rule 1"});
  // The pods of shop may send nothing: what lets them in changes nothing.
  const auto nobody = Audited::of_text(shop() + ingress_of_web("p", kFromApi + ", " + kFromApi));
  CHECK(dead(*nobody) == Lines{"low policy-redundant | NetworkPolicy shop/p"});
  // Two halves cover a whole.
  const auto halves = Audited::of_text(
      open_shop() +
      ingress_of_web("p",
                     "{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}, {from: "
                     "[{ipBlock: {cidr: 10.0.0.0/9}}, {ipBlock: {cidr: 10.128.0.0/9}}], ports: "
                     "[{port: 80}]}"));
  CHECK(halves->of("rule-redundant").size() == 1);
  // A pod with another label needs the second rule, though none is there today.
  const auto other = Audited::of_text(
      open_shop() +
      ingress_of_web("p", kFromApi +
                              ", {from: [{podSelector: {matchExpressions: [{key: app, "
                              "operator: In, values: [api, job]}]}}], ports: [{port: 80}]}"));
  CHECK(dead(*other) == Lines{"low rule-redundant | NetworkPolicy shop/p | ingress rule 1"});
}

TEST_CASE("policies that say the same are one finding, whatever their order") {
  const auto audited =
      Audited::of_text(shop() + ingress_of_web("a", kFromApi + ", {ports: [{port: 81}]}") +
                       ingress_of_web("b", "{ports: [{port: 81}]}, " + kFromApi));
  CHECK(audited->of("policy-duplicated").size() == 1);
  CHECK(audited->of("policy-redundant").empty());
  CHECK(audited->of("policy-duplicated").front()->also == Lines{"NetworkPolicy shop/b"});
}

TEST_CASE("an admin rule that an earlier one contradicts never decides") {
  const auto rule = [](const std::string& name, const std::string& action) {
    return "{name: " + name + ", action: " + action +
           ", from: [{namespaces: {matchLabels: {team: a}}}]}";
  };
  const auto audited = Audited::of_text(
      shop() +
      "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n"
      "metadata: {name: admin}\nspec:\n  priority: 10\n  subject: {namespaces: {}}\n  ingress: [" +
      rule("deny", "Deny") + ", " + rule("allow", "Allow") + "]\n");
  CHECK_MESSAGE(audited->lines() ==
                    Lines{"low rule-contradicted | AdminNetworkPolicy admin | ingress rule 2"},
                audited->shown());
}

TEST_CASE("a selector that matches no pod of a namespace that is there") {
  const auto from = [](const std::string& peer) {
    return Audited::of_text(shop() +
                            ingress_of_web("p", "{from: [" + peer + "], ports: [{port: 80}]}"));
  };
  CHECK(from("{podSelector: {matchLabels: {app: apii}}}")->lines() ==
        Lines{"low selector-matches-nothing | NetworkPolicy shop/p | ingress pods app=apii"});
  // Namespaces that the input does not hold may have such pods.
  CHECK(from("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}")
            ->lines()
            .empty());
  // One that is called so and has not got the label was meant.
  const auto label = from("{namespaceSelector: {matchLabels: {name: shop}}}");
  CHECK(label->lines() ==
        Lines{"low selector-matches-nothing | NetworkPolicy shop/p | ingress pods "
              "{} namespaces name=shop"});
  // The platform's own pods are in no manifest.
  const std::string dns =
      "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, "
      "podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{protocol: UDP, port: 53}]}";
  const auto platform = Audited::of_text(
      shop() + a_namespace("kube-system") + a_workload("kube-system", "logs") +
      a_policy("kube-system", "deny", kDenyAll) +
      a_policy("shop", "dns", "{podSelector: {}, policyTypes: [Egress], egress: [" + dns + "]}"));
  CHECK_MESSAGE(platform->lines().empty(), platform->shown());
  const auto subject = Audited::of_text(
      shop() + a_policy("shop", "p",
                        "{podSelector: {matchLabels: {app: wep}}, ingress: [" + kFromApi + "]}"));
  CHECK(subject->lines() == Lines{"low selector-matches-nothing | NetworkPolicy shop/p | subject"});
}

TEST_CASE("a port name that no pod has, or for another protocol") {
  const auto port = [](const std::string& entry) {
    return Audited::of_text(
        shop() + ingress_of_web("p", "{from: [{podSelector: {matchLabels: {app: api}}}], ports: [" +
                                         entry + "]}"));
  };
  CHECK(port("{port: http}")->lines().empty());
  CHECK(port("{port: htpp}")->lines() ==
        Lines{"low named-port-unknown | NetworkPolicy shop/p | ingress htpp/TCP"});
  CHECK(port("{port: http, protocol: UDP}")->lines() ==
        Lines{"low named-port-unknown | NetworkPolicy shop/p | ingress http/UDP"});
}

TEST_CASE("rules of a direction that policyTypes leaves out") {
  const auto audited = Audited::of_text(
      shop() + a_policy("shop", "p",
                        "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: "
                        "[" +
                            kFromApi + "], egress: [{}]}"));
  CHECK(audited->lines() == Lines{"medium rules-left-out | NetworkPolicy shop/p | egress"});
}

}  // namespace polreach
