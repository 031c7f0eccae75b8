// SPDX-License-Identifier: Apache-2.0
// Exposure under rules that deny, which the network policy API has: the first rule that matches
// decides, Pass goes on to the next tier, and behind the last tier everything passes.
#include "solver/queries/exposure.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/report/exposure_report.h"
#include "tests/agreement/spec.h"

namespace polreach {
namespace {

using agreement::Spec;
using model::Action;
using model::Model;
using model::Operator;

/// A pod db, and what a test adds.
class Scene {
 public:
  Scene() {
    Spec spec;
    spec.namespaces.push_back({"data", true, {{"env", "prod"}}, {}});
    agreement::EndpointSpec endpoint;
    endpoint.name = "db";
    endpoint.labels = {{"app", "db"}};
    spec.endpoints.push_back(endpoint);
    // Allows, in the network tier, what has app=web and is in a namespace with env=prod.
    agreement::PolicySpec policy;
    policy.name = "db";
    agreement::RuleSpec rule;
    rule.peers.push_back(
        agreement::PodPeerSpec{agreement::SelectorSpec{{"env", Operator::In, {"prod"}}},
                               {{"app", Operator::In, {"web"}}}});
    policy.ingress = {{rule}};
    spec.policies.push_back(policy);
    model_ = to_model(spec);
  }

  [[nodiscard]] model::Selector selector(const char* key, Operator op,
                                         std::vector<const char*> values) const {
    model::Requirement requirement{model_.symbols->intern(key), op, {}, {}};
    for (const char* value : values) requirement.values.push_back(model_.symbols->intern(value));
    std::sort(requirement.values.begin(), requirement.values.end());
    return {{requirement}, {}};
  }

  [[nodiscard]] static model::Rule rule(Action action, model::Selector namespaces,
                                        model::Selector pods) {
    model::Rule result;
    result.action = action;
    result.peers.push_back({model::PodPeer{std::move(namespaces), std::move(pods)}, {}});
    return result;
  }

  [[nodiscard]] static model::Rule on(model::Rule rule, net::Port port) {
    rule.ports.push_back({net::Protocol::Tcp, model::PortRange{port, port}, {}});
    return rule;
  }

  void drop_network_policies() { model_.policies.clear(); }

  void admin(std::vector<model::Rule> rules) {
    model::Policy policy;
    policy.tier = model::Tier::Admin;
    policy.kind = model_.symbols->intern("AdminNetworkPolicy");
    policy.name = model_.symbols->intern("admin");
    policy.ingress = std::move(rules);
    model_.policies.insert(model_.policies.begin(), policy);
  }

  /// Another pod of db's workload, with labels of its own, and a policy for its egress alone.
  void split_egress() {
    model::Endpoint second = model_.endpoints.front();
    const model::Label label{model_.symbols->intern("role"), model_.symbols->intern("batch")};
    second.labels = model_.label_sets.intern(model::LabelSet::of({label}));
    model_.workloads.front().endpoints.push_back(model::EndpointId{1});
    model_.endpoints.push_back(second);
    model::Policy policy;
    policy.kind = model_.symbols->intern("NetworkPolicy");
    policy.name = model_.symbols->intern("batch");
    policy.subject = selector("role", Operator::In, {"batch"});
    policy.egress.emplace();
    model_.policies.push_back(policy);
  }

  [[nodiscard]] solver::queries::Exposure asked(bool ingress, bool egress) const {
    model::ClusterProfile profile;
    profile.own_node_passes = false;
    const compiler::Cluster cluster(model_, profile);
    solver::queries::ExposureOptions options;
    options.ingress = ingress;
    options.egress = egress;
    return solver::queries::exposure(cluster, options);
  }

  [[nodiscard]] solver::queries::ExposureSide side() const {
    model::ClusterProfile profile;
    profile.own_node_passes = false;
    const compiler::Cluster cluster(model_, profile);
    return *solver::queries::exposure(cluster, {}).workloads.at(0).ingress;
  }

