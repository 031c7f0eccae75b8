// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "policies/model/model.h"

/// Both directions, to go through: what a pod receives and what it sends.
namespace polreach::model {

inline constexpr std::array kDirections = {Direction::Ingress, Direction::Egress};

}  // namespace polreach::model
