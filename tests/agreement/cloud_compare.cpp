// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/cloud_compare.h"

namespace polreach::agreement {
namespace {

using oracle::CloudPacket;
using oracle::Tri;

constexpr int kPackets = 20;

const char* text(Tri tri) {
  return tri == Tri::Never ? "never" : tri == Tri::Always ? "always" : "sometimes";
}

std::string report(std::uint64_t seed, const model::Cloud& cloud, const CloudPacket& packet,
                   const CloudEvaluator& evaluator) {
  const model::Cloud small = shrink(cloud, [&](const model::Cloud& c) {
    return evaluator(c, packet) != oracle::decide(c, packet);
  });
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
      if (evaluator(cloud, packet) == truth) continue;
      reports.push_back(report(seed, cloud, packet, evaluator));
      break;
    }
  }
  return reports;
}

}  // namespace polreach::agreement
