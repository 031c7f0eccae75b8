// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polreach::net {

__extension__ using Uint128 = unsigned __int128;

enum class Family : std::uint8_t { V4, V6 };

/// The number of bits of an address: 32 or 128.
[[nodiscard]] constexpr int width(Family family) { return family == Family::V4 ? 32 : 128; }

/// One IPv4 or IPv6 address.
///
/// INVARIANT: for IPv4 only the low 32 bits of `bits` are used. All IPv4 addresses sort before all
/// IPv6 addresses.
struct Address {
  Family family = Family::V4;
  Uint128 bits = 0;

  /// The text forms of RFC 4291 and dotted decimal. Refuses leading zeros in IPv4, zones (`%eth0`),
  /// everything around the address, and IPv4-mapped IPv6 (`::ffff:10.0.0.1`): some programs take
  /// it for the IPv4 address and some do not.
  static std::optional<Address> parse(std::string_view text);

  /// The canonical form (RFC 5952 for IPv6).
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Address&, const Address&) = default;
  friend std::strong_ordering operator<=>(const Address& a, const Address& b) {
    if (a.family != b.family) return a.family <=> b.family;
    if (a.bits == b.bits) return std::strong_ordering::equal;
    return a.bits < b.bits ? std::strong_ordering::less : std::strong_ordering::greater;
  }
};

/// The first and the last address of a family.
[[nodiscard]] Address lowest(Family family);
[[nodiscard]] Address highest(Family family);

/// A CIDR: the addresses that share the first `length` bits with `address`.
///
/// INVARIANT: 0 <= length <= width(address.family); the host bits of `address` are zero.
struct Prefix {
  Address address;
  int length = 0;

  /// `a.b.c.d/len` or `v6/len`. Host bits that are set are masked, as the Kubernetes API server
  /// and the network plugins do. Refuses a missing or malformed length.
  static std::optional<Prefix> parse(std::string_view text);

  /// The prefix of that length around an address; `length` must fit the family.
  static Prefix around(Address address, int length);

  [[nodiscard]] Address first() const { return address; }
  [[nodiscard]] Address last() const;
  [[nodiscard]] bool contains(const Address& other) const {
    return other.family == address.family && first() <= other && other <= last();
  }
  [[nodiscard]] bool contains(const Prefix& other) const {
    return contains(other.address) && length <= other.length;
  }
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Prefix&, const Prefix&) = default;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;
};

}  // namespace polreach::net
