// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

/// Where tests find what they read.
namespace polreach::support {

/// The root of the repository.
[[nodiscard]] std::filesystem::path source_folder();

/// The bytes of a file.
[[nodiscard]] std::string content_of(const std::filesystem::path& path);

/// The folder of cases from other projects, which is no part of the repository. Where it is not
/// there, prints that the test is skipped. For use in tests/conformance/ only, whose tests ctest
/// then lists as skipped.
[[nodiscard]] std::optional<std::filesystem::path> conformance_folder();

/// A number that a variable of the environment gives.
[[nodiscard]] std::optional<std::uint64_t> number_in(const char* variable);

/// How many cases a test makes up: `usual`, divided by POLREACH_CASES_DIVISOR where that is set.
/// Under sanitizers each case takes several times as long, and is for what the code does, not for
/// what it decides.
[[nodiscard]] std::uint64_t cases(std::uint64_t usual);

}  // namespace polreach::support
