// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/input.h"
#include "cli/listing.h"
#include "cli/options.h"
#include "solver/audit/stages.h"

/// An audit of one input, for every command that asks for one.
namespace polreach::cli {

/// Which checks are asked for, from lists of ids joined by commas. Empty `only`: all of them. An id
/// that no check has is a mistake.
[[nodiscard]] tl::expected<std::vector<const solver::audit::Check*>, ListingError> checks_of(
    const std::vector<std::string>& only, const std::vector<std::string>& skip);

/// The words of lists joined by commas, without spaces around them.
[[nodiscard]] std::vector<std::string> split_list(const std::vector<std::string>& lists);

/// The severity of that name.
[[nodiscard]] std::optional<solver::audit::Severity> severity_of(std::string_view name);

struct AuditRun {
  std::vector<const solver::audit::Check*> checks;  // asked for
  std::vector<solver::audit::Finding> findings;     // sorted
  std::vector<solver::audit::Unchecked> unchecked;
  std::vector<solver::audit::Stage> stages;                   // how long the checks took
  std::vector<solver::queries::NamedAssumption> assumptions;  // what all of it rests on
  /// "12 workloads, 3 policies, 2 security groups"
  std::string overview;
  /// Policies that contradict each other. Where one is an error nothing was checked.
  std::vector<source::Diagnostic> mistakes;
};

/// Makes the checks. `arguments`: how the input is to be read (kInputOptions). Refuses an input
/// that holds nothing that checks are about, or several clusters and no word on which is meant.
[[nodiscard]] tl::expected<AuditRun, ListingError> run_audit(
    const Arguments& arguments, const Input& input,
    std::vector<const solver::audit::Check*> checks);

/// The places of objects by the names that findings have for them: "Deployment shop/web".
[[nodiscard]] std::map<std::string, source::Span> object_places(const Input& input);

}  // namespace polreach::cli
