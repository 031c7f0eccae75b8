// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "cli/report/diff_report.h"
#include "cli/report/findings_report.h"
#include "cli/report/map_report.h"

/// One file of HTML that shows a report as a graph, a matrix and a table, with the rules behind
/// each line. It holds all that it shows and asks nothing of any network: docs/html.md.
namespace polreach::cli {

void write_map_html(std::ostream& out, const MapReport& report);
void write_diff_html(std::ostream& out, const DiffReport& report);
/// `map`: what may connect, with the findings beside it; nullptr: the findings alone.
void write_audit_html(std::ostream& out, const FindingsReport& report, const MapReport* map);

}  // namespace polreach::cli
