// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/path/path.h"
#include "tests/agreement/policy_case.h"
#include "tests/agreement/random.h"

namespace polreach::agreement {

/// Ways between two ends, as no reader and no builder has to make them: filters with any rules,
/// open parts, conditions, chosen addresses, translated ports, gates, a network manager's rules.
/// Whatever points to a rule or a group points into `cloud`, which copies share.
struct PathCase {
  std::shared_ptr<const model::Cloud> cloud;
  std::vector<compiler::Path> ways;  // at least one; all have the same ends asked
  /// Of hops of Kind::Policies; nullptr where there are none.
  std::shared_ptr<const PolicyCase> policies;

  [[nodiscard]] const compiler::Cluster* cluster() const {
    return policies ? &policies->cluster() : nullptr;
  }
  [[nodiscard]] oracle::PolicyWorlds worlds() const {
    return policies ? policies->worlds() : oracle::PolicyWorlds{};
  }
};

/// A random case: equal seeds give equal cases, on every machine. What is open stays few enough to
/// try all of it. A part has pods at its ends, and hops of their policies.
[[nodiscard]] PathCase generate_paths(std::uint64_t seed);

/// Packets between the ends of a case: from the edges of all that is written in it (addresses and
/// ports at which something begins or ends, and their neighbours).
[[nodiscard]] std::vector<net::Flow> packets_of(const PathCase& paths, Random& random,
                                                std::size_t count);

/// Every case that is one step simpler.
[[nodiscard]] std::vector<PathCase> simpler(const PathCase& paths);

/// For messages: everything about the case, one rule a line.
[[nodiscard]] std::string describe(const PathCase& paths);

}  // namespace polreach::agreement
