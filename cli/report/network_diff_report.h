// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "cli/report/diff_report.h"
#include "cli/report/network_report.h"
#include "solver/queries/network_diff.h"

/// The network's part of `polreach diff`.
namespace polreach::cli {

void write_network_diff_text(std::ostream& out, const Style& style, const DiffReport& report,
                             bool brief);
void write_network_diff_markdown(std::ostream& out, const DiffReport& report);
/// Rows with the columns of the changes of pods.
void write_network_diff_csv(std::ostream& out, const DiffReport& report);
void add_network(Graph& graph, const DiffReport& report);

/// "2 added, 0 removed, 1 changed".
[[nodiscard]] std::string summary_of(const solver::queries::NetworkDiff& diff);
/// "now allowed TCP 22 to 10.0.1.4/32"; one for each part.
[[nodiscard]] std::vector<std::string> parts_of(const solver::queries::NetworkChange& change);

/// The JSON of it.
class NetworkDiffJson : protected NetworkJson {
 protected:
  explicit NetworkDiffJson(std::ostream& out) : NetworkJson(out) {}
  void network(const DiffReport& report);

 private:
  void change(const DiffReport& report, const solver::queries::NetworkChange& change);
  void group(const DiffReport& report, const solver::queries::NetworkGroupChange& group);
};

}  // namespace polreach::cli
