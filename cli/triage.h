// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/audit_run.h"
#include "cli/report/findings_report.h"
#include "cli/suppressions.h"

/// What becomes of findings before they are reported: other severities, suppressions, what was
/// there before, and what is not severe enough to be shown. In this order.
namespace polreach::cli {

/// A baseline, as entries; see cli/baseline.h.
using Known = std::set<KnownFinding>;

struct Triage {
  std::map<std::string, solver::audit::Severity, std::less<>> severities;  // by check
  std::vector<Suppression> suppressions;
  std::optional<Known> baseline;
  solver::audit::Severity shown = solver::audit::Severity::Info;
  Date today{};
  /// The place of an object by the name that findings have for it; may be empty.
  std::function<source::Span(const std::string&)> place;
};

struct Triaged {
  std::vector<solver::audit::Finding> findings;  // sorted
  std::vector<Suppressed> suppressed;
  std::vector<KnownFinding> found;  // all that stands and is not suppressed, sorted
  std::vector<KnownFinding> known;  // of these, what the baseline has, sorted
  std::size_t known_findings = 0;   // how many findings were there before
  std::size_t gone = 0;
  std::size_t hidden = 0;
  /// Suppressions that have expired, and those that nothing needs.
  std::vector<source::Diagnostic> warnings;
};

/// A finding about several objects is taken apart: it is suppressed, or known, where it is so for
/// all of them; else the others are left out of it.
[[nodiscard]] Triaged triage(const AuditRun& run, const Triage& how);

}  // namespace polreach::cli
