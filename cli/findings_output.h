// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "cli/report/findings_report.h"
#include "cli/session.h"

namespace polreach::cli {

/// Writes findings as --format says, to where --output says, and gives the exit status: kNo where a
/// finding counts (FindingsReport::fail_on), else kNoVerdict where a check that would count has no
/// answer, else kYes. Suppressed, known and hidden ones do not count.
int report_findings(Session& session, const FindingsReport& report);

/// The same for an answer that holds more than the findings: `write` writes all of it.
using WriteAnswer = std::function<source::Result<void>(std::ostream& out, const Style& style)>;
int report_findings(Session& session, const FindingsReport& report, const WriteAnswer& write);

}  // namespace polreach::cli
