// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "policies/source/result.h"
#include "solver/z3/workbench.h"

/// "Do two sets of policies mean the same, for every packet and every pod that could ever exist?"
namespace polreach::solver::queries {

/// A pod that someone could create, or an address outside.
struct PossibleEnd {
  std::string ns;       // its namespace; empty: an address
  bool is_new = false;  // the namespace would have to be created, with these labels
  std::vector<std::string> namespace_labels;  // "key=value", sorted
  std::vector<std::string> labels;            // of the pod
  std::vector<std::string> ports;             // names that it must give to the packet's port
  std::string address;                        // of an end that is no pod
};

/// A connection that one of the two lets pass and the other does not.
struct Distinction {
  PossibleEnd source;
  PossibleEnd destination;
  net::Protocol protocol = net::Protocol::Tcp;
  net::Port port = 1;
  bool old_allows = false;  // and the new does not; or the other way round
  /// What it takes besides, in words: "if ipBlocks match the addresses of pods".
  std::vector<std::string> readings;
};

struct Equivalence {
  std::optional<Distinction> counterexample;  // nothing: proven
  std::size_t proofs = 0;  // by Z3; pairs whose policies are built alike need none
  std::size_t pairs = 0;   // of namespaces, and of namespaces with the outside
};

/// Looks at pods with any labels in every namespace of either side and in new ones, and at all
/// addresses; pods with hostNetwork are left out. A namespace that one side alone declares has its
/// labels on both. The counterexample is replayed by the single-packet evaluator; its labels are as
/// few as possible. Fails where Z3 gives up, and where policies name nodes that are not in the
/// input.
source::Result<Equivalence> equivalent(const compiler::Cluster& before,
                                       const compiler::Cluster& after);
/// The same for one who asks often.
source::Result<Equivalence> equivalent(const compiler::Cluster& before,
                                       const compiler::Cluster& after, z3::Workbench& workbench);

}  // namespace polreach::solver::queries
