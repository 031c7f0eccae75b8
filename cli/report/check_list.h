// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <span>

#include "cli/report/style.h"
#include "solver/audit/check.h"

namespace polreach::cli {

/// The checks that there are: id, severity and title of each; or everything about each.
void write_check_list(std::ostream& out, const Style& style,
                      std::span<const solver::audit::Check* const> checks, bool brief);
/// As polreach.checks/v1.
void write_check_list_json(std::ostream& out, std::span<const solver::audit::Check* const> checks);

}  // namespace polreach::cli
