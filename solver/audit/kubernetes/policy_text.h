// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/model/model.h"

namespace polreach::solver::audit::kubernetes {

/// What a policy says, without its name and places: equal for policies that say the same, in
/// whatever order where the order does not count.
[[nodiscard]] std::string text_of(const model::Model& model, const model::Policy& policy);

}  // namespace polreach::solver::audit::kubernetes
