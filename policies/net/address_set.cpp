// SPDX-License-Identifier: Apache-2.0
#include "policies/net/address_set.h"

#include <array>
#include <string_view>

namespace polreach::net {
namespace {

// Not globally reachable according to the IANA IPv4 special-purpose address registry, and the
// multicast and reserved classes D and E.
constexpr std::array<std::string_view, 15> kSpecialV4 = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4"};

// Blocks inside 2000::/3, the only part of IPv6 that IANA has made global unicast space, that are
// not globally reachable.
constexpr std::array<std::string_view, 4> kSpecialV6 = {"2001::/23", "2001:db8::/32", "2002::/16",
                                                        "3fff::/20"};

AddressSet compute_internet() {
  AddressSet result = all_addresses(Family::V4) | addresses_of(*Prefix::parse("2000::/3"));
  for (std::string_view block : kSpecialV4) result -= addresses_of(*Prefix::parse(block));
  for (std::string_view block : kSpecialV6) result -= addresses_of(*Prefix::parse(block));
  return result;
}

/// The longest block that starts at `first`, is aligned, and ends at or before `last`.
Prefix largest_block(const Address& first, const Address& last) {
  int length = width(first.family);
  while (length > 0) {
    const Prefix wider = Prefix::around(first, length - 1);
    if (wider.address != first || last < wider.last()) break;
    --length;
  }
  return {first, length};
}

}  // namespace

AddressSet addresses_of(const Prefix& prefix) { return {prefix.first(), prefix.last()}; }

AddressSet all_addresses(Family family) { return {lowest(family), highest(family)}; }

AddressSet all_addresses() { return all_addresses(Family::V4) | all_addresses(Family::V6); }

const AddressSet& internet_addresses() {
  static const AddressSet kInternet = compute_internet();
  return kInternet;
}

std::vector<Prefix> prefixes_of(const AddressSet& set) {
  std::vector<Prefix> result;
  for (const AddressSet::Interval& interval : set.intervals()) {
    Address at = interval.first;
    while (true) {
      const Prefix block = largest_block(at, interval.last);
      result.push_back(block);
      if (block.last() == interval.last) break;
      at = AddressTraits::next(block.last());
    }
  }
  return result;
}

std::string to_string(const AddressSet& set) {
  if (set.empty()) return "no address";
  if (set == all_addresses()) return "any address";
  if (set == all_addresses(Family::V4)) return "any IPv4 address";
  if (set == all_addresses(Family::V6)) return "any IPv6 address";
  if (set == internet_addresses()) return "the internet";
  std::string text;
  for (const Prefix& prefix : prefixes_of(set)) {
    if (!text.empty()) text += ", ";
    const bool host = prefix.length == width(prefix.address.family);
    text += host ? prefix.address.to_string() : prefix.to_string();
  }
  return text;
}

}  // namespace polreach::net
