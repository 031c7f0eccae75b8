// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/net/address.h"
#include "policies/net/interval_set.h"

namespace polreach::net {

struct AddressTraits {
  static bool adjacent(const Address& a, const Address& b) {
    return a.family == b.family && a.bits != highest(a.family).bits && a.bits + 1 == b.bits;
  }
  static Address next(const Address& a) {
    return a == highest(Family::V4) ? lowest(Family::V6) : Address{a.family, a.bits + 1};
  }
  static Address previous(const Address& a) {
    return a == lowest(Family::V6) ? highest(Family::V4) : Address{a.family, a.bits - 1};
  }
};

/// A set of IPv4 and IPv6 addresses.
using AddressSet = IntervalSet<Address, AddressTraits>;

[[nodiscard]] AddressSet addresses_of(const Prefix& prefix);
[[nodiscard]] AddressSet all_addresses(Family family);
[[nodiscard]] AddressSet all_addresses();

/// The addresses that can be met on the public internet: all unicast addresses except the blocks
/// that the IANA special-purpose address registries (RFC 6890 and its updates) mark as not
/// globally reachable: private, shared, loopback, link-local, documentation, benchmarking,
/// multicast and reserved ones.
[[nodiscard]] const AddressSet& internet_addresses();

/// The fewest prefixes that cover exactly the set, in ascending order.
[[nodiscard]] std::vector<Prefix> prefixes_of(const AddressSet& set);

/// A short text: prefixes joined by ", "; "any address", "any IPv4 address" and the like where the
/// set is a whole family, "the internet" for internet_addresses().
[[nodiscard]] std::string to_string(const AddressSet& set);

}  // namespace polreach::net
