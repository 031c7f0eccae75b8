// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "compiler/terms/term.h"

/// What one question may take before it is given up.
namespace polreach::solver::z3 {

/// Z3's own measure of work, so that giving up does not depend on the speed of the machine. About
/// half a minute.
inline constexpr unsigned kResourceLimit = 200'000'000;

/// The terms of one question, at most: beyond this Z3 would need gigabytes before it gave up.
inline constexpr std::size_t kMostTerms = 10'000;

/// The intervals of all sets of addresses in one question, at most; multiplied by the words that
/// hold a bit for each set: what it takes to find out which addresses the sets tell apart.
inline constexpr std::size_t kMostIntervalWords = 2'000'000;

/// The ranges of classes of addresses (address_classes.h) in one question, at most.
inline constexpr std::size_t kMostRanges = 100'000;

/// In mebibytes; for all of Z3.
inline constexpr int kMemoryLimit = 4096;

inline constexpr const char* kTooLarge = "the question has too many terms for Z3";

/// A value that no selector names: label values cannot hold a space.
inline constexpr const char* kOtherValue = "another value";

/// Whether a question is small enough to be asked.
[[nodiscard]] bool fits(const compiler::TermPool& pool,
                        const std::vector<compiler::Term>& question);

}  // namespace polreach::solver::z3
