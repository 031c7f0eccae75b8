// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// Bounds on hostile templates. Each is reported as `template-limit`. Where Azure Resource Manager
/// has a limit of its own ("ARM template best practices", "Resource iteration"), it is that one.
namespace polreach::azure::arm {

inline constexpr std::size_t kLongestExpression = 24'576;  // characters, Azure's
inline constexpr std::int64_t kMostCopies = 800;           // of one loop, Azure's
inline constexpr std::int64_t kLongestRange = 10'000;      // of range(), Azure's
inline constexpr std::size_t kDeepestExpression = 64;      // calls and brackets in one another
inline constexpr std::size_t kDeepestEvaluation =
    400;  // calls, through variables, defaults, outputs
inline constexpr std::size_t kDeepestValue = 100;
inline constexpr std::size_t kDeepestDeployment = 16;
inline constexpr std::size_t kMostResources = 20'000;
inline constexpr std::size_t kMostSteps = 2'000'000;    // calls of functions
inline constexpr std::size_t kMostNodes = 2'000'000;    // values that were made
inline constexpr std::size_t kMostBytes = 256U << 20U;  // of text that was made
inline constexpr std::size_t kLongestString = 1U << 20U;

}  // namespace polreach::azure::arm
