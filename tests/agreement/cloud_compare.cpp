// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/cloud_compare.h"

#include <algorithm>

namespace polreach::agreement {
namespace {

using oracle::CloudPacket;
using oracle::Tri;

constexpr int kPackets = 20;

const char* text(Tri tri) {
  return tri == Tri::Never ? "never" : tri == Tri::Always ? "always" : "sometimes";
}

/// Where the space of a network is open, so are the tags VirtualNetwork and Internet, each by
/// itself: that an address is in one of the two is not known to be certain.
bool has_open_space(const model::Cloud& cloud) {
  return std::any_of(cloud.networks.begin(), cloud.networks.end(),
                     [](const auto& network) { return network.space.more.has_value(); });
}

std::string report(std::uint64_t seed, const model::Cloud& cloud, const CloudPacket& packet,
                   const CloudEvaluator& evaluator) {
  const auto fails = [&](const model::Cloud& c) {
    const Tri said = evaluator(c, packet);
    const bool is_loose = said == Tri::Sometimes && has_open_space(c);
    return !is_loose && said != oracle::decide(c, packet);
  };
  const model::Cloud small = is_shrinking() ? shrink(cloud, fails) : cloud;
  return "seed " + std::to_string(seed) + ": " + describe(small, packet) + ": said " +
         text(evaluator(small, packet)) + ", the oracle " + text(oracle::decide(small, packet)) +
         "\n" + describe(small);
}

}  // namespace

std::vector<std::string> compare_clouds(std::uint64_t first, std::uint64_t count,
                                        const CloudEvaluator& evaluator, CloudCounts& counts,
                                        std::size_t most) {
  std::vector<std::string> reports;
  for (std::uint64_t seed = first; seed < first + count && reports.size() < most; ++seed) {
    const model::Cloud cloud = generate_cloud(seed);
    Random random(~seed);
    ++counts.clouds;
    for (int i = 0; i < kPackets; ++i) {
      const CloudPacket packet = some_packet(cloud, random);
      const Tri truth = oracle::decide(cloud, packet);
      ++(truth == Tri::Always  ? counts.always
         : truth == Tri::Never ? counts.never
                               : counts.sometimes);
      const Tri said = evaluator(cloud, packet);
      if (said == truth) continue;
      if (said == Tri::Sometimes && has_open_space(cloud)) {
        ++counts.loose;
        continue;
      }
      reports.push_back(report(seed, cloud, packet, evaluator));
      break;
    }
  }
  return reports;
}

}  // namespace polreach::agreement
