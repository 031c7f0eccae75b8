// SPDX-License-Identifier: Apache-2.0
#include "solver/intents/families.h"

#include <array>
#include <map>

namespace polreach::solver::intents {
namespace {

using compiler::Party;
using net::AddressSet;
using net::Family;

constexpr std::array<Family, 2> kFamilies = {Family::V4, Family::V6};
constexpr unsigned kEither = 3;

/// A bit for each family.
unsigned bit(Family family) { return family == Family::V4 ? 1U : 2U; }

unsigned families_of(const AddressSet& addresses) {
  unsigned families = 0;
  for (const Family family : kFamilies) {
    if (!(addresses & net::all_addresses(family)).empty()) families |= bit(family);
  }
  return families;
}

/// A pod on its node's network has the addresses of the node.
unsigned families_of(const model::Endpoint& endpoint) {
  unsigned families = 0;
  for (const net::Address& each : endpoint.addresses) families |= bit(each.family);
  if (endpoint.host_network) {
    for (const net::Address& each : endpoint.node_addresses) families |= bit(each.family);
  }
  return families == 0 ? kEither : families;
}

AddressSet addresses_of(unsigned families) {
  AddressSet all;
  for (const Family family : kFamilies) {
    if ((families & bit(family)) != 0) all |= net::all_addresses(family);
  }
  return all;
}

/// The ends of one family, or one pair of families, of an end; addresses are apart from pods.
using Split = std::vector<std::pair<unsigned, EndSet>>;

Split split(const model::Model& model, const EndSet& set) {
  std::map<unsigned, EndSet> pods;
  EndSet bare = set;
  bare.sure.clear();
  bare.addresses = {};
  for (const model::EndpointId id : set.sure) {
    pods.try_emplace(families_of(model[id]), bare).first->second.sure.push_back(id);
  }
  Split result(pods.begin(), pods.end());
  if (!set.addresses.empty()) {
    bare.addresses = set.addresses;
    result.emplace_back(families_of(set.addresses), std::move(bare));
  }
  return result;
}

/// Whether every pair can have every packet, so that nothing is to be taken apart.
bool is_alike(const Split& from, const Split& to) {
  unsigned all = 0;
  bool pods_have_both = true;
  for (const Split* split : {&from, &to}) {
    for (const auto& [families, set] : *split) {
      all |= families;
      pods_have_both = pods_have_both && (set.sure.empty() || families == kEither);
    }
  }
  return pods_have_both || all != kEither;
}

}  // namespace

FamilyPairs of_one_family(const model::Model& model, const EndSet& from, const EndSet& to) {
  const Split sources = split(model, from);
  const Split destinations = split(model, to);
  FamilyPairs result;
  if (is_alike(sources, destinations)) {
    result.ends.emplace_back(from, to);
    return result;
  }
  for (const auto& [source_families, source] : sources) {
    for (const auto& [destination_families, destination] : destinations) {
      // Neither end is a pod: no policy acts on that.
      if (source.sure.empty() && destination.sure.empty()) continue;
      const unsigned common = source_families & destination_families;
      if (common == 0) {
        result.others_differ = true;
        continue;
      }
      auto& [first, second] = result.ends.emplace_back(source, destination);
      first.addresses &= addresses_of(common);
      second.addresses &= addresses_of(common);
    }
  }
  return result;
}

std::optional<check::Packet> packet_between(const compiler::Cluster& cluster, const Party& source,
                                            const Party& destination,
                                            const queries::PacketChoice& choice) {
  auto packet = queries::packet_between(cluster, source, destination, choice.protocol, choice.port);
  if (packet) return packet;
  // The families of the cluster are not the only ones that a pod without addresses could have. Its
  // address matters to no policy where the other end is an address.
  const auto* addresses = std::get_if<AddressSet>(&source);
  if (addresses == nullptr) addresses = std::get_if<AddressSet>(&destination);
  const auto* id = std::get_if<model::EndpointId>(&source);
  if (id == nullptr) id = std::get_if<model::EndpointId>(&destination);
  if (addresses == nullptr || addresses->empty() || id == nullptr) return std::nullopt;
  const net::Address outside = addresses->intervals().front().first;
  if (families_of(cluster.model()[*id]) != kEither) return std::nullopt;
  const net::Address own = net::lowest(outside.family);
  packet.emplace();
  const bool is_source = std::holds_alternative<model::EndpointId>(source);
  (is_source ? packet->source : packet->destination) = *id;
  packet->source_address = is_source ? own : outside;
  packet->destination_address = is_source ? outside : own;
  packet->protocol = choice.protocol;
  packet->port = choice.port;
  return packet;
}

}  // namespace polreach::solver::intents
