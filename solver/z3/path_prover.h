// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "compiler/path/path.h"
#include "policies/source/result.h"
#include "solver/check/path.h"
#include "solver/sets/flow_box.h"
#include "solver/z3/transcript.h"

namespace polreach::solver::z3 {

/// What Z3 proved about the packets asked for, over every way and everything that is open.
struct PathProof {
  /// A packet that passes on some way; nothing: proven that none ever does.
  std::optional<check::PathWitness> allowed;
  /// A packet that is stopped on some way; nothing: proven that none ever is.
  std::optional<check::PathWitness> denied;
  /// One packet twice: it passes, and is stopped. What may differ is the way, what is open, and the
  /// address of an end that is not asked about. Nothing: proven that there is none.
  struct Undecided {
    check::PathWitness passes;
    check::PathWitness stopped;
  };
  std::optional<Undecided> undecided;
};

/// Asks Z3 about paths. Holds one Z3 context; not thread-safe.
///
/// Every question fails (and proves nothing) where Z3 answers unknown within its budget, and where
/// it is larger than solver/z3/budget.h allows.
class PathProver {
 public:
  /// `cluster`: whose policies Hop::Kind::Policies means; nullptr where no path has such a hop.
  /// Every question is added to the transcript, if there is one.
  PathProver(const compiler::Cluster* cluster, const model::UnknownTable& unknowns,
             Transcript* transcript = nullptr);
  PathProver(const PathProver&) = delete;
  PathProver& operator=(const PathProver&) = delete;
  ~PathProver();

  using Ways = std::vector<compiler::Path>;

  /// Proves that bounds are right: no packet in `must` is ever stopped on any of the ways, no
  /// packet outside `may` ever passes on one. The value is a counterexample; nothing: proven.
  source::Result<std::optional<check::PathWitness>> refute(const Ways& ways,
                                                           const std::vector<sets::FlowBox>& must,
                                                           const std::vector<sets::FlowBox>& may);

  source::Result<PathProof> prove(const Ways& ways, const sets::FlowBox& asked);

  /// A packet that a rule of a filter decides; nothing: proven that it never does.
  source::Result<std::optional<check::PathWitness>> decides(const compiler::Filter& filter,
                                                            std::size_t rule);

  /// A packet to which two filters (of one cloud) say different things; nothing: proven that they
  /// are equal.
  source::Result<std::optional<check::PathWitness>> difference(const compiler::Filter& one,
                                                               const compiler::Filter& other);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polreach::solver::z3
