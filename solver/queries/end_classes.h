// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compiler/resolve/cluster.h"

namespace polreach::solver::queries {

/// Groups the endpoints of one question that it does not tell apart: as compiler::Classes does, but
/// by what matters between these ends alone. Which policies the rest of the cluster has, and which
/// pods, changes nothing about it.
class EndClasses {
 public:
  /// `outside`: addresses that are asked about as sources, see compiler::Classes.
  EndClasses(const compiler::Cluster& cluster, const std::vector<model::EndpointId>& sources,
             const std::vector<model::EndpointId>& destinations, const net::AddressSet& outside);

  /// The endpoint must be among those of the ends.
  [[nodiscard]] std::uint32_t of(model::EndpointId id) const { return class_of_.at(id); }

 private:
  std::map<model::EndpointId, std::uint32_t> class_of_;
};

}  // namespace polreach::solver::queries
