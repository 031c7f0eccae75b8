// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

namespace polreach::agreement {

/// Whether what is found is made small before it is reported, which takes long: not where
/// POLREACH_AGREEMENT_NO_SHRINKING says that nobody will look at it (scripts/mutation.py).
[[nodiscard]] inline bool is_shrinking() {
  return std::getenv("POLREACH_AGREEMENT_NO_SHRINKING") == nullptr;
}

/// splitmix64: the same numbers for a seed on every machine and with every library.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// Draws from the bytes, one a number, and goes on as a seed would: then a fuzzer can steer what
  /// is generated. Refers to them.
  explicit Random(std::span<const std::uint8_t> bytes) : state_(bytes.size()), bytes_(bytes) {}

  std::uint64_t next() {
    if (!bytes_.empty()) {
      const std::uint8_t byte = bytes_.front();
      bytes_ = bytes_.subspan(1);
      state_ = (state_ ^ byte) * 0x100000001B3ULL;
      return byte;
    }
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

  /// In [0, bound); the bias of the remainder does not matter for the small bounds used here.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  /// In [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
  }
  /// True in `percent` of a hundred cases.
  bool chance(int percent) { return static_cast<int>(below(100)) < percent; }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_;
  std::span<const std::uint8_t> bytes_;
};

}  // namespace polreach::agreement
