// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "cli/report/json.h"
#include "cli/report/suggest_network_report.h"

namespace polreach::cli {

/// Parts of polreach.suggest/v1 that are about security groups. Reports derive from it.
class RulesJson : protected JsonWriter {
 protected:
  explicit RulesJson(std::ostream& out) : JsonWriter(out) {}

  void group_rule(const Input& input, const solver::suggest::GroupRule& each);
  void group_change(const solver::suggest::GroupChange& each);
};

}  // namespace polreach::cli
