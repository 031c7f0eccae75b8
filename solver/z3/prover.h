// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/lower/pod_set.h"
#include "compiler/resolve/cluster.h"
#include "policies/source/result.h"
#include "solver/check/packet.h"
#include "solver/sets/reach.h"
#include "solver/z3/transcript.h"
#include "solver/z3/workbench.h"

namespace polreach::solver::z3 {

/// What Z3 proved about the packets asked for, over every world that the input allows.
struct Proof {
  /// A packet that passes, with the world in which it does; nothing: proven that none ever does.
  std::optional<check::Witness> allowed;
  /// A packet that is stopped; nothing: proven that none ever is.
  std::optional<check::Witness> denied;
  /// A packet that passes in one world and is stopped in another; nothing: proven that there is
  /// none.
  std::optional<check::Witness> undecided;
};

/// Asks Z3 about one pair of parties at a time. Z3 is started by the first question that its terms
/// do not answer by themselves. Not thread-safe.
class Prover {
 public:
  /// Every question that is put to Z3 is added to the transcript, if there is one.
  explicit Prover(const compiler::Cluster& cluster, Transcript* transcript = nullptr);
  /// On a workbench that other provers have used, and that outlives this one.
  Prover(const compiler::Cluster& cluster, Workbench& workbench);
  Prover(const Prover&) = delete;
  Prover& operator=(const Prover&) = delete;
  ~Prover();

  /// Of the packets in `asked` (and, where one party is an AddressSet, with an address in it).
  /// Fails where Z3 answers unknown within its budget.
  source::Result<Proof> prove(const compiler::Party& source, const compiler::Party& destination,
                              const net::Traffic& asked);

  /// Proves that the pieces say exactly what the policies mean for these parties: no packet of
  /// `must` is ever stopped, no packet outside `may` ever passes. The value is a counterexample;
  /// nothing: proven.
  source::Result<std::optional<check::Witness>> refute(const compiler::Party& source,
                                                       const compiler::Party& destination,
                                                       const std::vector<sets::Piece>& pieces);

  /// A packet that passes under this cluster's policies or under those of another, and not under
  /// both; nothing: proven that there is none. The two clusters must have the same symbols,
  /// namespaces, endpoints and profile, and no selectors over nodes that are open.
  source::Result<std::optional<check::Witness>> difference(const compiler::Cluster& other,
                                                           const compiler::Party& source,
                                                           const compiler::Party& destination);

  /// What is asked of pods of which little is known, besides that they are of these sets.
  struct Limits {
    compiler::PodSet source = compiler::PodSet::everything();
    compiler::PodSet destination = compiler::PodSet::everything();
    /// What their namespaces are.
    struct Space {
      model::NamespaceId ns{};
      model::Selector labels;
    };
    std::vector<Space> spaces;
    std::vector<std::pair<Space, Space>> not_both;  // never together
  };
  /// A packet of `asked` that passes (or is stopped, where not `passing`) in some world in which
  /// the ends are as limited; nothing: proven that there is none.
  source::Result<std::optional<check::Witness>> find_among(const compiler::Party& source,
                                                           const compiler::Party& destination,
                                                           const net::Traffic& asked, bool passing,
                                                           const Limits& limits);

  /// A packet on which two policies of one ordered tier would decide differently, if there is one.
  /// `self` is the pod that the direction protects.
  source::Result<std::optional<check::Witness>> clash(model::Direction direction,
                                                      model::EndpointId self,
                                                      const compiler::Party& other,
                                                      model::PolicyId first,
                                                      model::PolicyId second);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polreach::solver::z3
