// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/report/style.h"
#include "policies/source/result.h"
#include "policies/source/source_map.h"
#include "solver/audit/audit.h"

/// Findings in every format that a pipeline reads: of an audit, of agreed rules that are violated
/// (each rule is a Check then), of a change.
namespace polreach::cli {

/// A finding that somebody decided to live with.
struct Suppressed {
  solver::audit::Finding finding;
  std::string reason;
  source::Span where;  // where that is said
};

struct FindingsReport {
  const source::SourceMap& sources;
  std::string command;   // "audit", "verify", "check"
  std::string overview;  // a line on what was looked at: "12 workloads, 3 policies"; may be empty
  /// All that were asked: one without a finding has passed.
  std::vector<const solver::audit::Check*> checks;
  const std::vector<solver::audit::Finding>& findings;  // sorted
  const std::vector<solver::audit::Unchecked>& unchecked;
  std::vector<Suppressed> suppressed;
  /// Findings that were there before, by a baseline or the base of a change: counted only.
  std::size_t known = 0;
};

/// Writes one of: text, json (schema polreach.findings/v1), md, sarif, junit, github, gitlab,
/// azure. Fails where a file cannot be made of it; the caller has checked the format's name.
source::Result<void> write_findings(std::ostream& out, const std::string& format,
                                    const Style& style, const FindingsReport& report, bool quiet);

}  // namespace polreach::cli
