// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/resolve/cluster.h"

namespace polreach::compiler {

/// Finds connections that the same rules decide in two clusters: where both ends are the same and
/// their policies say the same, so do the verdicts, in each world, whatever is not known.
///
/// It compares what was written, not what it means: where it says no, the verdicts can agree all
/// the same. NetworkPolicies are compared as the sets of their rules, however these are spread over
/// policies. The clusters must share the symbol table and the profile.
class Likeness {
 public:
  /// Two endpoints of a cluster.
  struct Pair {
    const Cluster* cluster = nullptr;
    model::EndpointId source{};
    model::EndpointId destination{};
  };
  bool alike(const Pair& a, const Pair& b);

  /// The same for a connection with outside addresses.
  bool alike(const Cluster& a, model::EndpointId of_a, const Cluster& b, model::EndpointId of_b,
             model::Direction direction);

 private:
  using Written = std::vector<std::uint32_t>;
  using Key = std::tuple<const Cluster*, std::uint32_t, std::uint32_t>;  // endpoint, aspect
  std::uint32_t intern(Written written);
  std::uint32_t endpoint(const Cluster& cluster, model::EndpointId id);
  std::uint32_t policies(const Cluster& cluster, model::EndpointId id, model::Direction direction);
  std::uint32_t nodes(const Cluster& cluster);

  std::map<Written, std::uint32_t> ids_;
  std::map<Key, std::uint32_t> known_;
};

}  // namespace polreach::compiler
