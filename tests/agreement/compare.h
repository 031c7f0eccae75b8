// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "solver/check/packet.h"
#include "solver/sets/reach.h"
#include "solver/z3/prover.h"
#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"
#include "tests/oracle/oracle.h"

/// Puts the same question to the engines and to the oracle.
namespace polreach::agreement {

/// What was compared.
struct Counts {
  std::uint64_t pairs = 0;
  std::uint64_t packets = 0;  // decided by the oracle over all worlds, and looked up in pieces
  std::uint64_t always = 0;   // of them
  std::uint64_t sometimes = 0;
  std::uint64_t never = 0;
  std::uint64_t single_worlds = 0;  // packets in one world: solver::check against the oracle
  std::uint64_t proofs = 0;
  std::uint64_t witnesses = 0;  // replayed
  std::uint64_t confirmed = 0;  // pieces that Z3 found no fault in
  std::uint64_t mutants = 0;    // wrong pieces that Z3 refuted

  Counts& operator+=(const Counts& other);
};

/// Two parties to ask about; at most one is a set of addresses.
struct Pair {
  compiler::Party source;
  compiler::Party destination;
};

/// Everything for one spec. Keeps its model, its cluster and a prover.
class Comparison {
 public:
  /// Of a set of addresses at most `addresses_tried` are compared, of those where something begins
  /// or ends.
  explicit Comparison(const Spec& spec, std::size_t addresses_tried = 8);
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  /// `count` random pairs of endpoints, an endpoint and itself, and one with addresses on each
  /// side.
  [[nodiscard]] std::vector<Pair> some_pairs(Random& random, std::size_t count) const;
  /// Every pair of endpoints, and some addresses against every endpoint.
  [[nodiscard]] std::vector<Pair> all_pairs() const;

  /// A text that says how sets::reach or check::passes differ from the oracle; nothing: they agree
  /// on every packet that was tried.
  [[nodiscard]] std::optional<std::string> check_sets(const Pair& pair, Random& random);
  /// The same for Z3.
  [[nodiscard]] std::optional<std::string> check_z3(const Pair& pair, Random& random);

  /// Has the questions for Z3 added to it, from before the first of them.
  void keep(solver::z3::Transcript& transcript) { transcript_ = &transcript; }

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] const model::Model& model() const { return model_; }
  [[nodiscard]] std::string describe(const Pair& pair) const;

 private:
  using Pieces = std::vector<solver::sets::Piece>;
  /// The pair with its addresses narrowed to one, if it has any.
  struct OnePair {
    oracle::Party source;
    oracle::Party destination;
    const solver::sets::Piece* piece;
  };
  enum class Claim : std::uint8_t { Passes, IsStopped, Depends };

  [[nodiscard]] std::vector<net::Address> interesting(const net::AddressSet& asked,
                                                      const Pieces& pieces) const;
  [[nodiscard]] std::vector<oracle::Target> targets(const Pieces& pieces) const;
  [[nodiscard]] net::AddressSet random_addresses(Random& random) const;
  [[nodiscard]] std::optional<std::string> malformed(const Pair& pair, const Pieces& pieces) const;
  [[nodiscard]] std::vector<OnePair> narrow(const Pair& pair, const Pieces& pieces,
                                            Random& random) const;
  std::optional<std::string> compare_all_worlds(const OnePair& pair,
                                                const std::vector<oracle::Target>& targets);
  std::optional<std::string> compare_single_worlds(const OnePair& pair,
                                                   const std::vector<oracle::Target>& targets,
                                                   Random& random);
  std::optional<std::string> check_proof(const Pair& pair, const Pieces& pieces,
                                         const net::Traffic& asked);
  std::optional<std::string> check_refute(const Pair& pair, const Pieces& pieces, Random& random);
  std::optional<std::string> replay(const Pair& pair, const solver::check::Witness& witness,
                                    Claim claim);

  Spec spec_;
  std::size_t addresses_tried_;
  model::Model model_;
  compiler::Cluster cluster_;
  std::optional<solver::z3::Prover> prover_;
  solver::z3::Transcript* transcript_ = nullptr;
  Counts counts_;
};

/// The packet and the world of the engines, in the structs of the oracle.
[[nodiscard]] oracle::Packet to_oracle(const solver::check::Packet& packet);
[[nodiscard]] oracle::World to_oracle(const solver::check::World& world);
/// The other way.
[[nodiscard]] solver::check::Packet to_check(const oracle::Packet& packet);
[[nodiscard]] solver::check::World to_check(const oracle::World& world);

}  // namespace polreach::agreement
