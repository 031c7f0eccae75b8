// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/input.h"
#include "cli/report/length.h"
#include "cli/report/style.h"
#include "solver/queries/passage.h"

namespace polreach::cli {

/// A question about the network around a cluster, and its answer.
struct PassageReport {
  const Input& input;
  const solver::queries::PassageEnd& source;
  const solver::queries::PassageEnd& destination;
  std::string asked;  // "TCP 443", "all traffic"
  const solver::queries::Passage& answer;
};

/// For people.
void write_text(std::ostream& out, const Style& style, const PassageReport& report, Length length);

/// The schema polreach.passage/v1: docs/schemas/polreach.passage.v1.json.
void write_json(std::ostream& out, const PassageReport& report);

/// "TCP 443 from 10.0.0.0/24": what of a box is no more than what was asked is left out.
[[nodiscard]] std::string text_of(const solver::sets::FlowBox& box,
                                  const compiler::Connection& connection);

/// "App_NSG 100 Allow_FE", "App_NSG 65000 AllowVnetInBound (default rule)".
[[nodiscard]] std::string rule_name(const compiler::Hop& hop, const compiler::Path& path,
                                    const solver::queries::RuleDecision& decision);

/// "allows", "denies", "always allows", "allows or denies".
[[nodiscard]] std::string_view verb_of(const solver::queries::RuleDecision& decision);

/// "out of subnet vnet/web", "into pod shop/web".
[[nodiscard]] std::string place_of(const compiler::Hop& hop);

/// The header that a hop sees, where that is not the packet's own: "from a node, 10.224.0.0/16".
[[nodiscard]] std::string header_of(const compiler::Hop& hop);

}  // namespace polreach::cli
