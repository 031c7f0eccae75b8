// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/lower_path.h"

#include "policies/source/result.h"

namespace polreach::compiler {

using model::Access;

namespace {

AddressName name_of(const HeaderAddress& address, Side side) {
  return address.kind == HeaderAddress::Kind::Chosen ? AddressName(side, address.variable)
                                                     : AddressName(side);
}

}  // namespace

PathLowering::Seen PathLowering::seen(const Header& header) {
  return {name_of(header.source, Side::Source), name_of(header.destination, Side::Destination),
          header.destination_port,
          header.source_port_is_chosen ? HeaderPort::ChosenSource : HeaderPort::Source};
}

PathTerms PathLowering::path(const Path& path) {
  std::vector<Term> passes;
  std::vector<Term> possible{
      pool_.address_of(Side::Source, path.source),
      pool_.address_of(Side::Destination, path.destination),
      pool_.header_ports(HeaderPort::ChosenSource, kLowestChosenPort, net::kHighestPort),
      ports_where_there_are()};
  for (const Hop& each : path.hops) {
    passes.push_back(hop(path, each));
    if (each.kind == Hop::Kind::Policies && !each.header.destination_port) {
      possible.push_back(pool_.disjunction(
          {pool_.negation(has_ports()),
           pool_.header_ports(HeaderPort::Destination, net::kLowestPort, net::kHighestPort)}));
    }
    for (const HeaderAddress* address : {&each.header.source, &each.header.destination}) {
      if (address->kind != HeaderAddress::Kind::Chosen) continue;
      possible.push_back(pool_.address_of(name_of(*address, Side::Source), address->among));
    }
  }
  return {pool_.conjunction(passes), pool_.conjunction(possible)};
}

Term PathLowering::hop(const Path& path, const Hop& hop) {
  const Seen header = seen(hop.header);
  switch (hop.kind) {
    case Hop::Kind::Gate:
      return hop.gate ? of_world(*hop.gate) : pool_.constant(false);
    case Hop::Kind::Policies:
      return policies(hop);
    case Hop::Kind::Filter:
      break;
  }
  const Term group = filter(path.filters.at(hop.filter), header,
                            [&](Access access) { return pool_.constant(access != Access::Deny); });
  if (!hop.admin) return group;
  return filter(path.filters.at(*hop.admin), header, [&](Access access) {
    return access == Access::Allow ? group : pool_.constant(access == Access::AlwaysAllow);
  });
}

Term PathLowering::policies(const Hop& hop) {
  if (cluster_ == nullptr || !hop.self || !hop.other) {
    throw source::InternalError("a hop of policies without a pod");
  }
  const Seen header = seen(hop.header);
  Lowering lowering(*cluster_, pool_);
  return lowering.enforcement(hop.direction, *hop.self, *hop.other,
                              {header.source, header.destination, header.destination_port});
}

/// The first rule that matches decides: folded from the last to the first; rules in a row with one
/// outcome are put together, so that long lists of equal actions stay flat.
Term PathLowering::filter(const Filter& filter, const Seen& seen, const Outcome& outcome) {
  if (filter.missing) {
    return choose(of_world(*filter.missing), outcome(Access::Allow), outcome(Access::Deny));
  }
  struct Run {
    Term outcome;
    std::vector<Term> matches;
  };
  std::vector<Run> runs;
  for (const FilterRule& rule : filter.rules) {
    const Term match = matches(rule, seen);
    if (match == pool_.constant(false)) continue;
    const Term result = access(rule, outcome);
    if (runs.empty() || runs.back().outcome != result) runs.push_back({result, {}});
    runs.back().matches.push_back(match);
  }
  Term result = outcome(filter.otherwise);
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    result = choose(pool_.disjunction(run->matches), run->outcome, result);
  }
  return result;
}

