// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

namespace polreach::net {

/// A set of values of an ordered, discrete type, held as closed intervals.
///
/// INVARIANT: `intervals()` is sorted, no two intervals overlap or are adjacent, and each has
/// first <= last; hence two sets are equal exactly when their intervals are equal.
///
/// `Traits` gives the successor relation:
///   static bool adjacent(const T& a, const T& b);  // b is the value right after a
///   static T next(const T&);                       // only called where a successor exists
///   static T previous(const T&);                   // only called where a predecessor exists
template <typename T, typename Traits>
class IntervalSet {
 public:
  struct Interval {
    T first;
    T last;
    friend bool operator==(const Interval&, const Interval&) = default;
    friend auto operator<=>(const Interval&, const Interval&) = default;
  };

  IntervalSet() = default;

  /// The interval [first, last]; the empty set where last < first.
  IntervalSet(T first, T last) {
    if (!(last < first)) intervals_.push_back({first, last});
  }

  /// Any intervals, in any order, overlapping or not.
  static IntervalSet of(std::vector<Interval> intervals) {
    std::sort(intervals.begin(), intervals.end());
    IntervalSet result;
    for (const Interval& next : intervals) result.append(next);
    return result;
  }

  [[nodiscard]] bool empty() const { return intervals_.empty(); }
  [[nodiscard]] const std::vector<Interval>& intervals() const { return intervals_; }

  [[nodiscard]] bool contains(const T& value) const {
    auto after = std::upper_bound(intervals_.begin(), intervals_.end(), value,
                                  [](const T& v, const Interval& i) { return v < i.first; });
    return after != intervals_.begin() && !((after - 1)->last < value);
  }

  [[nodiscard]] bool contains(const IntervalSet& other) const { return (other - *this).empty(); }

  friend IntervalSet operator|(const IntervalSet& a, const IntervalSet& b) {
    IntervalSet result;
    result.intervals_.reserve(a.intervals_.size() + b.intervals_.size());
    auto left = a.intervals_.begin();
    auto right = b.intervals_.begin();
    while (left != a.intervals_.end() || right != b.intervals_.end()) {
      const bool take_left =
          right == b.intervals_.end() || (left != a.intervals_.end() && left->first < right->first);
      result.append(take_left ? *left++ : *right++);
    }
    return result;
  }

  friend IntervalSet operator&(const IntervalSet& a, const IntervalSet& b) {
    IntervalSet result;
    auto left = a.intervals_.begin();
    auto right = b.intervals_.begin();
    while (left != a.intervals_.end() && right != b.intervals_.end()) {
      const T first = std::max(left->first, right->first);
      const T last = std::min(left->last, right->last);
      if (!(last < first)) result.intervals_.push_back({first, last});
      if (left->last < right->last) {
        ++left;
      } else {
        ++right;
      }
    }
    return result;
  }

  friend IntervalSet operator-(const IntervalSet& a, const IntervalSet& b) {
    IntervalSet result;
    auto cut = b.intervals_.begin();
    for (Interval rest : a.intervals_) {
      bool gone = false;
      while (cut != b.intervals_.end() && cut->last < rest.first) ++cut;
      for (auto c = cut; c != b.intervals_.end() && !(rest.last < c->first); ++c) {
        if (rest.first < c->first) {
          result.intervals_.push_back({rest.first, Traits::previous(c->first)});
        }
        gone = !(c->last < rest.last);
        if (gone) break;
        rest.first = Traits::next(c->last);
      }
      if (!gone) result.intervals_.push_back(rest);
    }
    return result;
  }

  IntervalSet& operator|=(const IntervalSet& other) { return *this = *this | other; }
  IntervalSet& operator&=(const IntervalSet& other) { return *this = *this & other; }
  IntervalSet& operator-=(const IntervalSet& other) { return *this = *this - other; }

  friend bool operator==(const IntervalSet&, const IntervalSet&) = default;
  friend auto operator<=>(const IntervalSet& a, const IntervalSet& b) {
    return std::lexicographical_compare_three_way(a.intervals_.begin(), a.intervals_.end(),
                                                  b.intervals_.begin(), b.intervals_.end());
  }

 private:
  /// Adds an interval that starts at or after the start of the last one.
  void append(const Interval& next) {
    if (!intervals_.empty()) {
      Interval& last = intervals_.back();
      if (!(last.last < next.first) || Traits::adjacent(last.last, next.first)) {
        last.last = std::max(last.last, next.last);
        return;
      }
    }
    intervals_.push_back(next);
  }

  std::vector<Interval> intervals_;
};

}  // namespace polreach::net
