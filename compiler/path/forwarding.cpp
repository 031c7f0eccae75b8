// SPDX-License-Identifier: Apache-2.0
#include "compiler/path/forwarding.h"

#include <utility>

#include "compiler/path/hops.h"

namespace polreach::compiler {

model::SecurityGroup group_of_one(std::string name, model::SecurityRule rule, model::Span where) {
  const model::AddressTerm any = {model::AnyAddress{}, "*", {}, source::Span::none()};
  rule.access = model::Access::Allow;
  if (rule.protocols.empty()) rule.protocols = net::ProtocolSet::all();
  if (rule.source.empty()) rule.source.push_back(any);
  if (rule.destination.empty()) rule.destination.push_back(any);
  if (rule.destination_ports.empty()) rule.destination_ports = net::all_header_ports();
  rule.source_ports = net::all_header_ports();
  rule.where = where;
  model::SecurityGroup group;
  group.name = std::move(name);
  group.where = where;
  group.inbound.push_back(std::move(rule));
  return group;
}

void add_forwarding(Surroundings& around, Path& path, const Forwarded& only) {
  Guard guard;
  guard.place = only.place;
  const std::string key = only.place + " " + std::string(net::to_string(only.protocol)) + " " +
                          std::to_string(only.port);
  guard.group = &around.made(key, [&] {
    model::SecurityRule rule;
    rule.name = only.rule;
    rule.protocols = net::ProtocolSet(net::ip_protocol(only.protocol));
    rule.destination_ports = net::PortSet(only.port, only.port);
    return group_of_one(only.place, std::move(rule), only.where);
  });
  add_guard(around, path, guard, model::Direction::Ingress, packet_header());
}

}  // namespace polreach::compiler
