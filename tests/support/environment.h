// SPDX-License-Identifier: Apache-2.0
#pragma once

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

}  // namespace polreach::support
