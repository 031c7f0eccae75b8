// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/address_tree.h"

#include <algorithm>

namespace polreach::solver::z3 {
namespace {

using net::Uint128;

Uint128 ones(unsigned count) { return count >= 128 ? ~Uint128{0} : (Uint128{1} << count) - 1; }

/// The bits high..low of a number, as a literal.
::z3::expr literal(::z3::context& context, Uint128 value, unsigned high, unsigned low) {
  const auto upper = static_cast<std::uint64_t>(value >> 64U);
  const auto lower = static_cast<std::uint64_t>(value);
  const ::z3::expr all = ::z3::concat(context.bv_val(upper, 64), context.bv_val(lower, 64));
  return all.extract(high, low).simplify();
}

}  // namespace

::z3::expr AddressTree::contains(const net::AddressSet& set) const {
  if (set.empty()) return context_.bool_val(false);
  const auto width = static_cast<unsigned>(net::width(set.intervals().front().first.family));
  return block(set.intervals(), 0, width);
}

::z3::expr AddressTree::block(std::span<const Interval> intervals, Uint128 first,
                              unsigned free) const {
  if (intervals.empty()) return context_.bool_val(false);
  const Uint128 last = first | ones(free);
  const Uint128 low = std::max(intervals.front().first.bits, first);
  const Uint128 high = std::min(intervals.back().last.bits, last);
  if (intervals.size() == 1 && low == first && high == last) return context_.bool_val(true);

  // The bits that all members of the block share.
  unsigned below = free;
  while (below > 0 && ((low ^ high) >> (below - 1)) == 0) --below;
  if (below < free) {
    const ::z3::expr shared =
        bits_.extract(free - 1, below) == literal(context_, low, free - 1, below);
    const ::z3::expr rest = block(intervals, low & ~ones(below), below);
    return rest.is_true() ? shared : shared && rest;
  }
  const Uint128 middle = first | (Uint128{1} << (free - 1));
  const auto upper = std::partition_point(intervals.begin(), intervals.end(),
                                          [&](const Interval& i) { return i.last.bits < middle; });
  auto lower = upper;
  if (upper != intervals.end() && upper->first.bits < middle) ++lower;
  const ::z3::expr zero = block({intervals.begin(), lower}, first, free - 1);
  const ::z3::expr one = block({upper, intervals.end()}, middle, free - 1);
  const ::z3::expr bit = bits_.extract(free - 1, free - 1) == context_.bv_val(1, 1);
  return ::z3::ite(bit, one, zero);
}

}  // namespace polreach::solver::z3
