// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "policies/image/image.h"

/// Which entries of a file are read.
namespace polreach::image {

/// The first number from `low` up to, without, `high` for which something holds, where it holds for
/// all behind it; `high` where it holds for none.
template <typename Holds>
std::size_t first_of(std::size_t low, std::size_t high, Holds holds) {
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (holds(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/// Numbers of entries in ascending order. What is read of them is numbered anew: by their positions
/// here.
class Numbers {
 public:
  void add(std::uint32_t number) { some_.push_back(number); }
  void add(const std::vector<std::uint32_t>& more) {
    some_.insert(some_.end(), more.begin(), more.end());
  }
  /// All below `count`, and no others.
  void set_all(std::size_t count) { all_ = count; }
  /// Puts what was added in order.
  void settle() {
    std::sort(some_.begin(), some_.end());
    some_.erase(std::unique(some_.begin(), some_.end()), some_.end());
  }

  [[nodiscard]] std::size_t size() const { return all_.value_or(some_.size()); }
  [[nodiscard]] std::uint32_t operator[](std::size_t position) const {
    return all_ ? static_cast<std::uint32_t>(position) : some_[position];
  }
  /// 0 for what was not added.
  [[nodiscard]] std::uint32_t position(std::uint32_t number) const {
    if (all_) return number;
    const auto found = std::lower_bound(some_.begin(), some_.end(), number);
    const bool is_there = found != some_.end() && *found == number;
    return is_there ? static_cast<std::uint32_t>(found - some_.begin()) : 0;
  }

 private:
  std::optional<std::size_t> all_;
  std::vector<std::uint32_t> some_;
};

/// The entries of a pool, each to be taken once: together they are no more than there is, whatever
/// the file claims.
class Entries {
 public:
  explicit Entries(const Pool& pool) : pool_(pool), left_(pool.total()) {}

  [[nodiscard]] std::size_t size() const { return pool_.size(); }
  [[nodiscard]] std::optional<std::string_view> take(std::size_t index) {
    const std::string_view entry = pool_.at(index);
    if (entry.size() > left_) return std::nullopt;
    left_ -= entry.size();
    return entry;
  }

 private:
  Pool pool_;
  std::size_t left_;
};

}  // namespace polreach::image
