// SPDX-License-Identifier: Apache-2.0
// Random clouds are what their contract says, and differ enough to be worth asking about.
#include "tests/agreement/cloud_generator.h"

#include <doctest/doctest.h>

namespace polreach::agreement {

TEST_CASE("random clouds: equal seeds give equal clouds, and ids lie within their lists") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const model::Cloud cloud = generate_cloud(seed);
    CHECK(describe(cloud) == describe(generate_cloud(seed)));
    CHECK(cloud.subnets.size() >= 2);
    for (const model::Subnet& subnet : cloud.subnets) {
      CHECK(static_cast<std::size_t>(subnet.network) < cloud.networks.size());
      if (subnet.group) CHECK(static_cast<std::size_t>(*subnet.group) < cloud.groups.size());
    }
    for (const model::SecurityGroup& group : cloud.groups) {
      CHECK(group.inbound.empty() == group.missing.has_value());
    }
  }
}

TEST_CASE("random clouds: packets pass always, never and sometimes") {
  std::size_t always = 0;
  std::size_t sometimes = 0;
  std::size_t never = 0;
  constexpr std::uint64_t kClouds = 500;
  for (std::uint64_t seed = 0; seed < kClouds; ++seed) {
    const model::Cloud cloud = generate_cloud(seed);
    Random random(~seed);
    for (int i = 0; i < 20; ++i) {
      const oracle::Tri tri = oracle::decide(cloud, some_packet(cloud, random));
      ++(tri == oracle::Tri::Always ? always : tri == oracle::Tri::Never ? never : sometimes);
    }
  }
  MESSAGE(always << " always, " << sometimes << " sometimes, " << never << " never");
  CHECK(always > kClouds);
  CHECK(sometimes > kClouds);
  CHECK(never > kClouds);
}

TEST_CASE("random clouds: shrinking leaves what a difference needs") {
  // A referee without the rules that users write.
  const auto faulty = [](model::Cloud cloud, const oracle::CloudPacket& packet) {
    for (model::SecurityGroup& group : cloud.groups) {
      for (auto* rules : {&group.inbound, &group.outbound}) {
        std::erase_if(*rules, [](const model::SecurityRule& rule) { return !rule.is_default; });
      }
    }
    return oracle::decide(cloud, packet);
  };
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 300 && found < 20; ++seed) {
    const model::Cloud cloud = generate_cloud(seed);
    Random random(~seed);
    const oracle::CloudPacket packet = some_packet(cloud, random);
    const auto fails = [&](const model::Cloud& c) {
      return oracle::decide(c, packet) != faulty(c, packet);
    };
    if (!fails(cloud)) continue;
    ++found;
    const model::Cloud small = shrink(cloud, fails);
    std::size_t rules = 0;
    for (const model::SecurityGroup& group : small.groups) {
      for (const auto* list : {&group.inbound, &group.outbound}) {
        for (const model::SecurityRule& rule : *list) rules += rule.is_default ? 0 : 1;
      }
    }
    CHECK_MESSAGE(rules <= 2, describe(small, packet) << "\n" << describe(small));
  }
  CHECK(found == 20);
}

}  // namespace polreach::agreement
