// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "policies/model/model.h"

namespace polreach::model {

inline constexpr std::array kDirections = {Direction::Ingress, Direction::Egress};

}  // namespace polreach::model
