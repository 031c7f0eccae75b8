// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/service_facts.h"

#include <utility>

namespace polreach::compiler {
namespace {

/// Fields that a model may have. A model without them says nothing of the cloud's load balancers,
/// and the platform's defaults hold.
template <typename Service>
void add_cloud_fields(const Service& service, ServiceFacts& facts) {
  if constexpr (requires { service.external_local; }) facts.external_local = service.external_local;
  if constexpr (requires { service.internal; }) facts.internal = service.internal;
  if constexpr (requires { service.floating_ip; }) facts.floating_ip = service.floating_ip;
  if constexpr (requires { service.source_ranges; }) facts.source_ranges = service.source_ranges;
  if constexpr (requires { service.allowed_tags; }) facts.allowed_tags = service.allowed_tags;
  if constexpr (requires { service.deny_others; }) facts.deny_others = service.deny_others;
  if constexpr (requires { service.ranges_hold_on_nodes; }) {
    facts.ranges_hold_on_nodes = service.ranges_hold_on_nodes;
  }
  if constexpr (requires { service.ingress_addresses; }) {
    facts.ingress_addresses = service.ingress_addresses;
  }
}

template <typename Port>
ServiceFacts::Port port_of(const Port& port) {
  ServiceFacts::Port result;
  result.protocol = port.protocol;
  result.number = port.number;
  result.target = port.target;
  result.where = port.where;
  if constexpr (requires { port.node_port; }) result.node_port = port.node_port;
  return result;
}

}  // namespace

ServiceFacts facts_of(const model::Model& model, const model::Service& service) {
  ServiceFacts facts;
  facts.name =
      std::string(model.text(model[service.ns].name)) + "/" + std::string(model.text(service.name));
  facts.type = service.type;
  facts.where = service.where;
  for (const model::ServicePort& port : service.ports) facts.ports.push_back(port_of(port));
  add_cloud_fields(service, facts);
  return facts;
}

}  // namespace polreach::compiler
