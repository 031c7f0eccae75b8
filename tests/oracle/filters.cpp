// SPDX-License-Identifier: Apache-2.0
#include "tests/oracle/filters.h"

#include "tests/oracle/choices.h"

namespace polreach::oracle {
namespace {

using compiler::AddressMatch;
using compiler::Filter;
using compiler::FilterRule;
using compiler::HeaderAddress;
using compiler::Hop;
using compiler::Path;
using model::Access;
using model::Cloud;
using model::UnknownId;
using Truth = std::function<bool(const FactKey&)>;

enum class End : std::uint8_t { Source, Destination };

FactKey key_of(const Cloud& cloud, UnknownId unknown, const HeaderAddress& address, End end) {
  if (cloud[unknown].scope == model::Unknown::Scope::World) return {.unknown = unknown};
  if (address.kind == HeaderAddress::Kind::Chosen) {
    return {unknown, FactKey::Whose::Chosen, address.variable};
  }
  return {unknown, end == End::Source ? FactKey::Whose::Source : FactKey::Whose::Destination, 0};
}

net::Address address_of(const HeaderAddress& header, End end, const Openings& openings) {
  if (header.kind == HeaderAddress::Kind::Chosen) return openings.chosen.at(header.variable);
  return end == End::Source ? openings.source : openings.destination;
}

/// One filter, one header, one truth.
struct Look {
  const Cloud& cloud;
  const Hop& hop;
  const net::Flow& header;
  const Truth& truth;

  [[nodiscard]] bool holds(UnknownId unknown) const { return truth({.unknown = unknown}); }

  [[nodiscard]] bool matches(const AddressMatch& match, End end) const {
    const net::Address& address = end == End::Source ? header.source : header.destination;
    if (match.certain.contains(address)) return true;
    const HeaderAddress& at = end == End::Source ? hop.header.source : hop.header.destination;
    for (const AddressMatch::Open& open : match.open) {
      if (!open.addresses.contains(address)) continue;
      if (truth(key_of(cloud, open.unknown, at, end))) return true;
    }
    return false;
  }

  [[nodiscard]] bool matches(const FilterRule& rule) const {
    if (!rule.protocols.contains(header.protocol)) return false;
    if (net::has_ports(header.protocol)) {
      if (!rule.source_ports.contains(header.source_port)) return false;
      if (!rule.destination_ports.contains(header.destination_port)) return false;
    }
    if (!matches(rule.source, End::Source)) return false;
    if (!matches(rule.destination, End::Destination)) return false;
    for (const UnknownId condition : rule.only_if) {
      if (!holds(condition)) return false;
    }
    return true;
  }

  [[nodiscard]] Access decide(const Filter& filter) const {
    if (filter.missing) return holds(*filter.missing) ? Access::Allow : Access::Deny;
    for (const FilterRule& rule : filter.rules) {
      if (!matches(rule)) continue;
      if (rule.access_open) return holds(*rule.access_open) ? Access::Allow : Access::Deny;
      return rule.access;
    }
    return filter.otherwise;
  }

  [[nodiscard]] bool passes(const Path& way) const {
    if (hop.kind == Hop::Kind::Gate) return hop.gate && holds(*hop.gate);
    if (hop.admin) {
      const Access first = decide(way.filters.at(*hop.admin));
      if (first == Access::Deny) return false;
      if (first == Access::AlwaysAllow) return true;
    }
    return decide(way.filters.at(hop.filter)) != Access::Deny;
  }
};

bool passes_with(const Cloud& cloud, const Path& way, const net::Flow& packet,
                 const Openings& openings, const PolicyWorlds& policies, const Truth& truth) {
  for (const Hop& hop : way.hops) {
    const net::Flow header = header_at(hop, packet, openings);
    if (hop.kind == Hop::Kind::Policies) {
      if (!policies.passes(openings.policies, hop, header)) return false;
      continue;
    }
    if (!Look{cloud, hop, header, truth}.passes(way)) return false;
  }
  return true;
}

/// The filters that the hops of a path ask.
std::vector<const Filter*> filters_of(const Path& way) {
  std::vector<const Filter*> result;
  for (const Hop& hop : way.hops) {
    if (hop.kind != Hop::Kind::Filter) continue;
    result.push_back(&way.filters.at(hop.filter));
    if (hop.admin) result.push_back(&way.filters.at(*hop.admin));
  }
  return result;
}

/// One value of `among` for each combination of the sets that values can be in.
template <typename Set, typename Traits>
auto one_of_each(const Set& among, const std::vector<const Set*>& sets) {
  using Value = decltype(among.intervals().front().first);
  std::set<std::decay_t<Value>> starts;
  for (const auto& piece : among.intervals()) {
    starts.insert(piece.first);
    for (const Set* set : sets) {
      for (const auto& cut : set->intervals()) {
        if (piece.first < cut.first && !(piece.last < cut.first)) starts.insert(cut.first);
        if (!(cut.last < piece.first) && cut.last < piece.last) {
          starts.insert(Traits::next(cut.last));
        }
      }
    }
  }
  std::vector<std::decay_t<Value>> result;
  std::set<std::vector<bool>> seen;
  for (const auto& start : starts) {
    std::vector<bool> within;
    for (const Set* set : sets) within.push_back(set->contains(start));
    if (seen.insert(within).second) result.push_back(start);
  }
  return result;
}

void add_sets(const AddressMatch& match, std::vector<const net::AddressSet*>& sets) {
  sets.push_back(&match.certain);
  for (const AddressMatch::Open& open : match.open) sets.push_back(&open.addresses);
}

/// Every combination of addresses, source port and Kubernetes world; until `visit` says stop.
void for_each_opening(const Path& way, const net::Flow& packet, const PolicyWorlds& policies,
                      const std::function<bool(const Openings&)>& visit) {
  const auto sources =
      way.source_is_asked ? std::vector{packet.source} : representatives(way, way.source, policies);
  const auto destinations = way.destination_is_asked
                                ? std::vector{packet.destination}
                                : representatives(way, way.destination, policies);
  std::vector<std::pair<std::uint32_t, std::vector<net::Address>>> variables;
  for (const auto& [variable, among] : chosen_of(way)) {
    variables.emplace_back(variable, representatives(way, among, policies));
  }
  const std::vector<net::Port> ports = representative_source_ports(way);
  std::size_t count = sources.size() * destinations.size() * ports.size() * policies.count;
  for (const auto& [variable, values] : variables) count *= values.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rest = i;
    const auto digit = [&](std::size_t base) {
      const std::size_t value = rest % base;
      rest /= base;
      return value;
    };
    Openings openings;
    openings.source = sources[digit(sources.size())];
    openings.destination = destinations[digit(destinations.size())];
    openings.source_port = ports[digit(ports.size())];
    openings.policies = digit(policies.count);
    for (const auto& [variable, values] : variables) {
      openings.chosen[variable] = values[digit(values.size())];
    }
    if (!visit(openings)) return;
  }
}

Met meet(const Cloud& cloud, const Path& way, const net::Flow& packet,
         const PolicyWorlds& policies) {
  Met met;
  for_each_opening(way, packet, policies, [&](const Openings& openings) {
    Choices<FactKey> choices;
    const Truth truth = [&](const FactKey& key) { return choices(key); };
    do {
      met.add(passes_with(cloud, way, packet, openings, policies, truth));
    } while (!met.both() && choices.next());
    return !met.both();
  });
  return met;
}

}  // namespace

