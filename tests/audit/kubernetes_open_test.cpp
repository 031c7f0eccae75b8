// SPDX-License-Identifier: Apache-2.0
// What is open: each check on the smallest cluster that has it, and on one that almost has it. What
// is expected follows from the Kubernetes documentation, "Network Policies".
#include <doctest/doctest.h>

#include "tests/audit/manifests.h"
#include "tests/support/auditing.h"
#include "tests/support/environment.h"

namespace polreach {
namespace {

using model::Engine;
using support::a_namespace;
using support::a_policy;
using support::a_service;
using support::a_workload;
using support::Audited;
using Lines = std::vector<std::string>;

const std::string kDenyAll = "{podSelector: {}, policyTypes: [Ingress, Egress]}";

/// The lines of one check.
Lines lines_of(const Audited& audited, const std::string& check) {
  Lines result;
  for (const auto* each : audited.of(check)) result.push_back(support::line_of(*each));
  return result;
}

}  // namespace

TEST_CASE("a namespace without any policy is one finding, whatever the number of its pods") {
  std::string text = a_namespace("shop");
  for (int i = 0; i < 100; ++i) text += a_workload("shop", "web-" + std::to_string(i));
  const auto audited = Audited::of_text(text);
  REQUIRE(audited->lines() == Lines{"medium namespace-open | Namespace shop"});
  const auto& finding = *audited->of("namespace-open").front();
  CHECK(finding.also.size() == 100);
  CHECK(finding.opening->pods.size() == 100);
  CHECK(finding.example.has_value());
}

TEST_CASE("a namespace that denies by default is no finding") {
  const auto audited = Audited::of_text(a_namespace("shop") + a_workload("shop", "web") +
                                        a_policy("shop", "deny", kDenyAll));
  CHECK_MESSAGE(audited->lines().empty(), audited->shown());
}

TEST_CASE("pods that policies forgot are told by direction") {
  const std::string pods =
      a_namespace("shop") + a_workload("shop", "web") + a_workload("shop", "api");
  const auto ingress = Audited::of_text(
      pods + a_policy("shop", "p",
                      "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}"));
  CHECK(lines_of(*ingress, "pods-unselected") ==
        Lines{"medium pods-unselected | Namespace shop | both"});
  CHECK(ingress->of("pods-unselected").front()->also == Lines{"Deployment shop/api"});
  const auto egress =
      Audited::of_text(pods + a_policy("shop", "p", "{podSelector: {}, policyTypes: [Ingress]}"));
  CHECK(egress->lines() == Lines{"medium pods-unselected | Namespace shop | egress"});
}

TEST_CASE("policies that between them select every label that a pod can have are a default deny") {
  const std::string pods =
      a_namespace("shop") + a_workload("shop", "web") + a_workload("shop", "api");
  const auto half = [](const std::string& name, const std::string& op) {
    return a_policy("shop", name,
                    "{podSelector: {matchExpressions: [{key: app, operator: " + op +
                        ", values: [web]}]}, policyTypes: [Ingress, Egress]}");
  };
  const auto both = Audited::of_text(pods + half("a", "In") + half("b", "NotIn"));
  CHECK_MESSAGE(both->lines().empty(), both->shown());
  const auto one = [](const std::string& name) {
    return a_policy(
        "shop", name,
        "{podSelector: {matchLabels: {app: " + name + "}}, policyTypes: [Ingress, Egress]}");
  };
  const auto apart = Audited::of_text(pods + one("web") + one("api"));
  REQUIRE(apart->lines() == Lines{"medium no-default-deny | Namespace shop | both"});
  const auto& finding = *apart->of("no-default-deny").front();
  REQUIRE(finding.example.has_value());
  CHECK(finding.example->pod.find("namespace: shop") != std::string::npos);
}

TEST_CASE("what a baseline tier denies is not open by default") {
  const std::string baseline =
      "---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\n"
      "metadata: {name: default}\nspec:\n  subject: {namespaces: {}}\n"
      "  ingress: [{name: deny, action: Deny, from: [{namespaces: {}}]}]\n"
      "  egress: [{name: deny, action: Deny, to: [{namespaces: {}}, {networks: [0.0.0.0/0]}]}]\n";
  const auto audited = Audited::of_text(a_namespace("shop") + a_workload("shop", "web") + baseline);
  CHECK_MESSAGE(audited->lines().empty(), audited->shown());
}

TEST_CASE("a database in an open namespace is a finding of its own, all its ports together") {
  const auto audited = Audited::of_text(
      a_namespace("shop") + a_workload("shop", "db", "[{name: sql, containerPort: 5432}]") +
      a_workload("shop", "mq") +
      a_service("shop", "mq", "ClusterIP", "[{port: 5672, name: a}, {port: 15672, name: b}]") +
      a_workload("shop", "web", "[{name: http, containerPort: 8080}]"));
  REQUIRE(audited->lines() == Lines{"high sensitive-port-open | Namespace shop",
                                    "medium namespace-open | Namespace shop"});
  CHECK(audited->of("sensitive-port-open").front()->also ==
        Lines{"Deployment shop/db", "Deployment shop/mq"});
}

TEST_CASE("a database that only its client reaches is no finding") {
  const auto audited = Audited::of_text(
      a_namespace("shop") + a_workload("shop", "db", "[{name: sql, containerPort: 5432}]") +
      a_workload("shop", "web") + a_policy("shop", "deny", kDenyAll) +
      a_policy("shop", "db",
               "{podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress], ingress: [{from: "
               "[{podSelector: {matchLabels: {app: web}}}], ports: [{port: sql}]}]}"));
  CHECK_MESSAGE(audited->lines().empty(), audited->shown());
}

TEST_CASE("labels that anyone can copy are told from those of a namespace that is named") {
  const auto with = [](const std::string& namespaces) {
    return Audited::of_text(
        a_namespace("shop") + a_namespace("web") + a_workload("shop", "api") +
        a_workload("web", "front") + a_policy("shop", "deny", kDenyAll) +
        a_policy("web", "deny", kDenyAll) +
        a_policy("shop", "api",
                 "{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress], ingress: "
                 "[{from: [{namespaceSelector: " +
                     namespaces +
                     ", podSelector: {matchLabels: {app: front}}}], ports: [{port: 8080}]}]}"));
  };
  const auto any = with("{}");
  REQUIRE(any->lines() ==
          Lines{"medium copied-labels | NetworkPolicy shop/api | app=front 8080/tcp"});
  CHECK(any->of("copied-labels").front()->example->pod.find("\"front\"") != std::string::npos);
  // All but one is as good as any.
  const auto but_one = with(
      "{matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [x]}]}");
  CHECK(but_one->lines() ==
        Lines{"medium copied-labels | NetworkPolicy shop/api | app=front 8080/tcp"});
  const auto named = with("{matchLabels: {kubernetes.io/metadata.name: web}}");
  CHECK_MESSAGE(named->lines().empty(), named->shown());
}

TEST_CASE("a rule that lets every pod in is worse where it lets them in on every port") {
  const auto with = [](const std::string& rule) {
    return Audited::of_text(
        a_namespace("shop") + a_workload("shop", "web") +
        a_policy("shop", "web",
                 "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [" + rule + "]}"));
  };
  CHECK(with("{}")->lines() == Lines{"medium open-to-every-pod | NetworkPolicy shop/web | all"});
  CHECK(with("{from: [{namespaceSelector: {}}], ports: [{port: 8080}]}")->lines() ==
        Lines{"info open-to-every-pod | NetworkPolicy shop/web | 8080/tcp"});
  // Nobody means pods by a public address.
  const auto block = with("{from: [{ipBlock: {cidr: 203.0.113.0/24}}]}");
  CHECK_MESSAGE(block->lines().empty(), block->shown());
}

TEST_CASE("the internet reaches what a load balancer leads to, if policies let it") {
  const auto with = [](const std::string& policy, const std::string& more) {
    return Audited::of_text(
        a_namespace("shop") + a_workload("shop", "web") +
        a_service("shop", "web", "LoadBalancer", "[{port: 80, targetPort: 8080}]", more) +
        a_policy("shop", "deny", kDenyAll) +
        a_policy("shop", "web",
                 "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [" +
                     policy + "]}"));
  };
  const std::string everyone = "{ports: [{port: 8080}]}";
  CHECK(with(everyone, "")->lines() == Lines{"medium internet-reaches | Service shop/web"});
  // The two halves of the internet are the internet.
  CHECK(with(everyone, ", loadBalancerSourceRanges: [0.0.0.0/1, 128.0.0.0/1]")->lines() ==
        Lines{"medium internet-reaches | Service shop/web"});
  CHECK(lines_of(*with("{from: [{ipBlock: {cidr: 0.0.0.0/1}}, {ipBlock: {cidr: 128.0.0.0/1}}], "
                       "ports: [{port: 8080}]}",
                       ""),
                 "internet-reaches") == Lines{"medium internet-reaches | Service shop/web"});
  // Known clients are not, on the Service or in the policy.
  CHECK(with(everyone, ", loadBalancerSourceRanges: [198.51.100.0/24]")->lines().empty());
  CHECK(with("{from: [{ipBlock: {cidr: 93.184.216.0/24}}], ports: [{port: 8080}]}", "")
            ->lines()
            .empty());
  // Nobody gets there.
  CHECK(with("{from: [{podSelector: {}}], ports: [{port: 8080}]}", "")->lines() ==
        Lines{"low backend-cut-off | Service shop/web | service-blocked"});
}

TEST_CASE("an administration port on the internet is the worst that there is") {
  const auto audited = Audited::of_text(a_namespace("ops") + a_workload("ops", "ssh") +
                                        a_service("ops", "ssh", "LoadBalancer", "[{port: 22}]"));
  REQUIRE(!audited->lines().empty());
  CHECK(audited->lines().front() ==
        "critical sensitive-port-on-internet | Service ops/ssh | 22/tcp");
}

TEST_CASE("where rules lead outside") {
  const auto with = [](const std::string& egress) {
    return Audited::of_text(
        a_namespace("shop") + a_workload("shop", "web") +
        a_policy("shop", "web",
                 "{podSelector: {}, policyTypes: [Ingress, Egress], egress: [" + egress + "]}"));
  };
  CHECK(with("{}")->lines() == Lines{"medium egress-to-internet | Namespace shop | all",
                                     "medium egress-to-metadata | Namespace shop",
                                     "low egress-to-api-server | Namespace shop"});
  CHECK(with("{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}")->lines() ==
        Lines{"low egress-to-internet | Namespace shop | 443/tcp"});
  CHECK(with("{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}], ports: [{port: "
             "80}]}")
            ->lines() == Lines{"low egress-to-internet | Namespace shop | 80/tcp"});
  CHECK(with("{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}")->lines() ==
        Lines{"medium egress-to-metadata | Namespace shop"});
  // What is to do follows from the rule: an except stands in an ipBlock.
  CHECK(with("{to: [{ipBlock: {cidr: 169.254.0.0/16}}]}")
            ->of("egress-to-metadata")
            .front()
            ->remedy.empty());
  CHECK(with("{}")->of("egress-to-metadata").front()->remedy.starts_with("name in to what"));
  const auto inside = with("{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}");
  CHECK_MESSAGE(inside->lines().empty(), inside->shown());
}

TEST_CASE("DNS is cut off where pods may connect to others and not to port 53") {
  const auto with = [](const std::string& egress) {
    return Audited::of_text(a_namespace("shop") + a_workload("shop", "web") +
                            a_workload("shop", "api") + a_policy("shop", "deny", kDenyAll) +
                            a_policy("shop", "web",
                                     "{podSelector: {matchLabels: {app: web}}, policyTypes: "
                                     "[Egress], egress: [" +
                                         egress + "]}"));
  };
  const std::string api = "{to: [{podSelector: {matchLabels: {app: api}}}]}";
  CHECK(with(api)->lines() == Lines{"low dns-cut-off | Namespace shop"});
  const auto has_dns = [&](const std::string& rule) {
    return with(api + ", " + rule)->of("dns-cut-off").empty();
  };
  CHECK(
      has_dns("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
              "kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: "
              "[{protocol: UDP, port: 53}]}"));
  CHECK(has_dns("{to: [{namespaceSelector: {}}]}"));
  CHECK(has_dns("{ports: [{protocol: UDP, port: 53}]}"));
  CHECK(has_dns("{to: [{ipBlock: {cidr: 10.0.0.10/32}}], ports: [{protocol: UDP, port: 53}]}"));
  CHECK_FALSE(
      has_dns("{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
              "kube-system}}}], ports: [{port: 443}]}"));
  CHECK_FALSE(has_dns("{to: [{ipBlock: {cidr: 10.0.0.10/32}}], ports: [{port: 443}]}"));
  // Nothing may go out at all: nothing is missing.
  CHECK(with("")->of("dns-cut-off").empty());
}

TEST_CASE("policies that nothing enforces are one finding, and others do not repeat it") {
  const std::string text = a_namespace("shop") + a_workload("shop", "web") +
                           a_policy("shop", "deny", kDenyAll) +
                           a_policy("shop", "web", "{podSelector: {}, ingress: [{}]}");
  const auto audited = Audited::of_text(text, Engine::None);
  REQUIRE(audited->lines() == Lines{"high policies-unenforced | Cluster"});
  CHECK(audited->audit().findings.front().also ==
        Lines{"NetworkPolicy shop/deny", "NetworkPolicy shop/web"});
}

TEST_CASE("Azure NPM lets load balancers pass by policies") {
  const auto with = [](Engine engine, const std::string& more) {
    return Audited::of_text(a_namespace("shop") + a_workload("shop", "web") +
                                a_policy("shop", "deny", kDenyAll) +
                                a_service("shop", "web", "LoadBalancer", "[{port: 8080}]", more),
                            engine);
  };
  CHECK(with(Engine::AzureNpm, "")->lines() ==
        Lines{"high balancer-passes-policies | Service shop/web"});
  CHECK(with(Engine::AzureNpm, ", externalTrafficPolicy: Local")->lines() ==
        Lines{"low backend-cut-off | Service shop/web | service-blocked"});
  CHECK(with(Engine::Cilium, "")->lines() ==
        Lines{"low backend-cut-off | Service shop/web | service-blocked"});
}

TEST_CASE("Azure NPM does not program an except on Windows nodes") {
  const auto folder = support::source_folder() / "fixtures" / "azure" / "pods";
  const auto audited = Audited::of_paths(
      {(folder / "windows.yaml").string(), (folder / "windows-azure.json").string()});
  CHECK(lines_of(*audited, "policy-not-on-windows") ==
        Lines{"medium policy-not-on-windows | NetworkPolicy legacy/except"});
}

TEST_CASE("Cilium matches no pod by an ipBlock") {
  const auto with = [](Engine engine, const std::string& block) {
    return Audited::of_text(
        a_namespace("shop") +
            "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: "
            "web}}\nspec: {containers: [{name: main, image: example}]}\n"
            "status: {podIPs: [{ip: 10.244.1.7}]}\n" +
            a_policy("shop", "deny", kDenyAll) +
            a_policy("shop", "web",
                     "{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: "
                     "[{from: [{ipBlock: {cidr: " +
                         block + "}}], ports: [{port: 80}]}]}"),
        engine);
  };
  CHECK(with(Engine::Cilium, "10.244.0.0/16")->lines() ==
        Lines{"low ipblock-skips-pods | NetworkPolicy shop/web | 10.244.0.0/16"});
  CHECK(with(Engine::Calico, "10.244.0.0/16")->of("ipblock-skips-pods").empty());
  CHECK(with(Engine::Cilium, "192.0.2.0/24")->of("ipblock-skips-pods").empty());
  // So wide a block means addresses outside.
  CHECK(with(Engine::Cilium, "0.0.0.0/0")->of("ipblock-skips-pods").empty());
}

TEST_CASE("pods on the network of their node escape, for certain where the engine says so") {
  const std::string text = a_namespace("shop") +
                           a_workload("shop", "agent", "[]", "hostNetwork: true, ") +
                           a_policy("shop", "deny", kDenyAll);
  CHECK(Audited::of_text(text)->lines() == Lines{"medium host-network | Namespace shop | perhaps"});
  CHECK(Audited::of_text(text, Engine::Calico)->lines() ==
        Lines{"medium host-network | Namespace shop"});
}

TEST_CASE("policies of a language that is not read make findings uncertain") {
  const auto audited =
      Audited::of_text(a_namespace("shop") + a_workload("shop", "web") +
                       "---\napiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\n"
                       "metadata: {name: deny}\nspec: {order: 1}\n");
  REQUIRE(audited->lines() == Lines{"medium namespace-open | Namespace shop | perhaps"});
  CHECK(audited->audit().findings.front().rests_on.front().id == "A-unsupported-policy");
}

}  // namespace polreach
