// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "policies/azure/node.h"

namespace polreach::azure::arm {

/// A JSON text, also of a scalar, as json() reads it. Nothing for any other text. The result has
/// no places.
[[nodiscard]] std::optional<Node> parse_json(std::string_view text);

}  // namespace polreach::azure::arm
