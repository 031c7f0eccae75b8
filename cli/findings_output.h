// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/report/findings_report.h"
#include "cli/session.h"

namespace polreach::cli {

/// Writes findings as --format says, to where --output says, and gives the exit status: kNo where a
/// finding counts (FindingsReport::fail_on), else kNoVerdict where a check that would count has no
/// answer, else kYes. Suppressed, known and hidden ones do not count.
int report_findings(Session& session, const FindingsReport& report);

}  // namespace polreach::cli
