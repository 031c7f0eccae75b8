// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "policies/net/address_set.h"

namespace polreach::cli {

/// Addresses as people say them: "10.0.0.0/8, 10.0.0.7", and where that would be more than `most`
/// prefixes "the internet", "any IPv4 address but 10.0.0.0/8", "any IPv4 address but the internet";
/// then, and only then, prefixes beyond `most` are counted.
[[nodiscard]] std::string in_words(const net::AddressSet& addresses, std::size_t most);

}  // namespace polreach::cli
