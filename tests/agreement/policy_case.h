// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "compiler/resolve/cluster.h"
#include "solver/check/packet.h"
#include "tests/agreement/spec.h"
#include "tests/oracle/filters.h"

namespace polreach::agreement {

/// Pods and their policies beside a path: what hops of Kind::Policies mean, to the engines and to
/// the oracle.
class PolicyCase {
 public:
  /// The worlds are those of a connection between the two parties, of which at least one is a pod.
  PolicyCase(const Spec& spec, compiler::Party source, compiler::Party destination);
  PolicyCase(const PolicyCase&) = delete;
  PolicyCase& operator=(const PolicyCase&) = delete;

  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] const compiler::Cluster& cluster() const { return cluster_; }
  /// Refers to this object.
  [[nodiscard]] oracle::PolicyWorlds worlds() const;
  [[nodiscard]] solver::check::World world(std::size_t index) const;

  /// Whether one hop lets a header pass in a world of Z3's.
  [[nodiscard]] bool passes(const solver::check::World& world, const compiler::Hop& hop,
                            const net::Flow& header) const;

 private:
  struct World {
    oracle::World world;
    bool other_protocols = false;
  };
  [[nodiscard]] bool passes(const World& world, const compiler::Hop& hop,
                            const net::Flow& header) const;

  Spec spec_;
  model::Model model_;
  compiler::Cluster cluster_;
  std::vector<World> worlds_;
  std::vector<net::AddressSet> compared_;
};

}  // namespace polreach::agreement
