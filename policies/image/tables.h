// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policies/image/layout.h"

/// The two forms of tables in a compiled file, as they are written.
namespace polreach::image {

class RecordWriter {
 public:
  void add(std::initializer_list<std::uint32_t> words) {
    for (const std::uint32_t word : words) append_word(bytes_, word);
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Entries by number. 4 GiB of them at most: is_full() otherwise.
class PoolWriter {
 public:
  /// A new entry.
  std::uint32_t add(std::string_view entry) {
    is_full_ = is_full_ || bytes_.size() + entry.size() > 0xFFFFFFFFU;
    if (!is_full_) bytes_ += entry;
    append_word(ends_, static_cast<std::uint32_t>(bytes_.size()));
    return count_++;
  }
  /// The entry with these bytes.
  std::uint32_t intern(const std::string& entry) {
    const auto [found, added] = numbers_.try_emplace(entry, count_);
    return added ? add(entry) : found->second;
  }
  [[nodiscard]] bool is_full() const { return is_full_; }
  [[nodiscard]] std::string take_ends() { return std::move(ends_); }
  [[nodiscard]] std::string take_bytes() { return std::move(bytes_); }

 private:
  std::string ends_;
  std::string bytes_;
  std::uint32_t count_ = 0;
  bool is_full_ = false;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

}  // namespace polreach::image
