// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input.h"
#include "cli/report/style.h"
#include "solver/queries/assumptions.h"
#include "solver/queries/emptiness.h"
#include "solver/queries/explain.h"
#include "solver/queries/redundancy.h"
#include "solver/queries/relate.h"

namespace polreach::cli {

/// One of the sets that are compared.
struct RelateSet {
  std::string name;  // "k8s/", "<helm chart>"
  const compiler::Cluster* cluster = nullptr;
  bool borrows = false;  // it was read with the workloads of the other
};

/// Two sets, and how they stand to each other.
struct RelateReport {
  const Input& input;  // texts and problems of both
  std::array<RelateSet, 2> sets;
  std::string expect;  // as written; empty: everything was asked
  const solver::queries::Related& related;
};

/// One set, and what is wrong with it.
struct ReviewReport {
  const Input& input;
  RelateSet set;
  const solver::queries::Claim& vacuous;  // see queries::is_vacuous
  const std::vector<solver::queries::Empty>& empty;
  const solver::queries::Redundancy& redundancy;
};

void write_relate_text(std::ostream& out, const Style& style, const RelateReport& report,
                       bool brief);
/// The schema polreach.relate/v1: docs/schemas/polreach.relate.v1.json.
void write_relate_json(std::ostream& out, const RelateReport& report);
void write_review_text(std::ostream& out, const Style& style, const ReviewReport& report,
                       bool brief);
/// The same schema.
void write_review_json(std::ostream& out, const ReviewReport& report);

// What the formats and the command have in common
// --------------------------------------------------------------------------------------------

/// The answer as one word: of two sets "equivalent", "a-within-b", "b-within-a", "neither",
/// "not-equivalent" (one is not within the other, the other way round depends) or "depends"; with
/// --expect "yes", "no" or "depends"; of one set "sound", "flawed" or "depends".
[[nodiscard]] std::string_view verdict_of(const RelateReport& report);
[[nodiscard]] std::string_view verdict_of(const ReviewReport& report);

/// "yes", "no", "depends".
[[nodiscard]] std::string_view word(solver::queries::Holds holds);

/// The claims that --expect asks about.
[[nodiscard]] std::set<solver::queries::Relation> relations_of(std::string_view expect);

/// "shop/web", "shop/web (web-0)", "10.0.0.0/8"; with " (only in A)" and " and 2 pods alike".
[[nodiscard]] std::string name_of(const std::array<RelateSet, 2>& sets,
                                  const solver::queries::RelatePeer& peer);

/// Why a set lets a counterexample pass, or not; nothing where it does not have both ends.
struct SideReasons {
  solver::queries::DirectionReason egress;
  solver::queries::DirectionReason ingress;
};
[[nodiscard]] std::optional<SideReasons> reasons_of(
    const RelateReport& report, std::size_t set,
    const solver::queries::Counterexample& counterexample);

/// What open claims rest on, of both sets; each once.
[[nodiscard]] std::vector<solver::queries::NamedAssumption> open_assumptions(
    const RelateReport& report);
[[nodiscard]] std::vector<solver::queries::NamedAssumption> open_assumptions(
    const ReviewReport& report);

}  // namespace polreach::cli