net::Flow header_at(const Hop& hop, const net::Flow& packet, const Openings& openings) {
  net::Flow header = packet;
  header.source = address_of(hop.header.source, End::Source, openings);
  header.destination = address_of(hop.header.destination, End::Destination, openings);
  if (!net::has_ports(packet.protocol)) {
    header.source_port = header.destination_port = 0;
    return header;
  }
  if (hop.header.source_port_is_chosen) header.source_port = openings.source_port;
  if (hop.header.destination_port) header.destination_port = *hop.header.destination_port;
  return header;
}

bool passes(const Cloud& cloud, const Path& way, const net::Flow& packet, const Openings& openings,
            const PolicyWorlds& policies) {
  const Truth truth = [&](const FactKey& key) { return openings.holds.contains(key); };
  return passes_with(cloud, way, packet, openings, policies, truth);
}

std::vector<FactKey> facts_of(const Cloud& cloud, const Path& way) {
  std::set<FactKey> facts;
  const auto world = [&](const std::optional<UnknownId>& unknown) {
    if (unknown) facts.insert({.unknown = *unknown});
  };
  const auto add = [&](const Filter& filter, const Hop& hop) {
    world(filter.missing);
    for (const FilterRule& rule : filter.rules) {
      world(rule.access_open);
      for (const UnknownId condition : rule.only_if) world(condition);
      for (const auto& open : rule.source.open) {
        facts.insert(key_of(cloud, open.unknown, hop.header.source, End::Source));
      }
      for (const auto& open : rule.destination.open) {
        facts.insert(key_of(cloud, open.unknown, hop.header.destination, End::Destination));
      }
    }
  };
  for (const Hop& hop : way.hops) {
    if (hop.kind == Hop::Kind::Gate) world(hop.gate);
    if (hop.kind != Hop::Kind::Filter) continue;
    add(way.filters.at(hop.filter), hop);
    if (hop.admin) add(way.filters.at(*hop.admin), hop);
  }
  return {facts.begin(), facts.end()};
}

std::map<std::uint32_t, net::AddressSet> chosen_of(const Path& way) {
  std::map<std::uint32_t, net::AddressSet> result;
  for (const Hop& hop : way.hops) {
    for (const HeaderAddress* address : {&hop.header.source, &hop.header.destination}) {
      if (address->kind == HeaderAddress::Kind::Chosen) {
        result.emplace(address->variable, address->among);
      }
    }
  }
  return result;
}

std::vector<net::Address> representatives(const Path& way, const net::AddressSet& among,
                                          const PolicyWorlds& policies) {
  std::vector<const net::AddressSet*> sets;
  for (const net::AddressSet& set : policies.compared) sets.push_back(&set);
  for (const Filter* filter : filters_of(way)) {
    for (const FilterRule& rule : filter->rules) {
      add_sets(rule.source, sets);
      add_sets(rule.destination, sets);
    }
  }
  return one_of_each<net::AddressSet, net::AddressTraits>(among, sets);
}

std::vector<net::Port> representative_source_ports(const Path& way) {
  std::vector<const net::PortSet*> sets;
  for (const Filter* filter : filters_of(way)) {
    for (const FilterRule& rule : filter->rules) sets.push_back(&rule.source_ports);
  }
  return one_of_each<net::PortSet, net::PortTraits>(net::PortSet(1024, net::kHighestPort), sets);
}

Tri decide(const Cloud& cloud, const std::vector<Path>& ways, const net::Flow& packet,
           const PolicyWorlds& policies) {
  Met met;
  for (const Path& way : ways) {
    const Met one = meet(cloud, way, packet, policies);
    met.yes = met.yes || one.yes;
    met.no = met.no || one.no;
  }
  return met.tri();
}

}  // namespace polreach::oracle
