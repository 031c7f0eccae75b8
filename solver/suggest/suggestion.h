// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/resolve/cluster.h"
#include "policies/source/result.h"
#include "policies/source/source_map.h"
#include "solver/audit/finding.h"

/// "What is the smallest change of the policies after which this does not pass any more (or does),
/// and what else does the change do?"
namespace polreach::solver::suggest {

/// One end of connections: pods of a workload, or addresses outside.
struct End {
  std::vector<model::EndpointId> pods;  // in model order
  net::AddressSet addresses;            // where there are no pods
  friend auto operator<=>(const End&, const End&) = default;
};

/// What is to become of an opening.
enum class Wish : std::uint8_t { Close, Open };

/// Connections that pass on one side of a change and not on the other.
struct Change {
  End source;
  End destination;
  net::Traffic traffic;
  /// False: in some world that the input allows, as far as is known.
  bool certain = true;
  /// Of what was asked for: what of it.
  Wish wish = Wish::Close;
  friend auto operator<=>(const Change&, const Change&) = default;
};

/// What a change of the policies does, found by comparing all connections before and after.
///
/// INVARIANT: what is in none of these lists passes after the change exactly where it did before;
/// connections with a pod's own node, which always pass, are not compared.
struct Effect {
  std::vector<Change> done;    // what was asked for
  std::vector<Change> missed;  // what was asked for and is not so afterwards, or not for certain
  std::vector<Change> cut;     // passed before, and was not asked to be closed
  std::vector<Change> opened;  // did not pass before, and was not asked to be opened
  std::size_t proofs = 0;      // by Z3, of pairs of kinds of pods
  std::size_t unproven = 0;    // its budget ran out: the set engine alone says so

  [[nodiscard]] bool is_exact() const { return missed.empty() && cut.empty() && opened.empty(); }
};

/// A NetworkPolicy to create, or to put in the place of one that there is.
struct Object {
  std::string ns;
  std::string name;
  std::string yaml;
  /// Of one that there is: how it reads today, written in the same way, and where it stands.
  std::string before;
  source::Span replaces;
  std::string purpose;  // one sentence without a final full stop
};

/// INVARIANT: `effect` was computed from the texts of `objects`, read back as any input is.
struct Suggestion {
  std::vector<Object> objects;  // none: there is nothing to do, or `none` says why there is no way
  Effect effect;
  std::string none;
  /// What could bring the effect about in other ways than said: policies that were not understood.
  std::vector<std::string> doubts;
  std::vector<std::string> notes;

  [[nodiscard]] bool is_proven() const {
    return !objects.empty() && effect.missed.empty() && doubts.empty();
  }
  /// Proven, and nothing else changes.
  [[nodiscard]] bool is_exact() const { return is_proven() && effect.is_exact(); }
};

/// What suggestions are made from. The profile of the cluster must leave out own nodes
/// (model::ClusterProfile::own_node_passes).
struct Request {
  const compiler::Cluster& cluster;
  const source::SourceMap& sources;
  bool windows = false;  // some nodes run Windows: see compiler::enforce
};

/// Policies after which nothing of the opening passes in any world. An opening without peers and
/// addresses is about anyone; one without traffic about all of it. The opening must be about pods.
///
/// A NetworkPolicy can only allow: where one lets the opening pass, it is changed; where no policy
/// selects the pods, a new one allows everything but the opening. What selectors cannot tell from
/// the opening is cut with it, and named.
[[nodiscard]] source::Result<Suggestion> close(const Request& request,
                                               const audit::Opening& opening);

/// Policies after which all of it passes in every world.
[[nodiscard]] source::Result<Suggestion> open(const Request& request,
                                              const audit::Opening& opening);

/// Something to close or to open, together with others.
struct Wanted {
  audit::Opening opening;
  Wish wish = Wish::Close;
};

/// INVARIANT: with `suggestion` every wish is fulfilled of which `why_not` says nothing. Those of
/// which it says why have no part in it.
struct Combined {
  Suggestion suggestion;
  std::vector<std::string> why_not;   // one for each wish; empty: it is fulfilled
  std::optional<model::Model> after;  // the input with the suggestion; nothing where it is none
};

/// One change of the policies for several wishes: each is fulfilled after those before it, so that
/// new names differ, and a policy that several of them change is changed once. A wish that undoes
/// one before it is left out.
[[nodiscard]] source::Result<Combined> combine(const Request& request,
                                               const std::vector<Wanted>& wishes);

/// Policies for a namespace that allow what can pass today, by name of who takes part in it, and
/// isolate every pod of the namespace in both directions.
[[nodiscard]] source::Result<Suggestion> least_privilege(const Request& request,
                                                         model::NamespaceId ns);

/// The opening with everything spelt out that it leaves empty.
[[nodiscard]] audit::Opening spelt_out(const compiler::Cluster& cluster,
                                       const audit::Opening& opening);

}  // namespace polreach::solver::suggest
