// SPDX-License-Identifier: Apache-2.0
// Sources of Azure networks that another program has to compile before they say what there is:
// Bicep and Terraform.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/source/diagnostics.h"

namespace polreach::cli {

/// .bicep, .bicepparam, .tf, .tf.json
[[nodiscard]] bool is_source_name(std::string_view name);

/// How much of a source is looked at.
constexpr std::size_t kMostOfSource = 16ULL << 20U;

/// Whether a source describes networks or clusters of Azure, by the types that it names.
[[nodiscard]] bool describes_azure_network(std::string_view name, std::string_view text);

/// What `bicep build` makes of a file, by default: "main.json" of "main.bicep"; empty for others.
[[nodiscard]] std::string compiled_name(const std::string& path);

/// The error where such a file is to be read, with the command that compiles it.
[[nodiscard]] source::Diagnostic not_compiled_error(const std::string& path,
                                                    const source::Span& where);
/// The warning of such files in a folder; nothing where there are none.
[[nodiscard]] std::optional<source::Diagnostic> not_compiled_warning(
    const std::vector<std::string>& paths);

}  // namespace polreach::cli
