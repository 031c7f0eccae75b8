// SPDX-License-Identifier: Apache-2.0
#include "solver/sets/path_policies.h"

#include "solver/sets/direction.h"
#include "solver/sets/reach.h"

namespace polreach::solver::sets {
namespace {

using compiler::Cluster;
using compiler::Hop;
using compiler::Party;
using model::Direction;
using model::EndpointId;
using net::Traffic;

/// Ports of policies begin at 1; headers can hold 0, which no policy can single out.
net::PortSet header_ports(const net::PortSet& ports) {
  return ports == net::all_ports() ? net::all_header_ports() : ports;
}

/// The headers with such traffic; of the protocols that policies cannot name, what is said.
Diagram headers_with(PathSpace& space, const Traffic& traffic, const compiler::Header& header,
                     bool other_protocols) {
  Diagrams& diagrams = space.diagrams();
  std::vector<Diagram> parts;
  for (const net::Protocol protocol : net::kProtocols) {
    net::PortSet ports = header_ports(traffic[protocol]);
    if (header.destination_port) {
      ports = ports.contains(*header.destination_port) ? net::all_header_ports() : net::PortSet();
    }
    parts.push_back(diagrams.both(diagrams.protocols(net::ProtocolSet(net::ip_protocol(protocol))),
                                  diagrams.ports(Variable::destination_port(), ports)));
  }
  if (other_protocols) {
    parts.push_back(diagrams.protocols(net::ProtocolSet::all() - policy_protocols()));
  }
  return diagrams.any_of(std::move(parts));
}

/// What becomes of protocols that policies cannot name is open where rules do not allow them.
PolicyBounds bounds_of(PathSpace& space, const Traffic& must, const Traffic& may,
                       const compiler::Header& header, bool others_pass) {
  return {headers_with(space, must, header, others_pass), headers_with(space, may, header, true)};
}

/// The variable in which the hop sees the other end.
Variable other_variable(const Hop& hop) {
  return hop.direction == Direction::Egress ? PathSpace::variable(hop.header.destination, false)
                                            : PathSpace::variable(hop.header.source, true);
}

void check(const Hop& hop) {
  if (!hop.self || !hop.other) throw source::InternalError("a hop of policies without its ends");
}

const EndpointId* other_pod(const Hop& hop) { return std::get_if<EndpointId>(&*hop.other); }

/// The two ends in the order of a connection.
std::pair<Party, Party> ends_of(const Hop& hop, const Party& other) {
  const Party self = *hop.self;
  return hop.direction == Direction::Egress ? std::pair(self, other) : std::pair(other, self);
}

}  // namespace

net::ProtocolSet policy_protocols() {
  net::ProtocolSet result;
  for (const net::Protocol protocol : net::kProtocols) {
    result |= net::ProtocolSet(net::ip_protocol(protocol));
  }
  return result;
}

PolicyBounds policy_bounds(PathSpace& space, const Cluster& cluster, const Hop& hop) {
  check(hop);
  Diagrams& diagrams = space.diagrams();
  if (const EndpointId* other = other_pod(hop)) {
    if (cluster.is_one_pod(*hop.self, *other)) return {kTrue, kTrue};
    const Flow found = flow(cluster, hop.direction, *hop.self, *other);
    return bounds_of(space, found.must, found.may, hop.header,
                     passes_without_ports(cluster, hop.direction, *hop.self, *other));
  }
  const net::AddressSet& asked = std::get<net::AddressSet>(*hop.other);
  const Variable variable = other_variable(hop);
  std::vector<Diagram> must;
  // Nothing is known of an address that the policies were not asked about.
  std::vector<Diagram> may = {diagrams.addresses(variable, net::all_addresses() - asked)};
  const auto [source, destination] = ends_of(hop, *hop.other);
  for (const Piece& piece : reach(cluster, source, destination)) {
    const Diagram here = diagrams.addresses(variable, piece.addresses);
    const PolicyBounds bounds = bounds_of(space, piece.must, piece.may, hop.header, false);
    must.push_back(diagrams.both(here, bounds.must));
    may.push_back(diagrams.both(here, bounds.may));
  }
  const net::AddressSet of_others = passes_without_ports(cluster, hop.direction, *hop.self, asked);
  must.push_back(diagrams.both(diagrams.addresses(variable, of_others),
                               diagrams.protocols(net::ProtocolSet::all() - policy_protocols())));
  return {diagrams.any_of(std::move(must)), diagrams.any_of(std::move(may))};
}

Diagram joint_bound(PathSpace& space, const Cluster& cluster, const Hop& a, const Hop& b) {
  check(a);
  check(b);
  const EndpointId* to = other_pod(a);
  const EndpointId* from = other_pod(b);
  const bool are_one_connection = a.direction == Direction::Egress &&
                                  b.direction == Direction::Ingress && to != nullptr &&
                                  from != nullptr && *to == *b.self && *from == *a.self &&
                                  a.header.destination_port == b.header.destination_port;
  if (!are_one_connection) return kTrue;
  const std::vector<Piece> pieces = reach(cluster, *a.self, *b.self);
  return headers_with(space, pieces.front().may, a.header, true);
}

std::vector<compiler::OpenPoint> policy_points(PathSpace& space, const Cluster& cluster,
                                               const Hop& hop, Diagram matters) {
  Diagrams& diagrams = space.diagrams();
  Traffic asked;
  for (const net::Protocol protocol : net::kProtocols) {
    const Diagram part =
        diagrams.both(matters, diagrams.protocols(net::ProtocolSet(net::ip_protocol(protocol))));
    if (part == kFalse) continue;
    asked[protocol] = hop.header.destination_port
                          ? net::PortSet(*hop.header.destination_port, *hop.header.destination_port)
                          : ports_of(diagrams.values(part, Variable::destination_port()));
    // Port 0 is open where all of them are.
    if (asked[protocol].contains(net::Port{0})) asked[protocol] = net::all_ports();
  }
  if (const EndpointId* other = other_pod(hop)) {
    return points_within(cluster, hop.direction, *hop.self, *other, asked);
  }
  const net::AddressSet addresses =
      std::get<net::AddressSet>(*hop.other) & diagrams.values(matters, other_variable(hop));
  if (addresses.empty()) return {};
  const auto [source, destination] = ends_of(hop, addresses);
  return assumptions(cluster, source, destination, asked);
}

}  // namespace polreach::solver::sets
