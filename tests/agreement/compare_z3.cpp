// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/agreement/compare.h"

namespace polreach::agreement {
namespace {

using model::EndpointId;
using solver::check::Witness;
using solver::sets::Piece;

std::string describe_packet(const solver::check::Packet& packet) {
  return std::string(net::to_string(packet.protocol)) + " " + std::to_string(packet.port) +
         " from " + packet.source_address.to_string() + " to " +
         packet.destination_address.to_string();
}

/// Whether an end of a packet is (of) the party that was asked about.
bool is_of(const compiler::Party& party, const std::optional<EndpointId>& endpoint,
           const net::Address& address) {
  if (const auto* id = std::get_if<EndpointId>(&party)) return endpoint == *id;
  return !endpoint && std::get<net::AddressSet>(party).contains(address);
}

bool is_of(const Pair& pair, const solver::check::Packet& packet) {
  return is_of(pair.source, packet.source, packet.source_address) &&
         is_of(pair.destination, packet.destination, packet.destination_address);
}

oracle::Party with_address(const compiler::Party& party, const net::Address& address) {
  if (const auto* id = std::get_if<EndpointId>(&party)) return *id;
  return address;
}

/// One (protocol, port) of some traffic that is not empty: often an edge, else anything.
net::Traffic one_of(const net::Traffic& traffic, Random& random) {
  std::vector<net::Traffic> choices;
  for (net::Protocol protocol : net::kProtocols) {
    for (const auto& interval : traffic[protocol].intervals()) {
      const auto inside = static_cast<net::Port>(random.between(interval.first, interval.last));
      for (net::Port port : {interval.first, interval.last, inside}) {
        choices.emplace_back(protocol, net::PortSet(port, port));
      }
    }
  }
  return random.pick(choices);
}

net::Traffic random_traffic(Random& random) {
  if (random.chance(50)) return net::Traffic::all();
  static const std::vector<net::Port> edges = {1, 53, 80, 81, 443, 8080, 65535};
  net::Traffic result;
  for (net::Protocol protocol : net::kProtocols) {
    if (random.chance(30)) continue;
    const net::Port one = random.pick(edges);
    const net::Port other = random.pick(edges);
    result[protocol] = net::PortSet(std::min(one, other), std::max(one, other));
  }
  return result;
}

}  // namespace

/// A witness is a packet that was asked about, in a world that can be, and does what is claimed.
std::optional<std::string> Comparison::replay(const Pair& pair, const Witness& witness,
                                              Claim claim) {
  const oracle::Packet packet = to_oracle(witness.packet);
  const oracle::World world = to_oracle(witness.world);
  const std::string what = "witness " + describe_packet(witness.packet);
  ++counts_.witnesses;
  if (!is_of(pair, witness.packet)) return what + " is not of the pair";
  if (witness.packet.port < net::kLowestPort) return what + " has no port";
  if (!oracle::possible(model_, spec_.profile, packet, world)) {
    return what + " has addresses that its ends cannot have";
  }
  const bool truth = oracle::passes(model_, spec_.profile, packet, world);
  const bool replayed = solver::check::passes(cluster_, witness.packet, witness.world);
  if (truth != replayed) return what + ": check::passes and the oracle differ";
  if (claim != Claim::Depends) {
    if (truth == (claim == Claim::Passes)) return std::nullopt;
    return what + ": Z3 claims the opposite of what the oracle finds in its world";
  }
  const oracle::Tri tri = oracle::decide(
      model_, spec_.profile, with_address(pair.source, packet.source_address),
      with_address(pair.destination, packet.destination_address), packet.protocol, packet.port);
  if (tri == oracle::Tri::Sometimes) return std::nullopt;
  return what + ": Z3 claims that it depends, the oracle finds that it does not";
}

/// prove() against what the pieces say, which check_sets has compared with the oracle.
std::optional<std::string> Comparison::check_proof(const Pair& pair, const Pieces& pieces,
                                                   const net::Traffic& asked) {
  const auto proof = prover_->prove(pair.source, pair.destination, asked);
  ++counts_.proofs;
  if (!proof) return "prove failed: " + proof.error().message;
  const auto any = [&](const auto& part) {
    return std::any_of(pieces.begin(), pieces.end(),
                       [&](const Piece& piece) { return !(part(piece) & asked).empty(); });
  };
  struct Case {
    const char* name;
    const std::optional<Witness>& witness;
    bool expected;
    Claim claim;
  };
  const std::vector<Case> cases = {
      {"allowed", proof->allowed, any([](const Piece& p) { return p.may; }), Claim::Passes},
      {"denied", proof->denied, any([](const Piece& p) { return net::Traffic::all() - p.must; }),
       Claim::IsStopped},
      {"undecided", proof->undecided, any([](const Piece& p) { return p.may - p.must; }),
       Claim::Depends}};
  for (const Case& one : cases) {
    const std::string prefix = std::string(one.name) + " in " + net::to_string(asked) + ": ";
    if (one.witness.has_value() != one.expected) {
      return prefix +
             (one.expected ? "Z3 finds none, the sets do" : "Z3 finds some, the sets none");
    }
    if (!one.witness) continue;
    if (!asked.contains(one.witness->packet.protocol, one.witness->packet.port)) {
      return prefix + "the witness is not of what was asked";
    }
    if (auto fault = replay(pair, *one.witness, one.claim)) return prefix + *fault;
  }
  return std::nullopt;
}

/// refute() must accept the pieces, and find the one wrong port of a mutant.
std::optional<std::string> Comparison::check_refute(const Pair& pair, const Pieces& pieces,
                                                    Random& random) {
  const auto verdict = prover_->refute(pair.source, pair.destination, pieces);
  if (!verdict) return "refute failed: " + verdict.error().message;
  if (*verdict) return "refuted: " + describe_packet((*verdict)->packet);
  ++counts_.confirmed;
  if (pieces.empty()) return std::nullopt;

  // A port too many in must (then in may too), or one too few in may (then in must too).
  Pieces mutant = pieces;
  Piece& changed = mutant[random.below(mutant.size())];
  const net::Traffic not_must = net::Traffic::all() - changed.must;
  const bool add = changed.may.empty() || (!not_must.empty() && random.chance(50));
  const net::Traffic port = one_of(add ? not_must : changed.may, random);
  changed.must = add ? changed.must | port : changed.must - port;
  changed.may = add ? changed.may | port : changed.may - port;

  const auto counterexample = prover_->refute(pair.source, pair.destination, mutant);
  if (!counterexample) return "refute failed: " + counterexample.error().message;
  const std::string prefix =
      std::string("mutant with ") + (add ? "more: " : "less: ") + net::to_string(port) + ": ";
  if (!*counterexample) return prefix + "not refuted";
  ++counts_.mutants;
  const Witness& witness = **counterexample;
  if (!port.contains(witness.packet.protocol, witness.packet.port)) {
    return prefix + "refuted with " + describe_packet(witness.packet);
  }
  if (auto fault = replay(pair, witness, add ? Claim::IsStopped : Claim::Passes)) {
    return prefix + *fault;
  }
  return std::nullopt;
}

std::optional<std::string> Comparison::check_z3(const Pair& pair, Random& random) {
  if (!prover_) prover_.emplace(cluster_, transcript_);
  const Pieces pieces = solver::sets::reach(cluster_, pair.source, pair.destination);
  auto fault = check_proof(pair, pieces, random_traffic(random));
  if (!fault) fault = check_refute(pair, pieces, random);
  if (!fault) return std::nullopt;
  return describe(pair) + ": " + *fault;
}

}  // namespace polreach::agreement