Term PathLowering::access(const FilterRule& rule, const Outcome& outcome) {
  if (!rule.access_open) return outcome(rule.access);
  return choose(of_world(*rule.access_open), outcome(Access::Allow), outcome(Access::Deny));
}

Term PathLowering::choose(Term condition, Term yes, Term no) {
  if (yes == no) return yes;
  const Term always = pool_.constant(true);
  if (yes == always) return pool_.disjunction({condition, no});
  if (no == always) return pool_.disjunction({pool_.negation(condition), yes});
  return pool_.disjunction(
      {pool_.conjunction({condition, yes}), pool_.conjunction({pool_.negation(condition), no})});
}

Term PathLowering::matches(const FilterRule& rule, const Seen& seen) {
  const auto& fixed = seen.destination_port;
  const Term to = fixed ? pool_.constant(rule.destination_ports.contains(*fixed))
                        : ports(HeaderPort::Destination, rule.destination_ports);
  std::vector<Term> parts{
      protocols(rule.protocols),
      pool_.disjunction({pool_.negation(has_ports()),
                         pool_.conjunction({ports(seen.source_port, rule.source_ports), to})}),
      matches(rule.source, seen.source), matches(rule.destination, seen.destination)};
  for (model::UnknownId unknown : rule.only_if) parts.push_back(of_world(unknown));
  return pool_.conjunction(parts);
}

Term PathLowering::matches(const AddressMatch& match, const AddressName& address) {
  std::vector<Term> parts{pool_.address_of(address, match.certain)};
  for (const AddressMatch::Open& open : match.open) {
    const bool of_address = unknowns_[open.unknown].scope == model::Unknown::Scope::Address;
    const OpenFact fact{open.unknown, of_address, of_address ? address : AddressName()};
    parts.push_back(
        pool_.conjunction({pool_.fact(fact), pool_.address_of(address, open.addresses)}));
  }
  return pool_.disjunction(parts);
}

Term PathLowering::decides(const Filter& filter, std::size_t rule) {
  if (filter.missing) return pool_.constant(false);
  const Seen own = seen(Header{});
  std::vector<Term> parts{matches(filter.rules.at(rule), own)};
  for (std::size_t i = 0; i < rule; ++i) {
    parts.push_back(pool_.negation(matches(filter.rules[i], own)));
  }
  return pool_.conjunction(parts);
}

Term PathLowering::stops(const Filter& filter) {
  return this->filter(filter, seen(Header{}),
                      [&](Access access) { return pool_.constant(access == Access::Deny); });
}

Term PathLowering::lets_pass_at_once(const Filter& filter) {
  return this->filter(filter, seen(Header{}),
                      [&](Access access) { return pool_.constant(access == Access::AlwaysAllow); });
}

Term PathLowering::protocols(net::ProtocolSet protocols) {
  if (protocols == net::ProtocolSet::all()) return pool_.constant(true);
  std::vector<Term> any;
  for (net::IpProtocol protocol : net::kIpProtocols) {
    if (protocols.contains(protocol)) any.push_back(pool_.protocol(protocol));
  }
  return pool_.disjunction(any);
}

Term PathLowering::ports(HeaderPort port, const net::PortSet& ports) {
  std::vector<Term> any;
  for (const auto& range : ports.intervals()) {
    any.push_back(pool_.header_ports(port, range.first, range.last));
  }
  return pool_.disjunction(any);
}

Term PathLowering::ports_where_there_are() {
  return pool_.disjunction(
      {has_ports(), pool_.conjunction({pool_.header_ports(HeaderPort::Source, 0, 0),
                                       pool_.header_ports(HeaderPort::Destination, 0, 0)})});
}

Term PathLowering::has_ports() {
  std::vector<Term> any;
  for (net::IpProtocol protocol : net::kIpProtocols) {
    if (net::has_ports(protocol)) any.push_back(pool_.protocol(protocol));
  }
  return pool_.disjunction(any);
}

}  // namespace polreach::compiler
