// SPDX-License-Identifier: Apache-2.0
// Which entries of a folder are manifests, by their names alone: the same for folders of the file
// system (cli/files.h) and for those of a revision (cli/revisions.h).
#pragma once

#include <cstddef>
#include <string_view>

namespace polreach::cli {

constexpr int kDeepestFolder = 64;
constexpr std::size_t kMostFiles = 100'000;

/// .yaml, .yml, .json, and kustomize's file without an extension.
[[nodiscard]] bool is_manifest_name(std::string_view name);

/// Starts with a dot: neither read nor gone into.
[[nodiscard]] bool is_hidden_name(std::string_view name);

/// The file that makes its folder a Helm chart.
[[nodiscard]] bool is_chart_name(std::string_view name);

/// In the folder of a chart, the folders and files that are its own and no manifests: reading
/// them as they are would be wrong.
[[nodiscard]] bool is_folder_of_chart(std::string_view name);
[[nodiscard]] bool is_file_of_chart(std::string_view name);

}  // namespace polreach::cli