  /// The entries about pods, a line each.
  [[nodiscard]] std::vector<std::string> ingress() const {
    std::vector<std::string> lines;
    for (const auto& entry : side().entries) {
      if (entry.is_outside()) continue;
      lines.push_back(cli::peer_text(model_, entry) + ": " + cli::entry_text(model_, entry, false));
    }
    return lines;
  }

 private:
  Model model_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("exposure: pods that differ in the direction that is not asked for are one entry") {
  Scene scene;
  scene.drop_network_policies();
  scene.split_egress();
  const auto ingress = scene.asked(true, false).workloads;
  REQUIRE(ingress.size() == 1);
  CHECK(ingress[0].pods.endpoints.size() == 2);
  CHECK(ingress[0].ingress.has_value());
  CHECK_FALSE(ingress[0].egress.has_value());
  CHECK(scene.asked(false, true).workloads.size() == 2);
  CHECK(scene.asked(true, true).workloads.size() == 2);
}

TEST_CASE("exposure: what is denied to some is allowed to those without their labels") {
  Scene scene;
  scene.drop_network_policies();
  scene.admin(
      {Scene::rule(Action::Deny, scene.selector("env", Operator::In, {"dev", "test"}), {})});
  CHECK(scene.ingress() == Lines{"any pod in namespaces env notin (dev,test): all traffic"});
}

TEST_CASE("exposure: what is denied on one port leaves the others") {
  Scene scene;
  scene.drop_network_policies();
  scene.admin(
      {Scene::on(Scene::rule(Action::Deny, {}, scene.selector("old", Operator::Exists, {})), 22)});
  CHECK(scene.ingress() ==
        Lines{"any pod in any namespace: TCP 1-21,23-65535; UDP all ports; SCTP all ports",
              "pods !old in any namespace: all traffic"});
}

TEST_CASE("exposure: a rule in front of a denial is an exception of it") {
  Scene scene;
  scene.drop_network_policies();
  scene.admin({Scene::rule(Action::Allow, {}, scene.selector("role", Operator::In, {"probe"})),
               Scene::rule(Action::Deny, {}, {})});
  CHECK(scene.ingress() == Lines{"pods role=probe in any namespace: all traffic"});
}

TEST_CASE("exposure: conditions of several tiers are joined") {
  Scene scene;
  // Only what has ok goes on to the NetworkPolicy, which wants app=web and env=prod.
  scene.admin({Scene::rule(Action::Pass, {}, scene.selector("ok", Operator::Exists, {})),
               Scene::rule(Action::Deny, {}, {})});
  CHECK(scene.ingress() == Lines{"pods app=web,ok in namespaces env=prod: all traffic"});
}

TEST_CASE("exposure: labels of a declared namespace are no open question") {
  Scene scene;
  scene.drop_network_policies();
  // "data" has env=prod: nothing that its pods could have makes a difference.
  scene.admin(
      {Scene::rule(Action::Deny, scene.selector("env", Operator::NotIn, {"prod"}), {}),
       Scene::rule(Action::Allow,
                   scene.selector("kubernetes.io/metadata.name", Operator::In, {"data"}), {}),
       Scene::rule(Action::Deny, {}, {})});
  CHECK(scene.ingress() == Lines{"any pod in namespace data: all traffic"});
}

TEST_CASE("exposure: labels that can be told apart in too many ways are said to be") {
  Scene scene;
  scene.drop_network_policies();
  std::vector<model::Rule> rules;
  for (net::Port port = 1; port <= 16; ++port) {
    const std::string key = "k" + std::to_string(100 + port);
    rules.push_back(Scene::on(
        Scene::rule(Action::Allow, {}, scene.selector(key.c_str(), Operator::Exists, {})), port));
  }
  rules.push_back(Scene::rule(Action::Deny, {}, {}));
  scene.admin(rules);
  CHECK(scene.side().bounded);
  // What is listed holds.
  const Lines lines = scene.ingress();
  CHECK(lines.size() == 16);
  CHECK(lines.front() == "pods k101 in any namespace: TCP 1");
  CHECK(lines.back() == "pods k116 in any namespace: TCP 16");
}

}  // namespace polreach
