// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "compiler/path/surroundings.h"
#include "policies/model/estate.h"
#include "policies/source/diagnostics.h"
#include "solver/queries/exposure.h"
#include "solver/queries/map.h"
#include "solver/queries/network_map.h"

namespace polreach::solver::audit {

/// What checks look at, with the lists that several of them need, each made when it is first asked
/// for. Refers to the cluster and the surroundings, which must outlive it.
class Scene {
 public:
  /// The profile of the cluster must leave out own nodes. `around`: nullptr without a network.
  /// `problems`: what the readers had to say of the input, for checks of what the model leaves out
  /// because it does nothing; nullptr: those do not look. `estate`: what decides about no packet;
  /// nullptr: nothing is known of it.
  Scene(const compiler::Cluster& cluster, compiler::Surroundings* around,
        const source::Diagnostics* problems = nullptr, const model::Estate* estate = nullptr)
      : cluster_(cluster), around_(around), problems_(problems), estate_(estate) {}

  [[nodiscard]] const compiler::Cluster& cluster() const { return cluster_; }
  [[nodiscard]] const model::Model& model() const { return cluster_.model(); }
  [[nodiscard]] compiler::Surroundings* around() const { return around_; }
  [[nodiscard]] const source::Diagnostics* problems() const { return problems_; }
  [[nodiscard]] const model::Estate* estate() const { return estate_; }

  /// All connections of workloads.
  const queries::Map& map();
  /// What every workload is open to, in both directions.
  const queries::Exposure& exposure();

 private:
  const compiler::Cluster& cluster_;
  compiler::Surroundings* around_;
  const source::Diagnostics* problems_;
  const model::Estate* estate_;
  std::optional<queries::Map> map_;
  std::optional<queries::Exposure> exposure_;
};

}  // namespace polreach::solver::audit
