// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/within.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "tests/queries/pods.h"

// Two pods, and policies that close one direction of one of them.
namespace polreach::solver::sets {
namespace {

using model::EndpointId;

constexpr EndpointId kSource{0};
constexpr EndpointId kDestination{1};

/// Two pods of one namespace; where a direction is given, a policy that lets nothing pass in it
/// selects both.
struct Pods {
  model::Model model;
  std::optional<compiler::Cluster> cluster;

  explicit Pods(std::optional<model::Direction> closed = {}) {
    tests::add_shop(model);
    for (const char* name : {"web", "db"}) tests::add_pod(model, name);
    if (closed) {
      model::Policy policy;
      policy.kind = model.symbols->intern("NetworkPolicy");
      policy.name = model.symbols->intern("close");
      (closed == model::Direction::Ingress ? policy.ingress : policy.egress).emplace();
      model.policies.push_back(policy);
    }
    cluster.emplace(model, model::ClusterProfile{});
  }

  [[nodiscard]] Passage passage() const { return {&*cluster, kSource, kDestination}; }
};

std::shared_ptr<source::SymbolTable> words() {
  static const auto table = std::make_shared<source::SymbolTable>();
  return table;
}

/// Two pods, of which the second lets in what one rule says. `labels`: of their namespace.
struct Entered {
  model::Model model;
  std::optional<compiler::Cluster> cluster;

  Entered(const model::Rule& rule, bool host_network, const model::LabelSet& labels) {
    model.symbols = words();
    tests::add_shop(model);
    model.namespaces[0].labels = model.label_sets.intern(labels);
    tests::add_pod(model, "web").host_network = host_network;
    tests::add_pod(model, "db");
    model::Policy policy;
    policy.kind = model.symbols->intern("NetworkPolicy");
    policy.name = model.symbols->intern("enter");
    policy.ingress.emplace().push_back(rule);
    model.policies.push_back(policy);
    model::ClusterProfile profile;
    profile.own_node_passes = false;  // as relations between clusters have it
    cluster.emplace(model, profile);
  }

  [[nodiscard]] Passage passage() const { return {&*cluster, kSource, kDestination}; }
};

/// From namespaces with such a label "team", where nothing is known of the labels of theirs.
Entered from_team(model::Operator op, const std::vector<const char*>& teams) {
  model::Requirement team{words()->intern("team"), op, {}, {}};
  for (const char* each : teams) team.values.push_back(words()->intern(each));
  std::sort(team.values.begin(), team.values.end());
  model::PodPeer peer;
  peer.namespaces.emplace().all_of.push_back(team);
  model::Rule rule;
  rule.peers.push_back({peer, {}});
  return Entered(rule, false, model::LabelSet::of({}, {}, true));
}

/// From the pods of the namespace, on these ports of TCP.
Entered from_pods(net::Port first, net::Port last, bool host_network) {
  model::Rule rule;
  rule.peers.push_back({model::PodPeer{}, {}});
  rule.ports.push_back({net::Protocol::Tcp, model::PortRange{first, last}, {}});
  return Entered(rule, host_network, model::LabelSet::of({}));
}

}  // namespace

TEST_CASE("within: what one direction alone closes is within what is open, and not the other way") {
  const Pods open;
  for (const model::Direction direction : {model::Direction::Ingress, model::Direction::Egress}) {
    const Pods closed(direction);
    CHECK(always_within(closed.passage(), open.passage()));
    CHECK_FALSE(always_within(open.passage(), closed.passage()));
    CHECK(never_both(open.passage(), closed.passage()));
    CHECK(never_both(closed.passage(), open.passage()));
  }
  CHECK(always_within(open.passage(), open.passage()));
  CHECK_FALSE(never_both(open.passage(), open.passage()));
}

TEST_CASE("within: a namespace can have the label that one of the clusters alone names") {
  using model::Operator;
  // Of team "red" the first lets in what the second does not.
  const Entered any = from_team(Operator::Exists, {});
  const Entered not_red = from_team(Operator::NotIn, {"red"});
  CHECK_FALSE(always_within(any.passage(), not_red.passage()));
  const Entered red = from_team(Operator::In, {"red"});
  const Entered without = from_team(Operator::DoesNotExist, {});
  CHECK_FALSE(always_within(red.passage(), without.passage()));
  // Both let it in.
  CHECK_FALSE(never_both(any.passage(), red.passage()));
  CHECK_FALSE(never_both(red.passage(), any.passage()));
  CHECK(never_both(any.passage(), without.passage()));
}

TEST_CASE("within: a namespace has one value of a label, in both clusters the same") {
  using model::Operator;
  const Entered red = from_team(Operator::In, {"red"});
  const Entered blue = from_team(Operator::In, {"blue"});
  const Entered not_red = from_team(Operator::NotIn, {"red"});
  CHECK(never_both(red.passage(), blue.passage()));
  CHECK(never_both(red.passage(), not_red.passage()));
  CHECK_FALSE(always_within(red.passage(), blue.passage()));
  CHECK(always_within(red.passage(), red.passage()));
  CHECK(always_within(red.passage(), from_team(Operator::Exists, {}).passage()));
  CHECK(always_within(red.passage(), from_team(Operator::In, {"blue", "red"}).passage()));
}

TEST_CASE("within: a pod with hostNetwork is treated alike in both clusters") {
  // As a pod it is let in on the ports of the rule, as a node on none: on fewer ports in the first.
  const Entered few = from_pods(80, 80, true);
  const Entered many = from_pods(80, 90, true);
  CHECK(always_within(few.passage(), many.passage()));
  CHECK_FALSE(always_within(many.passage(), few.passage()));
  const Entered others = from_pods(91, 99, true);
  CHECK(never_both(many.passage(), others.passage()));
  CHECK_FALSE(never_both(few.passage(), many.passage()));
}

}  // namespace polreach::solver::sets
