// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <z3++.h>

#include <span>

#include "policies/net/address_set.h"

namespace polreach::solver::z3 {

/// Membership of an address in a set of any size, as a decision tree over its bits from the first
/// to the last: each step halves a block of addresses, and bits that all intervals of a block share
/// are compared at once. A set of n intervals takes some 2n tests of bits, instead of the
/// comparisons of whole addresses that intervals or prefixes would. Included by solver/z3/*.cpp
/// only.
class AddressTree {
 public:
  /// `bits`: 128 of them; IPv4 addresses in the low 32.
  AddressTree(::z3::context& context, const ::z3::expr& bits) : context_(context), bits_(bits) {}

  /// That the bits are those of an address in the set, which holds addresses of one family.
  [[nodiscard]] ::z3::expr contains(const net::AddressSet& set) const;

 private:
  using Interval = net::AddressSet::Interval;
  /// The intervals that meet the block of addresses with `first` and its upper bits; `free`: how
  /// many of the low bits are not fixed. Recursion ends after at most 128 bits.
  [[nodiscard]] ::z3::expr block(std::span<const Interval> intervals, net::Uint128 first,
                                 unsigned free) const;

  ::z3::context& context_;
  const ::z3::expr& bits_;
};

}  // namespace polreach::solver::z3
