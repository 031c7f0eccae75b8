// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/agreement/compare.h"

namespace polreach::agreement {
namespace {

using compiler::Party;
using model::EndpointId;
using oracle::Tri;
using solver::sets::Piece;

const char* text(Tri tri) {
  return tri == Tri::Never ? "never" : tri == Tri::Always ? "always" : "sometimes";
}

Tri said_by(const Piece& piece, const oracle::Target& target) {
  if (piece.must.contains(target.protocol, target.port)) return Tri::Always;
  return piece.may.contains(target.protocol, target.port) ? Tri::Sometimes : Tri::Never;
}

void add_edges(const net::Address& first, const net::Address& last, std::set<net::Address>& edges) {
  edges.insert(first);
  edges.insert(last);
  if (first != net::lowest(first.family)) edges.insert({first.family, first.bits - 1});
  if (last != net::highest(last.family)) edges.insert({last.family, last.bits + 1});
}

void add_edges(const std::vector<model::Rule>& rules, std::set<net::Address>& edges) {
  for (const model::Rule& rule : rules) {
    for (const model::Peer& peer : rule.peers) {
      const auto* block = std::get_if<model::BlockPeer>(&peer.what);
      if (block == nullptr) continue;
      add_edges(block->cidr.first(), block->cidr.last(), edges);
      for (const net::Prefix& hole : block->except) add_edges(hole.first(), hole.last(), edges);
    }
  }
}

void add_ports(const std::vector<model::Rule>& rules, std::set<int>& ports) {
  for (const model::Rule& rule : rules) {
    for (const model::PortMatch& match : rule.ports) {
      const auto* range = std::get_if<model::PortRange>(&match.ports);
      if (range != nullptr) ports.insert({range->first, range->last});
    }
  }
}

bool starts_before(const Piece& a, const Piece& b) {
  return a.addresses.intervals().front().first < b.addresses.intervals().front().first;
}

const net::AddressSet* addresses_of(const Pair& pair) {
  const auto* source = std::get_if<net::AddressSet>(&pair.source);
  return source != nullptr ? source : std::get_if<net::AddressSet>(&pair.destination);
}

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  pairs += other.pairs;
  packets += other.packets;
  always += other.always;
  sometimes += other.sometimes;
  never += other.never;
  single_worlds += other.single_worlds;
  proofs += other.proofs;
  witnesses += other.witnesses;
  confirmed += other.confirmed;
  mutants += other.mutants;
  return *this;
}

Comparison::Comparison(const Spec& spec, std::size_t addresses_tried)
    : spec_(spec),
      addresses_tried_(addresses_tried),
      model_(to_model(spec_)),
      cluster_(model_, spec_.profile) {}

std::vector<Pair> Comparison::some_pairs(Random& random, std::size_t count) const {
  if (model_.endpoints.empty()) return {};
  const auto endpoint = [&] {
    return static_cast<EndpointId>(random.below(model_.endpoints.size()));
  };
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < count; ++i) pairs.push_back({endpoint(), endpoint()});
  const EndpointId self = endpoint();
  pairs.push_back({self, self});
  pairs.push_back({endpoint(), random_addresses(random)});
  pairs.push_back({random_addresses(random), endpoint()});
  return pairs;
}

std::vector<Pair> Comparison::all_pairs() const {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < model_.endpoints.size(); ++i) {
    const auto one = static_cast<EndpointId>(i);
    for (std::size_t j = 0; j < model_.endpoints.size(); ++j) {
      pairs.push_back({one, static_cast<EndpointId>(j)});
    }
    pairs.push_back({one, net::all_addresses()});
    pairs.push_back({net::all_addresses(), one});
  }
  return pairs;
}

