// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "compiler/resolve/unknown.h"
#include "policies/source/result.h"
#include "solver/check/packet.h"
#include "solver/queries/explain.h"
#include "solver/queries/reference.h"
#include "solver/sets/reach.h"
#include "solver/z3/transcript.h"

/// "Can A reach B on this port, and because of which line?"
namespace polreach::solver::queries {

/// The packets that are meant for a destination.
[[nodiscard]] net::Traffic traffic_of(const model::Model& model, const Asked& asked,
                                      const compiler::Party& destination);

enum class Verdict : std::uint8_t {
  Allowed,  // all that was asked
  Denied,   // nothing that was asked
  Partly,   // a part for certain, and the rest certainly not
  Depends,  // some of it passes in one world that the input allows, and not in another
};
[[nodiscard]] std::string_view to_string(Verdict verdict);
/// Of what was asked: whether some of it certainly passes, certainly does not, and is open.
[[nodiscard]] Verdict verdict_of(bool allowed, bool denied, bool open);

/// The pods of one workload that no policy can tell apart; or the outside addresses.
struct Variant {
  std::optional<model::WorkloadId> workload;  // nothing: outside
  std::vector<model::EndpointId> endpoints;
  bool is_whole_workload = true;
};

/// What was found for the outside addresses of one part, or between endpoints (no addresses).
struct Part {
  net::AddressSet addresses;
  net::Traffic allowed;
  net::Traffic denied;
  net::Traffic open;  // depends
};

/// One pair of groups of endpoints (end_classes.h), with everything that it stands for: each of the
/// sources together with each of the destinations has the same result for the same reasons.
struct Outcome {
  std::vector<Variant> sources;
  std::vector<Variant> destinations;
  compiler::Party source;  // representatives
  compiler::Party destination;
  net::Traffic asked;
  std::vector<Part> parts;
  Verdict verdict = Verdict::Denied;
  /// What the policies that were understood say, where `gaps` make the rest uncertain.
  std::optional<Verdict> without_gaps;
  std::vector<std::size_t> gaps;  // into Model::gaps
  std::vector<compiler::OpenPoint> rests_on;
  DirectionReason egress;
  DirectionReason ingress;
  /// A packet that passes in every world, replayed by the single-packet evaluator; or, where
  /// there is none, one that passes in some world, as Z3 found it.
  std::optional<check::Witness> witness;
};

struct Answer {
  Verdict verdict = Verdict::Denied;
  std::vector<Outcome> outcomes;
  std::size_t proofs = 0;    // how many pairs were proven: from terms alone, or by Z3
  std::size_t unproven = 0;  // for how many its budget ran out: the set engine alone answers
  std::vector<Variant> without_port;  // destinations that have no port of the name asked for
};

/// Answers for every pair of the two targets. Each result of the set engine is proven by Z3 before
/// it is given; where Z3's budget runs out, that is counted and said. Evaluators that disagree are
/// an InternalError. Fails where the question has no packets (no destination has a port of the name
/// asked for). The questions that Z3 was asked are added to the transcript, if there is one.
source::Result<Answer> can(const compiler::Cluster& cluster, const Target& source,
                           const Target& destination, const Asked& asked,
                           z3::Transcript* transcript = nullptr);

}  // namespace polreach::solver::queries
