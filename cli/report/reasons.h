// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/input.h"
#include "solver/queries/explain.h"

namespace polreach::cli {

/// One thing that has a part in what a direction lets pass, and where it is written.
struct ReasonLine {
  std::string text;
  source::Span where;  // need not exist
};

/// Why one direction of a connection passes: each rule that has a part in it (of each kind the
/// first `most`), or the one reason. An end that is no pod has nothing to say.
[[nodiscard]] std::vector<ReasonLine> reason_lines(const Written& input,
                                                   const solver::queries::DirectionReason& reason,
                                                   std::size_t most);

/// The same for a text report, with the direction before each line and the place behind it.
[[nodiscard]] std::vector<std::string> lines_of(const Written& input,
                                                const solver::queries::DirectionReason& reason);

/// "ingress", "egress".
[[nodiscard]] std::string_view direction_word(model::Direction direction);

/// "NetworkPolicy shop/web", "ClusterNetworkPolicy strict (admin tier, priority 10)".
[[nodiscard]] std::string policy_name(const model::Model& model, model::PolicyId id);

/// "settled by: add az aks show", of what the network leaves open; what nothing settles says so.
[[nodiscard]] std::string settling(const std::string& settle);

}  // namespace polreach::cli
