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
  std::size_t total = 0;
  for (std::size_t i = 0; i < kSections; ++i) {
    total += static_cast<std::size_t>(long_word_at(bytes, kTableAt + i * 8));
  }
  const std::size_t pages = pages_of(total);
  const std::string_view sections = std::string_view(bytes).substr(kHeaderSize + pages * 8);
  for (std::size_t i = 0; i < pages; ++i) {
    put_long_word(bytes, kHeaderSize + i * 8, hash_of(sections.substr(i * kPage, kPage)));
  }
  const auto hash = [&](std::size_t begin, std::size_t size) {
    return hash_of(std::string_view(bytes).substr(begin, size));
  };
  put_long_word(bytes, kPagesHashAt, hash(kHeaderSize, pages * 8));
  put_long_word(bytes, kHeaderHashAt, hash(0, kHeaderHashAt));
}

}  // namespace polreach::image
