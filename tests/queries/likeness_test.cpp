// SPDX-License-Identifier: Apache-2.0
#include "compiler/resolve/likeness.h"

#include <doctest/doctest.h>

#include "tests/queries/pods.h"

// Two ends are alike only where all that a verdict can rest on is the same in both.
namespace polreach::compiler {
namespace {

using model::EndpointId;

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

}  // namespace polreach::compiler
