// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
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

struct Input;

/// A finding that somebody decided to live with.
struct Suppressed {
  solver::audit::Finding finding;
  std::string reason;
  source::Span where;  // where that is said
  /// Said in a configuration, not beside the object.
  bool external = false;
};

/// A finding that was there before: what identifies it in a baseline.
struct KnownFinding {
  std::string check;
  std::string fingerprint;
  friend auto operator<=>(const KnownFinding&, const KnownFinding&) = default;
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

  /// The same one by one, sorted, where a baseline is to be written; a finding about several
  /// objects has one entry for each.
  std::vector<KnownFinding> known_entries = {};
  /// Entries of the baseline that no longer stand.
  std::size_t gone = 0;
  /// Findings that are less severe than what was asked for: counted only.
  std::size_t hidden = 0;
  /// Findings that are less severe than this are no failure: what makes a test fail in JUnit XML.
  /// Nothing: none is.
  std::optional<solver::audit::Severity> fail_on = solver::audit::Severity::Low;
  /// What everything rests on, whether or not there is a finding.
  std::vector<solver::queries::NamedAssumption> assumptions = {};
  /// Files that are called REVISION:PATH are shown as PATH where a pipeline wants the name of a
  /// file; empty: there are none.
  std::string revision = {};
  /// For the account of what was read and its diagnostics, in JSON; nullptr: left out.
  const Input* input = nullptr;
};

/// Writes one of: text, json (schema polreach.findings/v1), md, sarif, junit, github, gitlab,
/// azure. Fails where a file cannot be made of it; the caller has checked the format's name.
source::Result<void> write_findings(std::ostream& out, const std::string& format,
                                    const Style& style, const FindingsReport& report, bool quiet);

}  // namespace polreach::cli
