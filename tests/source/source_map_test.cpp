// SPDX-License-Identifier: Apache-2.0
#include "policies/source/source_map.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace polreach::source {
namespace {

/// Lines of growing length, and one that is longer than what is counted at a time.
std::string long_text() {
  std::string text;
  for (std::size_t i = 0; i < 3000; ++i) text += std::string(i % 300, 'x') + "\n";
  text += std::string(200'000, 'y') + "\n";
  for (std::size_t i = 0; i < 3000; ++i) text += std::string(i % 100, 'z') + "\n";
  return text;
}

std::size_t newlines(const std::string& text, std::size_t begin, std::size_t end) {
  const auto first = text.begin();
  return static_cast<std::size_t>(std::count(first + static_cast<std::ptrdiff_t>(begin),
                                             first + static_cast<std::ptrdiff_t>(end), '\n'));
}

/// Places, from the back or the front of the text.
void check_places(const SourceMap& sources, FileId file, const std::string& text, bool from_back) {
  for (std::size_t i = 0; i < text.size(); i += 9973) {
    const std::size_t offset = from_back ? text.size() - 1 - i : i;
    const auto begin = static_cast<std::uint32_t>(offset);
    const Location place = sources.location({file, begin, begin + 1});
    CHECK(place.line == newlines(text, 0, offset) + 1);
    const std::size_t before = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
    CHECK(place.column == offset - (before == std::string::npos ? 0 : before + 1) + 1);
  }
}

}  // namespace

TEST_CASE("places are those of their lines, whatever was asked about before") {
  const std::string text = long_text();
  for (const bool from_back : {false, true}) {
    SourceMap sources;
    const FileId file = sources.add("f", Text::own(text));
    check_places(sources, file, text, from_back);
    check_places(sources, file, text, !from_back);
  }
}

TEST_CASE("lines that were counted elsewhere are not counted again, and change no place") {
  const std::string text = long_text();
  for (const bool from_back : {false, true}) {
    SourceMap sources;
    const FileId file = sources.add("f", Text::own(text));
    // With gaps, next to each other, longer and shorter than what is counted at a time.
    std::size_t begin = 1000;
    for (const std::size_t size : {500U, 70'000U, 1U, 150'000U, 0U, 90'000U}) {
      const std::size_t end = begin + size;
      sources.note_lines(file, begin, end, newlines(text, begin, end));
      begin = end + (size % 3);
    }
    REQUIRE(begin < text.size());
    check_places(sources, file, text, from_back);
    // Too late, and where others were: of no use, and no harm.
    sources.note_lines(file, 10, 20, newlines(text, 10, 20));
    check_places(sources, file, text, !from_back);
  }
}

TEST_CASE("what is noted of lines counts") {
  SourceMap sources;
  const FileId file = sources.add("f", Text::own(std::string(300'000, ' ')));
  sources.note_lines(file, 0, 200'000, 41);  // there are none
  CHECK(sources.location({file, 250'000, 250'001}).line == 42);
  CHECK(sources.location({file, 100'000, 100'001}).line == 1);
}

}  // namespace polreach::source
