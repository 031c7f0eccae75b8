// SPDX-License-Identifier: Apache-2.0
#include "policies/net/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace polreach::net {
namespace {

/// A mask with the low `count` bits set; 0 <= count <= 128.
Uint128 low_bits(int count) {
  return count == 128 ? ~Uint128{0} : (Uint128{1} << static_cast<unsigned>(count)) - 1;
}

template <std::size_t N>
Uint128 from_bytes(const std::array<unsigned char, N>& bytes) {
  Uint128 value = 0;
  for (unsigned char byte : bytes) value = (value << 8U) | byte;
  return value;
}

template <std::size_t N>
std::array<unsigned char, N> to_bytes(Uint128 value) {
  std::array<unsigned char, N> bytes{};
  for (std::size_t i = N; i-- > 0; value >>= 8U) bytes[i] = static_cast<unsigned char>(value);
  return bytes;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  // inet_pton wants a terminated string; no address is longer than INET6_ADDRSTRLEN.
  std::array<char, INET6_ADDRSTRLEN + 1> buffer{};
  if (text.empty() || text.size() >= buffer.size()) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(buffer.data(), text.size());
  if (text.find(':') == std::string_view::npos) {
    std::array<unsigned char, 4> bytes{};
    if (inet_pton(AF_INET, buffer.data(), bytes.data()) != 1) return std::nullopt;
    return Address{Family::V4, from_bytes(bytes)};
  }
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, buffer.data(), bytes.data()) != 1) return std::nullopt;
  const Uint128 value = from_bytes(bytes);
  constexpr Uint128 kMapped = 0xFFFF;
  if (value >> 32U == kMapped) return std::nullopt;
  return Address{Family::V6, value};
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (family == Family::V4) {
    inet_ntop(AF_INET, to_bytes<4>(bits).data(), buffer.data(), buffer.size());
  } else {
    inet_ntop(AF_INET6, to_bytes<16>(bits).data(), buffer.data(), buffer.size());
  }
  return buffer.data();
}

Address lowest(Family family) { return {family, 0}; }
Address highest(Family family) { return {family, low_bits(width(family))}; }

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<Address> address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) {
    return std::nullopt;
  }
  int length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (length < 0 || length > width(address->family)) return std::nullopt;
  return around(*address, length);
}

Prefix Prefix::around(Address address, int length) {
  address.bits &= ~low_bits(width(address.family) - length);
  return {address, length};
}

Address Prefix::last() const {
  return {address.family, address.bits | low_bits(width(address.family) - length)};
}

std::string Prefix::to_string() const { return address.to_string() + "/" + std::to_string(length); }

}  // namespace polreach::net
