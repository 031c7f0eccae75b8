// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "solver/queries/network_flows.h"
#include "solver/suggest/group.h"
#include "solver/suggest/group_parts.h"

namespace polreach::solver::suggest {
namespace {

using net::AddressSet;
using net::IpProtocol;
using net::PortSet;

/// Packets that are left of a difference when what was asked for is taken out; more are taken for
/// something that nobody asked for.
constexpr std::size_t kMostRests = 256;

/// The addresses of the places that a difference names.
std::map<std::string, AddressSet> places_of(compiler::Surroundings& around) {
  std::map<std::string, AddressSet> result;
  for (const queries::NetworkPlace& place : queries::network_places(around)) {
    result[place.name] |= place.site.addresses;
  }
  const model::Cloud& cloud = around.cloud();
  for (std::size_t i = 0; i < cloud.subnets.size(); ++i) {
    const auto id = static_cast<model::SubnetId>(i);
    if (!cloud[id].space.more) {
      result[compiler::name_of(cloud, id)] = compiler::addresses_of(cloud[id].space);
    }
  }
  return result;
}

/// What one question is about.
struct Part {
  AddressSet sources;
  AddressSet destinations;
  std::vector<Named> packets;
};

/// Packets of one protocol.
struct Rest {
  AddressSet source;
  AddressSet destination;
  PortSet ports;
};

/// What is left of a product of sets without another.
void subtract(const Rest& from, const Rest& taken, std::vector<Rest>& to) {
  const AddressSet sources = from.source & taken.source;
  const AddressSet destinations = from.destination & taken.destination;
  const PortSet ports = from.ports & taken.ports;
  if (sources.empty() || destinations.empty() || ports.empty()) {
    to.push_back(from);
    return;
  }
  const auto add = [&](Rest rest) {
    if (!rest.source.empty() && !rest.destination.empty() && !rest.ports.empty()) {
      to.push_back(std::move(rest));
    }
  };
  add({from.source - sources, from.destination, from.ports});
  add({sources, from.destination - destinations, from.ports});
  add({sources, destinations, from.ports - ports});
}

/// Whether the questions together are about all of it. A packet has both ends in one family.
bool are_about(const std::vector<Part>& parts, IpProtocol protocol, const Rest& packets) {
  std::vector<Rest> rests;
  for (const net::Family family : {net::Family::V4, net::Family::V6}) {
    const AddressSet all = net::all_addresses(family);
    Rest rest{packets.source & all, packets.destination & all, packets.ports};
    if (!rest.source.empty() && !rest.destination.empty()) rests.push_back(std::move(rest));
  }
  for (const Part& part : parts) {
    for (const Named& each : part.packets) {
      if (!each.protocols.contains(protocol)) continue;
      std::vector<Rest> left;
      for (const Rest& rest : rests) {
        subtract(rest, {part.sources, part.destinations, each.ports}, left);
      }
      rests = std::move(left);
      if (rests.empty()) return true;
      if (rests.size() > kMostRests) return false;
    }
  }
  return rests.empty();
}

source::Result<Part> part_of(const GroupAsked& asked) {
  auto packets = named(asked.packets);
  if (!packets) return tl::unexpected(packets.error());
  return Part{addresses_of(asked.sources), addresses_of(asked.destinations), std::move(*packets)};
}

}  // namespace

bool covers(const GroupAsked& whole, const GroupAsked& part) {
  const auto outer = part_of(whole);
  const auto inner = part_of(part);
  if (!outer || !inner) return false;
  return std::all_of(inner->packets.begin(), inner->packets.end(), [&](const Named& each) {
    return std::all_of(
        net::kIpProtocols.begin(), net::kIpProtocols.end(), [&](IpProtocol protocol) {
          return !each.protocols.contains(protocol) ||
                 are_about({*outer}, protocol, {inner->sources, inner->destinations, each.ports});
        });
  });
}

source::Result<GroupEffect> compare(compiler::Surroundings& before, compiler::Surroundings& after,
                                    const std::vector<GroupAsked>& closed,
                                    const std::vector<GroupAsked>& opened) {
  std::vector<Part> to_close;
  std::vector<Part> to_open;
  for (const auto* all : {&closed, &opened}) {
    for (const GroupAsked& each : *all) {
      auto part = part_of(each);
      if (!part) return tl::unexpected(part.error());
      (all == &closed ? to_close : to_open).push_back(std::move(*part));
    }
  }
  const auto diff = queries::network_diff({before, {}, {}}, {after, {}, {}}, {});
  if (!diff) return tl::unexpected(diff.error());
  const std::map<std::string, AddressSet> places = places_of(before);
  // An end that is the whole place holds all addresses.
  const auto at = [&](const std::string& name, const AddressSet& addresses) {
    const auto found = places.find(name);
    return found == places.end() ? addresses : addresses & found->second;
  };
  const auto is_asked = [&](const std::vector<Part>& parts,
                            const queries::NetworkChange::Pair& pair, const sets::FlowBox& box) {
    const Rest packets{at(pair.source, box.source), at(pair.destination, box.destination),
                       box.destination_ports};
    return std::all_of(
        net::kIpProtocols.begin(), net::kIpProtocols.end(), [&](IpProtocol protocol) {
          return !box.protocols.contains(protocol) || are_about(parts, protocol, packets);
        });
  };
  GroupEffect effect;
  for (const queries::NetworkChange& change : diff->changes) {
    for (const auto& pair : change.pairs) {
      for (const auto& part : change.parts) {
        effect.complete = effect.complete && part.packets.complete;
        for (const sets::FlowBox& box : part.packets.boxes) {
          const bool closes = part.after == queries::Passes::Never;
          const bool opens = part.after == queries::Passes::Always;
          const bool done =
              (closes && is_asked(to_close, pair, box)) || (opens && is_asked(to_open, pair, box));
          (done ? effect.done : effect.others).push_back({pair, box, part.before, part.after});
        }
      }
    }
  }
  return effect;
}

}  // namespace polreach::solver::suggest
