// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/node_group.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tests/azure/cloud_builder.h"

// Expected: cloud-provider-azure, accesscontrol.go: one allow rule for each protocol that the
// Service has ports of, with the ports of that protocol.
namespace polreach::compiler {

TEST_CASE("the group of nodes: the ports of a Service are opened for their own protocol alone") {
  ServiceFacts service;
  service.name = "shop/dns";
  service.type = model::ServiceType::LoadBalancer;
  service.ingress_addresses = {support::address("20.0.0.1")};
  service.ports.resize(2);
  service.ports[0].number = 443;
  service.ports[1].number = 53;
  service.ports[1].protocol = net::Protocol::Udp;
  const model::SecurityGroup group = node_group({}, {service});
  std::vector<const model::SecurityRule*> rules;
  for (const model::SecurityRule& rule : group.inbound) {
    if (rule.name.starts_with("k8s-azure-lb_allow")) rules.push_back(&rule);
  }
  REQUIRE(rules.size() == 2);
  CHECK(rules[0]->protocols == net::ProtocolSet(net::IpProtocol::Tcp));
  CHECK(rules[0]->destination_ports == net::PortSet(443, 443));
  CHECK(rules[1]->protocols == net::ProtocolSet(net::IpProtocol::Udp));
  CHECK(rules[1]->destination_ports == net::PortSet(53, 53));
}

}  // namespace polreach::compiler
