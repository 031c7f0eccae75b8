// SPDX-License-Identifier: Apache-2.0
#include "solver/check/path.h"

#include <algorithm>

#include "policies/source/result.h"

namespace polreach::solver::check {
namespace {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using compiler::Header;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::EndpointId;
using Of = OpenFact::Of;

/// An address as one hop sees it, and whose facts are its.
struct SeenAddress {
  net::Address address;
  Of of = Of::Source;
  std::uint32_t variable = 0;
};

struct Seen {
  net::IpProtocol protocol;
  SeenAddress source;
  SeenAddress destination;
  net::Port source_port;
  net::Port destination_port;
};

/// One witness, as filters and pods see it.
class Replay {
 public:
  Replay(const model::UnknownTable& unknowns, const PathWitness& witness)
      : unknowns_(unknowns), witness_(witness) {}

  [[nodiscard]] bool passes(const compiler::Cluster* cluster, const Path& path,
                            const Hop& hop) const {
    switch (hop.kind) {
      case Hop::Kind::Gate:
        return hop.gate && of_world(*hop.gate);
      case Hop::Kind::Policies:
        return passes_policies(cluster, hop);
      case Hop::Kind::Filter:
        break;
    }
    const Seen packet = seen(hop.header);
    if (hop.admin) {
      const Access admin = decision(path.filters.at(*hop.admin), packet);
      if (admin != Access::Allow) return admin == Access::AlwaysAllow;
    }
    return decision(path.filters.at(hop.filter), packet) != Access::Deny;
  }

  [[nodiscard]] Seen seen(const Header& header) const {
    const net::Flow& flow = witness_.flow;
    return {flow.protocol, seen(header.source, flow.source, Of::Source),
            seen(header.destination, flow.destination, Of::Destination),
            header.source_port_is_chosen ? witness_.chosen_source_port : flow.source_port,
            header.destination_port ? *header.destination_port : flow.destination_port};
  }

  [[nodiscard]] Access decision(const Filter& filter, const Seen& packet) const {
    if (filter.missing) return of_world(*filter.missing) ? Access::Allow : Access::Deny;
    const std::optional<std::size_t> index = deciding_rule(filter, packet);
    if (!index) return filter.otherwise;
    const FilterRule& rule = filter.rules[*index];
    if (!rule.access_open) return rule.access;
    return of_world(*rule.access_open) ? Access::Allow : Access::Deny;
  }

  [[nodiscard]] std::optional<std::size_t> deciding_rule(const Filter& filter,
                                                         const Seen& packet) const {
    if (filter.missing) return std::nullopt;
    for (std::size_t i = 0; i < filter.rules.size(); ++i) {
      if (matches(filter.rules[i], packet)) return i;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] SeenAddress seen(const HeaderAddress& address, const net::Address& own,
                                 Of side) const {
    if (address.kind == HeaderAddress::Kind::OfPacket) return {own, side, 0};
    const auto chosen = witness_.chosen.find(address.variable);
    if (chosen == witness_.chosen.end()) {
      throw source::InternalError("a witness without a chosen address");
    }
    return {chosen->second, Of::Chosen, address.variable};
  }

  [[nodiscard]] bool matches(const FilterRule& rule, const Seen& packet) const {
    if (!rule.protocols.contains(packet.protocol)) return false;
    const bool ports = !net::has_ports(packet.protocol) ||
                       (rule.source_ports.contains(packet.source_port) &&
                        rule.destination_ports.contains(packet.destination_port));
    return ports && matches(rule.source, packet.source) &&
           matches(rule.destination, packet.destination) &&
           std::all_of(rule.only_if.begin(), rule.only_if.end(),
                       [&](model::UnknownId unknown) { return of_world(unknown); });
  }

  [[nodiscard]] bool matches(const AddressMatch& match, const SeenAddress& seen) const {
    if (match.certain.contains(seen.address)) return true;
    return std::any_of(match.open.begin(), match.open.end(), [&](const AddressMatch::Open& open) {
      const bool of_address = unknowns_[open.unknown].scope == model::Unknown::Scope::Address;
      const bool holds =
          of_address ? fact({open.unknown, seen.of, seen.variable}) : of_world(open.unknown);
      return holds && open.addresses.contains(seen.address);
    });
  }

  [[nodiscard]] bool passes_policies(const compiler::Cluster* cluster, const Hop& hop) const {
    if (cluster == nullptr || !hop.self || !hop.other) {
      throw source::InternalError("a hop of policies without a pod");
    }
    const Seen header = seen(hop.header);
    Packet packet;
    packet.source_address = header.source.address;
    packet.destination_address = header.destination.address;
    packet.port = header.destination_port;
    const auto* id = std::get_if<EndpointId>(&*hop.other);
    const std::optional<EndpointId> other = id == nullptr ? std::nullopt : std::optional(*id);
    const bool egress = hop.direction == model::Direction::Egress;
    packet.source = egress ? hop.self : other;
    packet.destination = egress ? other : hop.self;
    if (net::has_ports(header.protocol)) {
      packet.protocol = static_cast<net::Protocol>(header.protocol);
      return check::passes(*cluster, hop.direction, packet, witness_.world);
    }
    return witness_.world.other_protocols ||
           passes_without_ports(*cluster, hop.direction, packet, witness_.world);
  }

  [[nodiscard]] bool of_world(model::UnknownId unknown) const {
    return fact({unknown, Of::World, 0});
  }

  [[nodiscard]] bool fact(const OpenFact& fact) const {
    const auto found = witness_.facts.find(fact);
    return found != witness_.facts.end() && found->second;
  }

  model::UnknownTable unknowns_;
  const PathWitness& witness_;
};

}  // namespace

bool passes(const compiler::Cluster* cluster, const model::UnknownTable& unknowns, const Path& path,
            const PathWitness& witness) {
  const Replay replay(unknowns, witness);
  return std::all_of(path.hops.begin(), path.hops.end(),
                     [&](const Hop& hop) { return replay.passes(cluster, path, hop); });
}

bool is_of(const Path& path, const PathWitness& witness) {
  const net::Flow& flow = witness.flow;
  if (!path.source.contains(flow.source) || !path.destination.contains(flow.destination)) {
    return false;
  }
  if (witness.chosen_source_port < 1024) return false;
  const bool ports = flow.source_port != 0 || flow.destination_port != 0;
  if (ports && !net::has_ports(flow.protocol)) return false;
  const auto among = [&](const HeaderAddress& address) {
    if (address.kind == HeaderAddress::Kind::OfPacket) return true;
    const auto chosen = witness.chosen.find(address.variable);
    return chosen != witness.chosen.end() && address.among.contains(chosen->second);
  };
  return std::all_of(path.hops.begin(), path.hops.end(), [&](const Hop& hop) {
    return among(hop.header.source) && among(hop.header.destination);
  });
}

std::optional<std::size_t> deciding_rule(const model::UnknownTable& unknowns, const Filter& filter,
                                         const PathWitness& witness) {
  const Replay replay(unknowns, witness);
  return replay.deciding_rule(filter, replay.seen(Header{}));
}

Access decision(const model::UnknownTable& unknowns, const Filter& filter,
                const PathWitness& witness) {
  const Replay replay(unknowns, witness);
  return replay.decision(filter, replay.seen(Header{}));
}

}  // namespace polreach::solver::check
