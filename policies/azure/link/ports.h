// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "policies/azure/link/report.h"
#include "policies/net/flow.h"

namespace polreach::azure {

/// "443", "8000-8099" or "*"; anything else is the error `bad-rule-port`.
[[nodiscard]] std::optional<net::PortSet> ports_of(Report& report, const Node& node);

/// The name of a protocol of a security rule, whatever its case; "All" of exports of effective
/// rules, and "Any" of firewalls, are `*`. Nothing for any other text.
[[nodiscard]] std::optional<net::ProtocolSet> protocol_of(std::string_view text);

}  // namespace polreach::azure
