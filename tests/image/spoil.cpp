// SPDX-License-Identifier: Apache-2.0
#include "tests/image/spoil.h"

#include <string_view>

#include "policies/image/layout.h"

namespace polreach::image {
namespace {

void put_long_word(std::string& bytes, std::size_t at, std::uint64_t value) {
  std::string word;
  append_long_word(word, value);
  bytes.replace(at, word.size(), word);
}

}  // namespace

void fit_hashes(std::string& bytes) {
  const std::size_t table = kHeaderSize - 8 - kSections * kSectionEntry;
  for (std::size_t i = 0; i < kSections; ++i) {
    const std::size_t entry = table + i * kSectionEntry;
    const auto offset = static_cast<std::size_t>(long_word_at(bytes, entry));
    const auto size = static_cast<std::size_t>(long_word_at(bytes, entry + 8));
    put_long_word(bytes, entry + 16, hash_of(std::string_view(bytes).substr(offset, size)));
  }
  const std::string_view hashed = std::string_view(bytes).substr(0, kHeaderSize - 8);
  put_long_word(bytes, kHeaderSize - 8, hash_of(hashed));
}

}  // namespace polreach::image
