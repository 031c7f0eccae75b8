// SPDX-License-Identifier: Apache-2.0
// The contract of flows: what is open of a direction, by which reading of ipBlocks, and what two
// directions have in common.
#include <doctest/doctest.h>

#include "solver/sets/direction.h"
#include "solver/sets/matrix.h"
#include "solver/sets/possible.h"
#include "tests/agreement/spec.h"

namespace polreach {
namespace {

using model::Direction;
using model::EndpointId;
using solver::sets::Flow;

model::Model two_pods() {
  agreement::Spec spec;
  spec.namespaces.push_back({"shop", true, {}, {}});
  for (const char* name : {"x", "y"}) {
    agreement::EndpointSpec pod;
    pod.name = name;
    spec.endpoints.push_back(pod);
  }
  return agreement::to_model(spec);
}

/// Isolates the pods in a direction; with a range, that at the other end passes.
void isolate(model::Model& model, const char* range, Direction direction = Direction::Egress) {
  model::Policy policy;
  policy.kind = policy.name = model.symbols->intern("some");
  auto& rules = direction == Direction::Egress ? policy.egress : policy.ingress;
  rules.emplace();
  if (range != nullptr) {
    model::Rule rule;
    model::BlockPeer block;
    block.cidr = net::Prefix::parse(range).value();
    rule.peers.push_back({block, {}});
    rules->push_back(rule);
  }
  model.policies.push_back(policy);
}

Flow flow_of(const model::Model& model) {
  model::ClusterProfile profile;
  profile.own_node_passes = false;
  const compiler::Cluster cluster(model, profile);
  return solver::sets::flow(cluster, Direction::Egress, EndpointId{0}, EndpointId{1});
}

}  // namespace

TEST_CASE("flow: where nothing is open there are no points and no bounds by reading") {
  const net::Traffic all = net::Traffic::all();
  CHECK(flow_of(two_pods()) == Flow{all, all, {}, {}, false});
  model::Model closed = two_pods();
  isolate(closed, nullptr);
  CHECK(flow_of(closed) == Flow{});
}

TEST_CASE("flow: a range of all addresses lets pods pass by one reading, and not by the other") {
  const net::Traffic all = net::Traffic::all();
  model::Model model = two_pods();
  isolate(model, "0.0.0.0/0");
  const Flow flow = flow_of(model);
  CHECK(flow.must.empty());
  CHECK(flow.may == all);
  CHECK_FALSE(flow.by_address);
  REQUIRE(flow.points.size() == 1);
  CHECK(flow.points[0].assumption == compiler::Assumption::IpBlockPods);
  REQUIRE(flow.by_reading.has_value());
  CHECK((*flow.by_reading)[0].may.empty());
  CHECK((*flow.by_reading)[1].must == all);
}

// A packet has one family: what one end lets pass of IPv4 alone and the other of IPv6 alone,
// nothing does, whichever addresses the pods have.
TEST_CASE("matrix: two directions that are open by address share the family of the packet") {
  model::Model model = two_pods();
  isolate(model, "0.0.0.0/0", Direction::Egress);
  isolate(model, "::/0", Direction::Ingress);
  model::ClusterProfile profile;
  profile.own_node_passes = false;
  profile.ipblock_matches_pods = model::Reading::Yes;
  profile.pods_have_ipv4 = profile.pods_have_ipv6 = true;
  const compiler::Cluster cluster(model, profile);
  const compiler::Classes classes(cluster, {});
  solver::sets::Matrix matrix(cluster, classes);
  CHECK(matrix.row(classes.of(EndpointId{0})).empty());
}

TEST_CASE("possible pods: what peers give adds up, unless it is open which policies decide") {
  model::Model model = two_pods();
  isolate(model, "0.0.0.0/0", Direction::Ingress);
  const auto adds_up = [&] {
    // Whether ranges match pods is open, and is the same for all peers.
    const compiler::Cluster cluster(model, {});
    const solver::sets::PossibleCluster possible(cluster);
    return solver::sets::PossibleFlow(possible, Direction::Ingress, EndpointId{0}).adds_up();
  };
  CHECK(adds_up());
  model.policies[0].tier = model::Tier::Admin;
  CHECK_FALSE(adds_up());
}

}  // namespace polreach
