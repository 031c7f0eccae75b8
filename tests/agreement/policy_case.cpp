// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/policy_case.h"

#include <tuple>
#include <utility>

#include "tests/agreement/compare.h"

namespace polreach::agreement {
namespace {

using model::EndpointId;

/// To the worlds, addresses are one like the other.
oracle::Party party_of(const compiler::Party& party) {
  if (const auto* id = std::get_if<EndpointId>(&party)) return *id;
  return std::get<net::AddressSet>(party).intervals().front().first;
}

bool is_same(const oracle::World& a, const oracle::World& b) {
  const auto key = [](const oracle::World& w) {
    return std::tie(w.ipblock_matches_pods, w.host_network_is_pod, w.same_node, w.domains_match,
                    w.node_selectors);
  };
  const auto same = [](const oracle::FixedLabel& x, const oracle::FixedLabel& y) {
    return x.owner == y.owner && x.ns == y.ns && x.key == y.key && x.value == y.value;
  };
  return key(a) == key(b) &&
         std::equal(a.labels.begin(), a.labels.end(), b.labels.begin(), b.labels.end(), same);
}

net::AddressSet one(const net::Address& address) { return {address, address}; }

void add_compared(const std::vector<model::Rule>& rules, std::vector<net::AddressSet>& sets) {
  for (const model::Rule& rule : rules) {
    for (const model::Peer& peer : rule.peers) {
      const auto* block = std::get_if<model::BlockPeer>(&peer.what);
      if (block == nullptr) continue;
      sets.push_back(net::addresses_of(block->cidr));
      for (const net::Prefix& hole : block->except) sets.push_back(net::addresses_of(hole));
    }
  }
}

std::vector<net::AddressSet> compared_in(const model::Model& model) {
  std::vector<net::AddressSet> sets;
  for (const model::Policy& policy : model.policies) {
    if (policy.ingress) add_compared(*policy.ingress, sets);
    if (policy.egress) add_compared(*policy.egress, sets);
  }
  for (const model::Node& node : model.nodes) {
    for (const net::Address& address : node.addresses) sets.push_back(one(address));
  }
  for (const model::Endpoint& pod : model.endpoints) {
    for (const net::Address& address : pod.node_addresses) sets.push_back(one(address));
  }
  return sets;
}

}  // namespace

PolicyCase::PolicyCase(const Spec& spec, compiler::Party source, compiler::Party destination)
    : spec_(spec),
      model_(to_model(spec_)),
      cluster_(model_, spec_.profile),
      compared_(compared_in(model_)) {
  for (oracle::Setting& setting :
       oracle::settings(model_, spec_.profile, party_of(source), party_of(destination))) {
    // Those that differ in addresses alone stand side by side.
    if (!worlds_.empty() && is_same(worlds_.back().world, setting.world)) continue;
    for (const bool other : {false, true}) worlds_.push_back({setting.world, other});
  }
}

oracle::PolicyWorlds PolicyCase::worlds() const {
  const auto pass = [this](std::size_t world, const compiler::Hop& hop, const net::Flow& header) {
    return passes(worlds_.at(world), hop, header);
  };
  return {worlds_.size(), pass, compared_};
}

solver::check::World PolicyCase::world(std::size_t index) const {
  solver::check::World result = to_check(worlds_.at(index).world);
  result.other_protocols = worlds_.at(index).other_protocols;
  return result;
}

bool PolicyCase::passes(const solver::check::World& world, const compiler::Hop& hop,
                        const net::Flow& header) const {
  return passes(World{to_oracle(world), world.other_protocols}, hop, header);
}

bool PolicyCase::passes(const World& world, const compiler::Hop& hop,
                        const net::Flow& header) const {
  const bool egress = hop.direction == model::Direction::Egress;
  const auto* id = std::get_if<EndpointId>(&hop.other.value());
  const std::optional<EndpointId> other = id == nullptr ? std::nullopt : std::optional(*id);
  oracle::Packet packet;
  packet.source = egress ? hop.self : other;
  packet.destination = egress ? other : hop.self;
  packet.source_address = header.source;
  packet.destination_address = header.destination;
  packet.port = header.destination_port;
  const bool has_ports = net::has_ports(header.protocol);
  if (has_ports) packet.protocol = static_cast<net::Protocol>(header.protocol);
  // NetworkPolicy does not say what becomes of other protocols where a policy would stop them.
  if (!has_ports && world.other_protocols) return true;
  return oracle::passes(model_, spec_.profile, hop.direction, packet, world.world, has_ports);
}

}  // namespace polreach::agreement
