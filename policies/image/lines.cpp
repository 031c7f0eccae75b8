// SPDX-License-Identifier: Apache-2.0
#include "policies/image/lines.h"

#include <algorithm>
#include <utility>

namespace polreach::image {
namespace {

using source::Span;

/// Bytes of UTF-8 that start no character.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool is_plain(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80U && c != '\r'; });
}

std::uint32_t characters(std::string_view text) {
  return static_cast<std::uint32_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

}  // namespace

void LineWriter::write() {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto file = static_cast<source::FileId>(i);
    write_file(places_[i], sources_.bytes(file));
    sources_.text(file).release();
    files.add({line_count_, width_count_});
  }
}

void LineWriter::write_file(std::vector<Span>& places, std::string_view bytes) {
  std::sort(places.begin(), places.end(), [](const Span& a, const Span& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  places.erase(std::unique(places.begin(), places.end()), places.end());
  std::size_t start = 0;
  std::uint32_t number = 1;
  for (std::size_t i = 0; i < places.size();) {
    std::size_t end = std::min(bytes.find('\n', start), bytes.size());
    while (end < places[i].begin && end < bytes.size()) {
      start = end + 1;
      ++number;
      end = std::min(bytes.find('\n', start), bytes.size());
    }
    std::size_t behind = i;
    while (behind < places.size() && (places[behind].begin <= end || end == bytes.size())) {
      ++behind;
    }
    write_line(&places[i], &places[i] + (behind - i), bytes.substr(start, end - start),
               static_cast<std::uint32_t>(start), number);
    i = behind;
  }
}

/// The places [first, last) are all that start in the line, or behind it where it is the last.
void LineWriter::write_line(const Span* first, const Span* last, std::string_view line,
                            std::uint32_t start, std::uint32_t number) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool is_wide = !is_plain(line);
  const std::string shown(line.substr(0, source::SourceMap::kLongestLine));
  const auto size = static_cast<std::uint32_t>(line.size());
  lines.add({start, size, number, texts.intern(shown), is_wide ? 1U : 0U});
  ++line_count_;
  if (!is_wide) return;
  std::size_t counted = 0;
  std::uint32_t before = 0;
  for (const Span* place = first; place != last; ++place) {
    const std::size_t at = std::min<std::size_t>(place->begin - start, line.size());
    before += characters(line.substr(counted, at - counted));
    counted = at;
    const std::size_t stop = std::min(line.find('\r', at), line.size());
    const std::size_t end = std::clamp<std::size_t>(std::max(place->end, start) - start, at, stop);
    widths.add({place->begin, place->end, before, characters(line.substr(at, end - at))});
    ++width_count_;
  }
}

}  // namespace polreach::image
