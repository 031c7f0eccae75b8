// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/agreement/random.h"
#include "tests/oracle/aks.h"

namespace polreach::agreement {

/// A random cloud of generate_cloud with a cluster in its first subnet, in any network mode and
/// under any engine, two pods with host ports, and up to four policies about them. Rules of groups
/// and policies name the ranges of pods and nodes.
struct AksCase {
  model::Cloud cloud;
  model::Model model;
  model::ClusterProfile profile;
  model::EndpointId web{};
  model::EndpointId api{};

  [[nodiscard]] oracle::AksScene scene() const { return {&cloud, &model, &profile}; }
};
[[nodiscard]] AksCase generate_aks(std::uint64_t seed);

/// A question with a pod at an end, in every kind of way.
[[nodiscard]] oracle::AksQuestion some_question(const AksCase& aks, Random& random);

/// For messages.
[[nodiscard]] std::string describe(const AksCase& aks, const oracle::AksQuestion& question);

}  // namespace polreach::agreement
