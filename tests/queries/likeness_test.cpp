// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/likeness.h"

#include <doctest/doctest.h>

#include "tests/queries/pods.h"

// Two ends are alike only where all that a verdict can rest on is the same in both.
namespace polreach::compiler {
namespace {

using model::EndpointId;
using model::Model;

/// A namespace with pods of no label. The first symbols are those of `words`, in their order.
struct Pods {
  model::Model model;

  explicit Pods(const std::vector<std::string_view>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      REQUIRE(static_cast<std::size_t>(model.symbols->intern(words[i])) == i);
    }
    tests::add_shop(model);
  }

  model::Endpoint& add(const std::string& name) { return tests::add_pod(model, name); }

  bool alike() const {
    const Cluster cluster(model, {});
    return Likeness().alike(cluster, EndpointId{0}, cluster, EndpointId{1},
                            model::Direction::Egress);
  }
};

}  // namespace

TEST_CASE("likeness: pods that say the same are alike, whatever they are called") {
  Pods pods({});
  for (const char* name : {"a", "b"}) {
    pods.add(name).ports.push_back(
        {pods.model.symbols->intern("http"), net::Protocol::Tcp, net::Port{80}});
  }
  CHECK(pods.alike());
  pods.model.endpoints[1].ports[0].number = 81;
  CHECK_FALSE(pods.alike());
}

TEST_CASE("likeness: a pod on any port is not like one without named ports") {
  Pods pods({});
  pods.add("a");
  pods.add("b");
  CHECK(pods.alike());
  pods.model.endpoints[1].open_ports = true;
  CHECK_FALSE(pods.alike());
}

TEST_CASE("likeness: the ports of one pod are not taken for the address of another") {
  // Number by number the two say the same but for how many ports and addresses there are: symbol 1
  // beside UDP (1), 80, symbol 2, TCP (0) and 443, and one address of IPv6 (1) of the parts 80, 2,
  // 0 and 443; and what follows: 0 addresses, hostNetwork, no node; and no hostNetwork, a node,
  // which is symbol 0.
  Pods pods({"node-a", "dns", "https"});
  model::Endpoint& with_ports = pods.add("a");
  with_ports.ports = {{source::Symbol{1}, net::Protocol::Udp, net::Port{80}},
                      {source::Symbol{2}, net::Protocol::Tcp, net::Port{443}}};
  with_ports.host_network = true;
  model::Endpoint& with_address = pods.add("b");
  with_address.addresses = {net::Address::parse("0:1bb::2:0:50").value()};
  with_address.node = source::Symbol{0};
  CHECK_FALSE(pods.alike());
}

TEST_CASE("likeness: of two connections both ends and their policies say the same") {
  Pods pods({});
  for (const char* name : {"a", "b", "c", "d", "host"}) pods.add(name);
  pods.model.endpoints[4].host_network = true;
  const Cluster cluster(pods.model, {});
  const auto alike = [&](std::uint32_t from, std::uint32_t to, std::uint32_t other_from,
                         std::uint32_t other_to) {
    return Likeness().alike({&cluster, EndpointId{from}, EndpointId{to}},
                            {&cluster, EndpointId{other_from}, EndpointId{other_to}});
  };
  CHECK(alike(0, 1, 0, 1));
  CHECK(alike(0, 1, 2, 3));
  CHECK_FALSE(alike(0, 1, 4, 1));
  CHECK_FALSE(alike(4, 1, 0, 1));
  CHECK_FALSE(alike(0, 1, 0, 4));
  // A pod always reaches itself, and no pod is known to reach another like that.
  CHECK(alike(0, 0, 1, 1));
  CHECK_FALSE(alike(0, 0, 0, 1));
  CHECK_FALSE(alike(0, 1, 0, 0));
}

TEST_CASE("likeness: each policy that selects an end of a connection counts in its direction") {
  // Two clusters that differ in one policy alone, which closes one direction of all pods.
  Pods open({});
  for (const char* name : {"a", "b"}) open.add(name);
  const Cluster without(open.model, {});
  const auto like_open = [&](bool ingress, model::Direction direction) {
    Model closed = open.model;
    model::Policy policy;
    policy.kind = closed.symbols->intern("NetworkPolicy");
    policy.name = closed.symbols->intern("close");
    (ingress ? policy.ingress : policy.egress).emplace();
    closed.policies.push_back(policy);
    const Cluster with(closed, {});
    Likeness likeness;
    CHECK_FALSE(likeness.alike({&without, EndpointId{0}, EndpointId{1}},
                               {&with, EndpointId{0}, EndpointId{1}}));
    return likeness.alike(without, EndpointId{0}, with, EndpointId{0}, direction);
  };
  CHECK_FALSE(like_open(true, model::Direction::Ingress));
  CHECK(like_open(true, model::Direction::Egress));
  CHECK_FALSE(like_open(false, model::Direction::Egress));
  CHECK(like_open(false, model::Direction::Ingress));
}

TEST_CASE("likeness: a selector is not like one of another operator") {
  Pods pods({});
  for (const char* name : {"a", "b"}) pods.add(name);
  const auto with_rule = [&](model::Operator op, bool with_value) {
    Model model = pods.model;
    model::Requirement app{model.symbols->intern("app"), op, {}, {}};
    if (with_value) app.values.push_back(model.symbols->intern("web"));
    model::PodPeer peer;
    peer.pods.all_of.push_back(app);
    model::Rule rule;
    rule.peers.push_back({peer, {}});
    model::Policy policy;
    policy.kind = model.symbols->intern("NetworkPolicy");
    policy.name = model.symbols->intern("enter");
    policy.ingress.emplace().push_back(rule);
    model.policies.push_back(policy);
    return model;
  };
  using model::Operator;
  const Model in = with_rule(Operator::In, true);
  const Model not_in = with_rule(Operator::NotIn, true);
  const Model exists = with_rule(Operator::Exists, false);
  const Model absent = with_rule(Operator::DoesNotExist, false);
  const auto alike = [](const Model& a, const Model& b) {
    const Cluster one(a, {});
    const Cluster other(b, {});
    return Likeness().alike({&one, EndpointId{0}, EndpointId{1}},
                            {&other, EndpointId{0}, EndpointId{1}});
  };
  CHECK(alike(in, in));
  CHECK_FALSE(alike(in, not_in));
  CHECK(alike(exists, exists));
  CHECK_FALSE(alike(exists, absent));
}

}  // namespace polreach::compiler
