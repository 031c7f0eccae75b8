// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "solver/queries/can.h"

namespace polreach::solver::queries {

/// An assumption as answers name it; see docs/assumptions.md.
struct NamedAssumption {
  std::string_view id;  // "A-..."
  std::string text;     // what is assumed, or what is not known
  std::string settle;   // for what a verdict depends on: what would settle it; else empty
  std::vector<source::Span> where;  // the documents it is about, if any
};

/// The id of an assumption: "A-...".
[[nodiscard]] std::string_view id_of(compiler::Assumption assumption);
inline constexpr std::string_view kUnsupportedPolicy = "A-unsupported-policy";
inline constexpr std::string_view kUnreadable = "A-unreadable";

/// What enforces the policies: A-enforced where nothing is said of it, else A-engine with what the
/// engine does not enforce.
[[nodiscard]] NamedAssumption enforcement(const compiler::Cluster& cluster);

/// "(as asked)", or "(as Cilium does)" where the engine settles the reading itself.
[[nodiscard]] std::string settled_ipblocks_by(const compiler::Cluster& cluster);
[[nodiscard]] std::string settled_host_network_by(const compiler::Cluster& cluster);

/// Open points in words, and the gaps of the model among `gaps`; sorted by id.
[[nodiscard]] std::vector<NamedAssumption> describe(const compiler::Cluster& cluster,
                                                    const std::set<compiler::OpenPoint>& points,
                                                    const std::set<std::size_t>& gaps);

/// What a *depends* depends on, sorted by id.
[[nodiscard]] std::vector<NamedAssumption> open_assumptions(const compiler::Cluster& cluster,
                                                            const Answer& answer);

/// What any verdict of this answer takes for granted, sorted by id.
[[nodiscard]] std::vector<NamedAssumption> standing_assumptions(const compiler::Cluster& cluster,
                                                                const Answer& answer);

}  // namespace polreach::solver::queries
