// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <string>

#include "cli/input.h"
#include "cli/report/style.h"
#include "solver/queries/equivalence.h"

namespace polreach::cli {

struct EquivalenceReport {
  const Input& old_input;
  const Input& new_input;
  const solver::queries::Equivalence& answer;
  std::string old_name;  // as it was given
  std::string new_name;
};

/// For people: the verdict, and where there is one the connection that tells the two apart.
void write_equivalence_text(std::ostream& out, const Style& style, const EquivalenceReport& report);
/// The schema polreach.equivalence/v1: docs/schemas/polreach.equivalence.v1.json.
void write_equivalence_json(std::ostream& out, const EquivalenceReport& report);

}  // namespace polreach::cli
