// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/service_facts.h"

namespace polreach::compiler {

ServiceFacts facts_of(const model::Model& model, const model::Service& service) {
  const model::OutsideAccess& outside = service.outside;
  ServiceFacts facts;
  facts.name =
      std::string(model.text(model[service.ns].name)) + "/" + std::string(model.text(service.name));
  facts.type = service.type;
  facts.external_local = outside.external_local;
  facts.internal = outside.internal;
  facts.floating_ip = outside.floating;
  facts.source_ranges = outside.source_ranges;
  facts.allowed_tags = outside.source_tags;
  facts.ranges_hold_on_nodes = outside.ranges_on_nodes;
  facts.deny_others = outside.deny_others;
  facts.ingress_addresses = outside.balancer_addresses;
  facts.where = service.where;
  for (const model::ServicePort& port : service.ports) {
    facts.ports.push_back({port.protocol, port.number, port.node_port, port.target, port.where});
  }
  return facts;
}

}  // namespace polreach::compiler