std::vector<net::Address> Comparison::interesting(const net::AddressSet& asked,
                                                  const Pieces& pieces) const {
  std::set<net::Address> edges;
  for (const model::Policy& policy : model_.policies) {
    if (policy.ingress) add_edges(*policy.ingress, edges);
    if (policy.egress) add_edges(*policy.egress, edges);
  }
  for (const model::Endpoint& endpoint : model_.endpoints) {
    for (const net::Address& a : endpoint.addresses) add_edges(a, a, edges);
    for (const net::Address& a : endpoint.node_addresses) add_edges(a, a, edges);
  }
  for (const model::Node& node : model_.nodes) {
    for (const net::Address& a : node.addresses) add_edges(a, a, edges);
  }
  for (const auto& interval : asked.intervals()) add_edges(interval.first, interval.last, edges);
  for (const Piece& piece : pieces) {
    for (const auto& i : piece.addresses.intervals()) add_edges(i.first, i.last, edges);
  }
  std::vector<net::Address> result;
  for (const net::Address& edge : edges) {
    if (asked.contains(edge)) result.push_back(edge);
  }
  return result;
}

/// A set of addresses around those that the model holds: everything, a block, or a union of parts.
net::AddressSet Comparison::random_addresses(Random& random) const {
  if (random.chance(35)) return net::all_addresses();
  const std::vector<net::Address> edges = interesting(net::all_addresses(), {});
  net::AddressSet result;
  const int parts = random.between(1, 3);
  for (int i = 0; i < parts; ++i) {
    const net::Address edge = edges.empty() ? net::lowest(net::Family::V4) : random.pick(edges);
    const int width = net::width(edge.family);
    const int length = random.chance(40) ? width : width - random.between(0, width);
    result |= net::addresses_of(net::Prefix::around(edge, length));
  }
  return result;
}

/// Every port at which something that is written begins or ends, and its neighbours, with every
/// protocol.
std::vector<oracle::Target> Comparison::targets(const Pieces& pieces) const {
  std::set<int> ports = {net::kLowestPort, net::kHighestPort};
  for (const model::Policy& policy : model_.policies) {
    if (policy.ingress) add_ports(*policy.ingress, ports);
    if (policy.egress) add_ports(*policy.egress, ports);
  }
  for (const model::Endpoint& endpoint : model_.endpoints) {
    for (const model::NamedPort& port : endpoint.ports) ports.insert(port.number);
  }
  for (const Piece& piece : pieces) {
    for (net::Protocol protocol : net::kProtocols) {
      for (const auto& i : piece.may[protocol].intervals()) ports.insert({i.first, i.last});
      for (const auto& i : piece.must[protocol].intervals()) ports.insert({i.first, i.last});
    }
  }
  std::set<int> with_neighbours;
  for (int port : ports) with_neighbours.insert({port - 1, port, port + 1});
  std::vector<oracle::Target> result;
  for (int port : with_neighbours) {
    if (port < net::kLowestPort || port > net::kHighestPort) continue;
    for (net::Protocol protocol : net::kProtocols) {
      result.push_back({protocol, static_cast<net::Port>(port)});
    }
  }
  return result;
}

/// What the contract of reach() promises of any answer.
std::optional<std::string> Comparison::malformed(const Pair& pair, const Pieces& pieces) const {
  const net::AddressSet* asked = addresses_of(pair);
  if (asked == nullptr) {
    if (pieces.size() != 1) return "two endpoints, and not one piece";
    if (!pieces.front().addresses.empty()) return "two endpoints, and addresses in the piece";
  }
  net::AddressSet covered;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].may.contains(pieces[i].must)) return "must is not within may";
    if (asked == nullptr) continue;
    if (pieces[i].addresses.empty()) return "a piece without addresses";
    if (!(covered & pieces[i].addresses).empty()) return "pieces overlap";
    covered |= pieces[i].addresses;
    if (i > 0 && !starts_before(pieces[i - 1], pieces[i])) return "pieces are not sorted";
    for (std::size_t j = 0; j < i; ++j) {
      if (pieces[i].must == pieces[j].must && pieces[i].may == pieces[j].may) {
        return "two pieces say the same";
      }
    }
  }
  if (asked != nullptr && covered != *asked) return "the pieces do not cover what was asked";
  return std::nullopt;
}

