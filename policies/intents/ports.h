// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policies/model/model.h"

namespace polreach::intents {

/// Understands 5432, 8000-8080, http, any of these with tcp/ before or /tcp behind it (TCP where
/// neither stands there; any/ for all three protocols), and a protocol alone for all of its ports.
/// Nothing: it is none of these.
[[nodiscard]] std::optional<std::vector<model::PortMatch>> parse_ports(
    std::string_view text, const source::Span& where, source::SymbolTable& symbols);

/// "TCP 5432, 8000-8080; UDP 53; TCP port http"; empty for no entries.
[[nodiscard]] std::string text_of(const std::vector<model::PortMatch>& ports,
                                  const source::SymbolTable& symbols);

}  // namespace polreach::intents
