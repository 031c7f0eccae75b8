// SPDX-License-Identifier: Apache-2.0
#include "policies/source/parallel.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace polreach::source {

TEST_CASE("each call is made once, and progress counts it") {
  for (const std::size_t count : {0U, 1U, 31U, 32U, 5000U}) {
    std::vector<int> calls(count, 0);
    Progress progress("testing", "calls", count);
    in_parallel(count, progress, [&](std::size_t i) { ++calls[i]; });
    for (const int each : calls) CHECK(each == 1);
    // The last calls of other threads may end after the last one here.
    CHECK(Progress::now().done <= count);
  }
}

TEST_CASE("what a call throws is thrown, and other calls are left out") {
  std::atomic<std::size_t> made = 0;
  Progress progress("testing", "calls", 0);
  const auto call = [&](std::size_t i) {
    if (i == 40) throw std::runtime_error("forty");
    ++made;
  };
  CHECK_THROWS_WITH_AS(in_parallel(1'000'000, progress, call), "forty", std::runtime_error);
  CHECK(made < 1'000'000);
}

}  // namespace polreach::source
