// SPDX-License-Identifier: Apache-2.0
// Relations where the admin and the baseline tier, pods with hostNetwork, or policies that were not
// understood have a part: models made by hand.
#include "solver/queries/relate.h"

#include <doctest/doctest.h>

#include "solver/queries/emptiness.h"
#include "solver/queries/redundancy.h"
#include "solver/queries/variants.h"
#include "tests/agreement/spec.h"

namespace polreach {
namespace {

using compiler::Cluster;
using model::Action;
using model::Direction;
using model::Model;
using model::Policy;
using model::Tier;
using solver::queries::Claim;
using solver::queries::Holds;
using solver::queries::Related;
using solver::queries::Relation;

/// Two bare pods, x and y, in one namespace without policies.
Model two_pods(bool host_network = false) {
  agreement::Spec spec;
  spec.namespaces.push_back({"shop", true, {}, {}});
  for (const char* name : {"x", "y"}) {
    agreement::EndpointSpec pod;
    pod.name = name;
    pod.labels = {{"app", name}};
    pod.host_network = host_network;
    spec.endpoints.push_back(pod);
  }
  return agreement::to_model(spec);
}

model::Selector app(const Model& model, const char* name) {
  model::Selector result;
  result.all_of.push_back(
      {model.symbols->intern("app"), model::Operator::In, {model.symbols->intern(name)}, {}});
  return result;
}

model::Rule rule(Action action) {
  model::Rule result;
  result.action = action;
  return result;
}

/// A rule about ingress from the pods of an app, on one port of TCP.
model::Rule rule(const Model& model, Action action, const char* from, net::Port port) {
  model::Rule result = rule(action);
  result.peers.push_back({model::PodPeer{model::Selector{}, app(model, from)}, {}});
  result.ports.push_back({net::Protocol::Tcp, model::PortRange{port, port}, {}});
  return result;
}

/// A policy about what comes in to the pods of an app.
Policy ingress(const Model& model, Tier tier, int priority, const char* name, const char* subject,
               std::vector<model::Rule> rules) {
  Policy policy;
  policy.tier = tier;
  policy.kind = model.symbols->intern("policy");
  policy.name = model.symbols->intern(name);
  policy.priority = priority;
  policy.subject = app(model, subject);
  policy.ingress = std::move(rules);
  return policy;
}

model::ClusterProfile pods_only() {
  model::ClusterProfile profile;
  profile.own_node_passes = false;
  profile.ipblock_matches_pods = model::Reading::No;
  profile.host_network_is_pod = model::Reading::Yes;
  return profile;
}

Related related(const Model& a, const Model& b) {
  const Cluster one(a, pods_only());
  const Cluster other(b, pods_only());
  return solver::queries::relate(one, other,
                                 {Relation::AWithinB, Relation::BWithinA, Relation::Permits,
                                  Relation::Forbids, Relation::BInterferes, Relation::AInterferes});
}

}  // namespace

TEST_CASE("relate: what an Allow rule of the admin tier decides is stated, what is open is not") {
  const Model open = two_pods();
  Model closed = open;
  closed.policies.push_back(ingress(closed, Tier::Network, 0, "close", "y", {}));
  Model allows = open;
  allows.policies.push_back(
      ingress(allows, Tier::Admin, 1, "allow", "y", {rule(allows, Action::Allow, "x", 80)}));
  const Related found = related(closed, allows);
  CHECK(found.claim(Relation::Permits).holds == Holds::No);
  CHECK(found.claim(Relation::Forbids).holds == Holds::Yes);
  REQUIRE(found.claim(Relation::Permits).examples.size() == 1);
  CHECK(net::to_string(found.claim(Relation::Permits).examples[0].traffic) == "TCP 80");
  CHECK(found.claim(Relation::Permits).examples[0].replayed);
}

TEST_CASE("relate: rules that pass on or deny state nothing") {
  const Model open = two_pods();
  Model closed = open;
  closed.policies.push_back(ingress(closed, Tier::Network, 0, "close", "y", {}));
  for (const Tier tier : {Tier::Admin, Tier::Baseline}) {
    for (const Action action : {Action::Pass, Action::Deny}) {
      if (tier == Tier::Baseline && action == Action::Pass) continue;  // the API has none
      Model other = open;
      other.policies.push_back(
          ingress(other, tier, 1, "some", "y", {rule(other, action, "x", 80)}));
      const Related found = related(closed, other);
      CHECK(found.claim(Relation::Permits).holds == Holds::Yes);
      CHECK(found.claim(Relation::Forbids).holds == Holds::Yes);
    }
  }
}

TEST_CASE("relate: the baseline tier states what its Allow rules decide") {
  const Model open = two_pods();
  Model other = open;
  other.policies.push_back(
      ingress(other, Tier::Baseline, 1, "some", "y", {rule(other, Action::Allow, "x", 80)}));
  const Related found = related(open, other);
  CHECK(found.claim(Relation::Permits).holds == Holds::Yes);
  REQUIRE(found.claim(Relation::Forbids).holds == Holds::No);
  CHECK(net::to_string(found.claim(Relation::Forbids).examples[0].traffic) == "TCP 80");
}

TEST_CASE("relate: pods with hostNetwork state only what NetworkPolicies let in") {
  const Model open = two_pods(true);
  Model states = open;
  states.policies.push_back(
      ingress(states, Tier::Network, 0, "some", "y", {rule(states, Action::Allow, "x", 80)}));
  CHECK(related(open, open).claim(Relation::Forbids).holds == Holds::Yes);
  const Related found = related(open, states);
  REQUIRE(found.claim(Relation::Forbids).holds == Holds::No);
  REQUIRE(found.claim(Relation::Forbids).examples.size() == 1);
  CHECK(net::to_string(found.claim(Relation::Forbids).examples[0].traffic) == "TCP 80");
}

TEST_CASE("relate: what one side alone leaves open of a pod binds the other in nothing") {
  // In A y has the network of its node: a podSelector matches it, or does not (A-hostnetwork). In B
  // it has its own, and x may send nothing.
  Model a = two_pods();
  a.endpoints[1].host_network = true;
  model::Rule to_y = rule(Action::Allow);
  to_y.peers.push_back({model::PodPeer{model::Selector{}, app(a, "y")}, {}});
  Policy egress = ingress(a, Tier::Network, 0, "egress", "x", {});
  egress.ingress.reset();
  egress.egress = std::vector<model::Rule>{to_y};
  a.policies.push_back(egress);
  Model b = a;
  b.endpoints[1].host_network = false;
  b.policies[0].egress->clear();
  model::ClusterProfile profile = pods_only();
  profile.host_network_is_pod = model::Reading::Both;
  const Cluster one(a, profile);
  const Cluster other(b, profile);
  const Related found =
      solver::queries::relate(one, other, {Relation::AWithinB, Relation::BWithinA});
  CHECK(found.claim(Relation::AWithinB).holds == Holds::Depends);
}

TEST_CASE("relate: a NetworkPolicy that isolates can open what the baseline tier denies") {
  // Network policy API: the baseline tier decides about what no NetworkPolicy has decided.
  Model baseline = two_pods();
  baseline.policies.push_back(
      ingress(baseline, Tier::Baseline, 1, "deny", "y", {rule(Action::Deny)}));
  Model network = baseline;
  network.policies.clear();
  network.policies.push_back(
      ingress(network, Tier::Network, 0, "allow", "y", {rule(network, Action::Allow, "x", 80)}));
  const Related found = related(baseline, network);
  CHECK(found.claim(Relation::BInterferes).holds == Holds::No);
  CHECK(found.claim(Relation::AInterferes).holds == Holds::Yes);
  CHECK(found.claim(Relation::AWithinB).holds == Holds::Yes);
}

TEST_CASE("relate: of admin policies the one behind an equal one is redundant, and so is that") {
  Model model = two_pods();
  for (const int priority : {1, 2}) {
    model.policies.push_back(ingress(model, Tier::Admin, priority,
                                     priority == 1 ? "first" : "second", "y",
                                     {rule(model, Action::Deny, "x", 80)}));
  }
  // Needed: without it the rest would be open.
  model.policies.push_back(ingress(model, Tier::Baseline, 1, "deny", "y", {rule(Action::Deny)}));
  // Its first rule is needed, its second never decides.
  model.policies.push_back(
      ingress(model, Tier::Admin, 3, "web", "x",
              {rule(model, Action::Deny, "y", 80), rule(model, Action::Allow, "y", 80)}));
  std::swap(model.policies[2], model.policies[3]);
  const Cluster cluster(model, pods_only());
  const auto found = solver::queries::redundant_parts(cluster);
  REQUIRE(found.found.size() == 3);
  CHECK(found.found[0].policy == model::PolicyId{0});
  CHECK(found.found[1].policy == model::PolicyId{1});
  CHECK(found.found[2].policy == model::PolicyId{2});
  CHECK(found.found[2].direction == Direction::Ingress);
  CHECK(found.found[2].rule == 1);
  CHECK(found.untried == 0);
}

TEST_CASE("relate: the admin tier selects no pod with hostNetwork") {
  // Model::Policy: the other tiers neither select such pods nor match them by a PodPeer.
  Model model = two_pods(true);
  model.policies.push_back(
      ingress(model, Tier::Admin, 1, "some", "y", {rule(model, Action::Deny, "x", 80)}));
  const Cluster cluster(model, pods_only());
  const auto found = solver::queries::empty_parts(cluster);
  REQUIRE(found.size() == 2);
  CHECK_FALSE(found[0].direction.has_value());
  CHECK(found[1].direction == Direction::Ingress);
  CHECK(found[0].certain);
}

TEST_CASE("relate: what was not understood leaves nothing certain where it acts") {
  const Model open = two_pods();
  Model closed = open;
  closed.policies.push_back(ingress(closed, Tier::Network, 0, "close", "y", {}));
  closed.gaps.push_back({model::Gap::Why::UnsupportedKind,
                         model::Gap::Effect::AllowOrDeny,
                         "CiliumNetworkPolicy shop/z",
                         model::NamespaceId{0},
                         {}});
  const Related found = related(open, closed);
  CHECK(found.claim(Relation::AWithinB).holds == Holds::Depends);
  CHECK(found.claim(Relation::BWithinA).holds == Holds::Depends);
  CHECK(found.gaps[1].size() == 1);
  CHECK(found.changes.empty());
}

TEST_CASE("relate: a set is vacuous exactly where it stops nothing") {
  Model model = two_pods();
  const auto vacuous = [&] {
    const Cluster cluster(model, pods_only());
    return solver::queries::is_vacuous(cluster);
  };
  CHECK(vacuous().holds == Holds::Yes);
  model.policies.push_back(ingress(model, Tier::Network, 0, "open", "y", {rule(Action::Allow)}));
  CHECK(vacuous().holds == Holds::Yes);
  model.policies.back().ingress->clear();
  const Claim closed = vacuous();
  CHECK(closed.holds == Holds::No);
  CHECK(closed.broken == 2);  // x -> y, and the outside -> y
}

}  // namespace polreach
