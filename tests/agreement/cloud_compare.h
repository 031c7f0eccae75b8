// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/agreement/cloud_generator.h"

namespace polreach::agreement {

/// Bounds for one packet of a cloud, by whatever is to be held against the oracle: the paths that
/// the program builds between the two ends, evaluated by one of its engines.
using CloudEvaluator =
    std::function<oracle::Tri(const model::Cloud& cloud, const oracle::CloudPacket& packet)>;

struct CloudCounts {
  std::uint64_t clouds = 0;
  std::uint64_t always = 0;
  std::uint64_t sometimes = 0;
  std::uint64_t never = 0;
  std::uint64_t loose = 0;  // Sometimes was said of what is certain, where it may be
};

/// Clouds first .. first+count-1, some packets each; a shrunk report for each of at most `most`
/// clouds in which the evaluator and the oracle differ.
[[nodiscard]] std::vector<std::string> compare_clouds(std::uint64_t first, std::uint64_t count,
                                                      const CloudEvaluator& evaluator,
                                                      CloudCounts& counts, std::size_t most = 3);

}  // namespace polreach::agreement
