// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/triage.h"
#include "policies/source/result.h"

/// Findings of an earlier run, by fingerprint: the file of --write-baseline (schema
/// polreach.baseline/v1), or what a run wrote with --format json (polreach.findings/v1).
namespace polreach::cli {

/// Fails where the file cannot be read or is neither of the two, with its place.
source::Result<Known> read_baseline(const std::string& path);

/// As polreach.baseline/v1: sorted, one finding a line, to be kept under version control.
[[nodiscard]] std::string baseline_text(const std::vector<KnownFinding>& found);

}  // namespace polreach::cli
