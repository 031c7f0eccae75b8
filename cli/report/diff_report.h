// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/input.h"
#include "cli/report/dot.h"
#include "cli/report/style.h"
#include "solver/queries/diff.h"
#include "solver/queries/network_diff.h"

namespace polreach::cli {

/// Changes with everything that a report shows of them. `diff` holds what counts.
struct DiffReport {
  const Input& old_input;
  const Input& new_input;
  const solver::queries::DiffSide& before;
  const solver::queries::DiffSide& after;
  const solver::queries::Diff& diff;
  std::string old_name;  // as it was given
  std::string new_name;
  std::string asked;  // "TCP 80"; empty: everything
  bool explain = true;
  std::size_t not_counted = 0;  // changes of kinds that were not asked for
  /// Where one of the inputs holds a network: what changed in it.
  const solver::queries::NetworkDiff* network = nullptr;
  std::size_t network_not_counted = 0;
  bool has_pods = true;  // whether pods were compared at all
};

/// For people: one change a line, with the rules that brought it. `brief`: without these.
void write_diff_text(std::ostream& out, const Style& style, const DiffReport& report, bool brief);
/// The schema polreach.diff/v1: docs/schemas/polreach.diff.v1.json.
void write_diff_json(std::ostream& out, const DiffReport& report);
/// One line for each change, protocol and side, with a heading.
void write_diff_csv(std::ostream& out, const DiffReport& report);
/// Markdown that fits a comment on a pull request.
void write_diff_markdown(std::ostream& out, const DiffReport& report);
[[nodiscard]] Graph graph_of(const DiffReport& report);

// What the formats have in common
// ------------------------------------------------------------------

[[nodiscard]] std::string_view word(solver::queries::Changed changed);
/// The word in a column of its own, in its colour.
[[nodiscard]] std::string painted(const Style& style, solver::queries::Changed changed);
/// "shop/web", "10.0.0.0/8"; with the kind where `kind`.
[[nodiscard]] std::string name_of(const solver::queries::DiffPeer& peer);
[[nodiscard]] std::string text_of(const solver::queries::DiffFlow& flow);
/// "2 added, 1 removed, 0 changed".
[[nodiscard]] std::string summary_of(const solver::queries::Diff& diff);
/// The lines that say why, each after "was " or "now ".
[[nodiscard]] std::vector<std::string> reasons_of(const DiffReport& report,
                                                  const solver::queries::DiffChange& change);

}  // namespace polreach::cli
