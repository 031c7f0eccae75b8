// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "tests/agreement/random.h"
#include "tests/agreement/spec.h"

namespace polreach::agreement {

/// Of a hundred clusters, those with policies of the admin and baseline tiers.
inline constexpr int kTieredShare = 33;
/// More worlds than this between two endpoints are too many to try.
inline constexpr std::uint64_t kMostWorlds = 20000;

struct Options {
  /// Only what manifests can say: labels are unknown in namespaces that are not declared, and
  /// pod-template-hash in Deployments, nowhere else.
  bool readable = false;
  int tiered = kTieredShare;
  /// Clusters with more between two of their endpoints are drawn again.
  std::uint64_t most_worlds = kMostWorlds;
};

/// A random small cluster: equal seeds give equal specs, on every machine. The number of worlds
/// between any two of its endpoints stays small enough to try them all.
[[nodiscard]] Spec generate(std::uint64_t seed, const Options& options = {});
/// The same from numbers that somebody else draws.
[[nodiscard]] Spec generate(const Random& random, const Options& options = {});

}  // namespace polreach::agreement
