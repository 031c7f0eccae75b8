// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/report/findings_report.h"
#include "cli/streams.h"

/// What a change brings in: connections, broken rules, findings.
namespace polreach::cli {

/// The comparison of connections, as `polreach diff` writes it.
struct CheckedDiff {
  std::string text;   // empty: neither version holds anything to connect
  int status = kYes;  // kNo: connections changed
};

struct CheckReport {
  std::string base;
  std::string head;
  const CheckedDiff& diff;  // in the format of the report; as text for those of pipelines
  const FindingsReport& findings;
};

/// Writes one of: text, json (schema polreach.check/v1), md, and the formats of pipelines, which
/// hold the findings alone.
source::Result<void> write_check(std::ostream& out, const std::string& format, const Style& style,
                                 const CheckReport& report, bool quiet);

}  // namespace polreach::cli
