// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/report/findings_report.h"

namespace polreach::support {

/// Checks and findings that no audit made, for tests of what is done with findings.
class MadeUp {
 public:
  MadeUp();
  MadeUp(const MadeUp&) = delete;
  MadeUp& operator=(const MadeUp&) = delete;
  ~MadeUp() = default;

  /// Five findings of all severities in two files, one suppressed, one check without an answer and
  /// one that has passed.
  void fill();
  /// One finding in which every text is the given one, in a file of that name.
  void fill_with(const std::string& hostile);

  [[nodiscard]] cli::FindingsReport report() const;
  /// What is written as `format`, without colours.
  [[nodiscard]] std::string written(const std::string& format) const;

  static const solver::audit::Check kOpenDatabase;   // critical
  static const solver::audit::Check kOpenToAll;      // high
  static const solver::audit::Check kNoDefaultDeny;  // medium
  static const solver::audit::Check kDeadRule;       // low
  static const solver::audit::Check kWorthKnowing;   // info
  static const solver::audit::Check kPassed;         // high
  static const solver::audit::Check kUnanswered;     // medium

  source::SourceMap sources;
  std::vector<const solver::audit::Check*> checks;
  std::vector<solver::audit::Finding> findings;
  std::vector<solver::audit::Unchecked> unchecked;
  std::vector<cli::Suppressed> suppressed;

 private:
  /// The place of the first occurrence of a text in a file.
  [[nodiscard]] source::Span at(source::FileId file, std::string_view text) const;
};

}  // namespace polreach::support
