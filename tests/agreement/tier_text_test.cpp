// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/agreement/generator.h"
#include "tests/agreement/spec.h"
#include "tests/syntax/reading.h"

// How policies of the admin and baseline tiers and nodes are written, against the forms that the
// network policy API has.
namespace polreach::agreement {
namespace {

using model::Action;
using model::Operator;
using syntax::Format;
using syntax::test::read_text;

/// Selectors that can only be written in one way.
SelectorSpec has(const char* key) { return {{key, Operator::Exists, {}}}; }

std::string written(const char* key) {
  return std::string(R"({matchExpressions:[{key:")") + key + R"(",operator:"Exists"}]})";
}

RuleSpec rule(Action action, std::vector<PeerSpec> peers, std::vector<PortSpec> ports) {
  return {std::move(peers), std::move(ports), action};
}

Spec one_of_everything() {
  using Pair = std::pair<net::Port, net::Port>;
  PolicySpec policy;
  policy.name = "t";
  policy.tier = model::Tier::Baseline;
  policy.priority = 7;
  policy.namespaces = has("env");
  policy.subject = has("app");
  policy.ingress = std::vector<RuleSpec>{rule(Action::Pass, {PodPeerSpec{has("team"), has("app")}},
                                              {{net::Protocol::Tcp, std::string("web")}})};
  policy.egress = std::vector<RuleSpec>{
      rule(Action::Deny, {NodePeerSpec{has("zone")}, BlockPeerSpec{"10.0.0.0/8", {}}},
           {{net::Protocol::Tcp, Pair(80, 80)}, {net::Protocol::Udp, Pair(5, 9)}}),
      rule(Action::Allow, {DomainPeerSpec{{"*.example.test"}}}, {})};
  Spec spec;
  spec.policies = {policy};
  spec.nodes = {{"n1", {{"zone", "x"}}, {"192.168.0.1", "fd01::1"}}};
  return spec;
}

/// The objects of every style.
std::vector<std::string> in_all_styles(Spec spec) {
  std::vector<std::string> result;
  for (spec.style = 0; spec.style < 60; ++spec.style) {
    for (const std::string& text : read_text(to_yaml(spec)).objects) result.push_back(text);
  }
  return result;
}

bool has_text(const std::vector<std::string>& all, const std::string& wanted) {
  return std::find(all.begin(), all.end(), wanted) != all.end();
}

}  // namespace

TEST_CASE("tier text: a ClusterNetworkPolicy in the forms of the API") {
  const std::string head =
      R"({apiVersion:"policy.networking.k8s.io/v1alpha2",kind:"ClusterNetworkPolicy",)"
      R"(metadata:{name:"t"},spec:{tier:"Baseline",priority:7,subject:{pods:{namespaceSelector:)" +
      written("env") + ",podSelector:" + written("app") + "}},";
  const std::string ingress = R"(ingress:[{action:"Pass",from:[{pods:{namespaceSelector:)" +
                              written("team") + ",podSelector:" + written("app") +
                              R"(}}],protocols:[{destinationNamedPort:"web"}]}],)";
  const std::string egress =
      R"(egress:[{action:"Deny",to:[{nodes:)" + written("zone") +
      R"(},{networks:["10.0.0.0/8"]}],protocols:[{tcp:{destinationPort:{number:80}}},)"
      R"({udp:{destinationPort:{range:{start:5,end:9}}}}]},)"
      R"({action:"Accept",to:[{domainNames:["*.example.test"]}]}]}})";
  CHECK(has_text(in_all_styles(one_of_everything()), head + ingress + egress));
}

TEST_CASE("tier text: all pods of namespaces in two ways, rules with names and without") {
  Spec spec = one_of_everything();
  PolicySpec& policy = spec.policies.front();
  policy.subject.clear();
  policy.ingress.reset();
  policy.egress->erase(policy.egress->begin());
  const std::string head =
      R"({apiVersion:"policy.networking.k8s.io/v1alpha2",kind:"ClusterNetworkPolicy",)"
      R"(metadata:{name:"t"},spec:{tier:"Baseline",priority:7,subject:)";
  const std::string rest = R"(action:"Accept",to:[{domainNames:["*.example.test"]}]}]}})";
  const std::string namespaces = "{namespaces:" + written("env") + "},egress:[{";
  const std::string pods =
      "{pods:{namespaceSelector:" + written("env") + ",podSelector:{}}},egress:[{";
  const std::vector<std::string> all = in_all_styles(spec);
  CHECK(has_text(all, head + namespaces + rest));
  CHECK(has_text(all, head + pods + rest));
  CHECK(has_text(all, head + namespaces + R"(name:"rule-1",)" + rest));
  CHECK(has_text(all, head + pods + R"(name:"rule-1",)" + rest));
}

TEST_CASE("tier text: a Node, with its name among its addresses or without") {
  const std::string head =
      R"({apiVersion:"v1",kind:"Node",metadata:{name:"n1",labels:{zone:"x"}},status:{addresses:[)"
      R"({type:"InternalIP",address:"192.168.0.1"},{type:"InternalIP",address:"fd01::1"})";
  const std::vector<std::string> all = in_all_styles(one_of_everything());
  CHECK(has_text(all, head + "]}}"));
  CHECK(has_text(all, head + R"(,{type:"Hostname",address:"n1"}]}})"));
}

TEST_CASE("tier text: whatever is generated reads as YAML and as JSON, the same objects") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Spec spec = generate(seed, {true, 100});
    const auto yaml = read_text(to_yaml(spec), Format::Yaml);
    const auto json = read_text(to_json(spec), Format::Json);
    CHECK(yaml.errors.empty());
    CHECK(json.errors.empty());
    CHECK(yaml.objects.size() == json.objects.size());
    const auto declared = static_cast<std::size_t>(
        std::count_if(spec.namespaces.begin(), spec.namespaces.end(),
                      [](const NamespaceSpec& ns) { return ns.declared; }));
    CHECK(yaml.objects.size() ==
          declared + spec.endpoints.size() + spec.nodes.size() + spec.policies.size());
  }
}

}  // namespace polreach::agreement
