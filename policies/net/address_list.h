// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "policies/net/address_set.h"

/// Lists of addresses, as pods and nodes have them.
namespace polreach::net {

/// The addresses of a list, in any order and perhaps more than once.
[[nodiscard]] AddressSet set_of(const std::vector<Address>& addresses);

}  // namespace polreach::net
