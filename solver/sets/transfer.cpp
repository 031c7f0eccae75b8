// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/transfer.h"

#include <map>

namespace polreach::solver::sets {
namespace {

Diagram literal(Diagrams& to, Variable variable, const Values& values) {
  if (variable.is_fact()) throw source::InternalError("a fact of one input in another");
  if (variable == Variable::protocol()) {
    net::ProtocolSet protocols;
    for (net::IpProtocol each : net::kIpProtocols) {
      if (values.contains({net::Family::V4, static_cast<std::uint32_t>(each)})) {
        protocols |= net::ProtocolSet(each);
      }
    }
    return to.protocols(protocols);
  }
  // Of protocols without ports a literal of ports is true. A node that asks for ports is never
  // below such a protocol, so that this does not show.
  if (variable.is_port()) return to.ports(variable, ports_of(values));
  return to.addresses(variable, values);
}

}  // namespace

Diagram transfer(Diagrams& from, Diagram packets, Diagrams& to) {
  std::map<Diagram, Diagram> known{{kFalse, kFalse}, {kTrue, kTrue}};
  for (const Diagram node : from.nodes_of(packets)) {
    const Variable variable = from.variable_of(node);
    std::map<Diagram, std::vector<Values::Interval>> by_child;
    for (std::size_t i = 0; i < from.edge_count(node); ++i) {
      const Diagrams::Edge edge = from.edge(node, i);
      if (edge.child != kFalse) edge.add_to(by_child[edge.child]);
    }
    std::vector<Diagram> parts;
    for (auto& [child, intervals] : by_child) {
      const Diagram here = literal(to, variable, Values::of(std::move(intervals)));
      parts.push_back(to.both(here, known.at(child)));
    }
    known[node] = to.any_of(std::move(parts));
  }
  return known.at(packets);
}

}  // namespace polreach::solver::sets