std::vector<Comparison::OnePair> Comparison::narrow(const Pair& pair, const Pieces& pieces,
                                                    Random& random) const {
  const auto endpoint = [](const Party& party) { return std::get<EndpointId>(party); };
  const net::AddressSet* asked = addresses_of(pair);
  if (asked == nullptr) {
    return {{endpoint(pair.source), endpoint(pair.destination), &pieces.front()}};
  }
  std::vector<net::Address> addresses = interesting(*asked, pieces);
  random.shuffle(addresses);
  if (addresses.size() > addresses_tried_) addresses.resize(addresses_tried_);
  std::vector<OnePair> result;
  for (const net::Address& address : addresses) {
    const auto holds = [&](const Piece& piece) { return piece.addresses.contains(address); };
    const Piece& piece = *std::find_if(pieces.begin(), pieces.end(), holds);
    const bool is_source = pair.source.index() == 1;
    result.push_back({is_source ? oracle::Party(address) : endpoint(pair.source),
                      is_source ? endpoint(pair.destination) : oracle::Party(address), &piece});
  }
  return result;
}

std::optional<std::string> Comparison::compare_all_worlds(
    const OnePair& pair, const std::vector<oracle::Target>& targets) {
  const std::vector<Tri> truth =
      oracle::decide(model_, spec_.profile, pair.source, pair.destination, targets);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Tri said = said_by(*pair.piece, targets[i]);
    ++counts_.packets;
    ++(truth[i] == Tri::Always  ? counts_.always
       : truth[i] == Tri::Never ? counts_.never
                                : counts_.sometimes);
    if (said == truth[i]) continue;
    return std::string(net::to_string(targets[i].protocol)) + " " +
           std::to_string(targets[i].port) + ": sets say " + text(said) + ", the oracle " +
           text(truth[i]);
  }
  return std::nullopt;
}

std::optional<std::string> Comparison::compare_single_worlds(
    const OnePair& pair, const std::vector<oracle::Target>& targets, Random& random) {
  const std::vector<oracle::Setting> all =
      oracle::settings(model_, spec_.profile, pair.source, pair.destination);
  for (int i = 0; i < 10; ++i) {
    const oracle::Setting& setting = random.pick(all);
    const oracle::Target& target = random.pick(targets);
    const oracle::Packet packet =
        oracle::packet_of(pair.source, pair.destination, setting, target.protocol, target.port);
    ++counts_.single_worlds;
    const bool truth = oracle::passes(model_, spec_.profile, packet, setting.world);
    const bool said = solver::check::passes(cluster_, to_check(packet), to_check(setting.world));
    if (said == truth) continue;
    return std::string(net::to_string(target.protocol)) + " " + std::to_string(target.port) +
           " from " + packet.source_address.to_string() + " to " +
           packet.destination_address.to_string() + ": check::passes says " +
           (said ? "passes" : "is stopped") + " in one world, the oracle the opposite";
  }
  return std::nullopt;
}

std::optional<std::string> Comparison::check_sets(const Pair& pair, Random& random) {
  const Pieces pieces = solver::sets::reach(cluster_, pair.source, pair.destination);
  ++counts_.pairs;
  if (auto fault = malformed(pair, pieces)) return describe(pair) + ": " + *fault;
  const std::vector<oracle::Target> all = targets(pieces);
  for (const OnePair& one : narrow(pair, pieces, random)) {
    auto fault = compare_all_worlds(one, all);
    if (!fault) fault = compare_single_worlds(one, all, random);
    if (!fault) continue;
    const auto* address = std::get_if<net::Address>(&one.source);
    if (address == nullptr) address = std::get_if<net::Address>(&one.destination);
    const std::string at = address != nullptr ? " at " + address->to_string() : "";
    return describe(pair) + at + ": " + *fault;
  }
  return std::nullopt;
}

std::string Comparison::describe(const Pair& pair) const {
  const auto name = [&](const Party& party) -> std::string {
    if (const auto* set = std::get_if<net::AddressSet>(&party)) return net::to_string(*set);
    const EndpointSpec& endpoint =
        spec_.endpoints[static_cast<std::size_t>(std::get<EndpointId>(party))];
    return spec_.namespaces[endpoint.ns].name + "/" + endpoint.name;
  };
  return name(pair.source) + " -> " + name(pair.destination);
}

}  // namespace polreach::agreement
