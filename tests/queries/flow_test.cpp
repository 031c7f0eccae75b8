// SPDX-License-Identifier: Apache-2.0
// The contract of a direction's flow: what is open, and by which reading of ipBlocks.
#include <doctest/doctest.h>

#include "solver/sets/direction.h"
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

/// Isolates x for egress; with a range, lets it send to that.
void isolate(model::Model& model, const char* range) {
  model::Policy policy;
  policy.kind = policy.name = model.symbols->intern("some");
  policy.egress.emplace();
  if (range != nullptr) {
    model::Rule rule;
    model::BlockPeer block;
    block.cidr = net::Prefix::parse(range).value();
    rule.peers.push_back({block, {}});
    policy.egress->push_back(rule);
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

}  // namespace polreach
