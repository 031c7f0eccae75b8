// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "solver/queries/map.h"

/// "What connectivity changed between two sets of manifests?"
namespace polreach::solver::queries {

/// One of the two sets, as a map over the same options.
struct DiffSide {
  const compiler::Cluster& cluster;
  const Map& map;
};

enum class Changed : std::uint8_t { Added, Removed, Changed };

/// What passes on one side: nothing where no line of the map says so.
struct DiffFlow {
  net::Traffic allowed;
  net::Traffic conditional;
  std::vector<std::string> condition;  // ids of assumptions, sorted
  friend bool operator==(const DiffFlow&, const DiffFlow&) = default;

  [[nodiscard]] bool is_nothing() const { return allowed.empty() && conditional.empty(); }
};

/// One end of a change. The names are those of both sides, where both have it.
struct DiffPeer {
  std::string ns;
  std::string kind;
  std::string name;
  std::string pods;  // where only some pods of it are meant: which, in words
  net::AddressSet addresses;
  bool is_controller = false;
  /// Whether one side alone has it.
  std::optional<Changed> workload;  // Added or Removed
  /// A representative on each side that has it.
  std::optional<compiler::Party> in_old;
  std::optional<compiler::Party> in_new;

  [[nodiscard]] bool is_outside() const { return name.empty() && !is_controller; }
};

struct DiffChange {
  Changed what = Changed::Changed;
  DiffPeer source;
  DiffPeer destination;
  DiffFlow before;
  DiffFlow after;
};

struct DiffWorkload {
  std::string ns;
  std::string kind;
  std::string name;
  Changed what = Changed::Added;
};

/// Sorted by source and destination: by namespace, name and kind, then addresses, then controllers.
struct Diff {
  std::vector<DiffChange> changes;
  std::vector<DiffWorkload> workloads;  // that came or went
};

/// Compares two maps that were made with equal options: MapOptions::ipv6 is set in both where one
/// of the two sides speaks of IPv6, or every pod would seem to have gained it or lost it. Workloads
/// are the same where namespace, kind and name are; pods of one workload where their names are, and
/// what a side that does not tell them apart says holds for each of them. Addresses outside are
/// compared address by address, and joined where the same changed.
[[nodiscard]] Diff diff(const DiffSide& before, const DiffSide& after);

/// Why a change came: for each direction in which the two sides differ about its packets, what each
/// of them says. A side that does not have both ends says nothing.
struct DiffReason {
  std::optional<DirectionReason> before;
  std::optional<DirectionReason> after;
};
[[nodiscard]] std::vector<DiffReason> explain(const DiffSide& before, const DiffSide& after,
                                              const DiffChange& change);

}  // namespace polreach::solver::queries
