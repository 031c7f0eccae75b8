// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cli/report/html/page.h"
#include "cli/report/style.h"

namespace polreach::cli::html {

namespace {

constexpr std::size_t kLongestLine = 240;
constexpr std::uint32_t kMostMarked = 14;  // lines of one place
constexpr std::uint32_t kBefore = 2;
constexpr std::uint32_t kAfter = 1;
constexpr std::uint32_t kMostAfter = 12;

/// Where characters of UTF-8 start; a cut inside of one would make the line another one.
bool is_start(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::string shown(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.size() <= kLongestLine) return printable(line);
  std::size_t end = kLongestLine;
  while (end > 0 && !is_start(line[end])) --end;
  return printable(line.substr(0, end)) + " …";
}

std::size_t indent_of(std::string_view line) {
  const std::size_t indent = line.find_first_not_of(" \t\r");
  return indent == std::string_view::npos ? line.size() : indent;
}

/// The part of a line around an offset in it.
std::string part_of(std::string_view line, std::size_t offset) {
  std::size_t begin = offset - std::min<std::size_t>(offset, 60);
  while (begin < line.size() && !is_start(line[begin])) ++begin;
  std::size_t end = std::min(line.size(), begin + kLongestLine);
  while (end < line.size() && end > begin && !is_start(line[end])) --end;
  return (begin > 0 ? "… " : "") + printable(line.substr(begin, end - begin)) +
         (end < line.size() ? " …" : "");
}

}  // namespace

std::uint32_t Places::file_of(const source::SourceMap& sources, source::FileId id) {
  const auto [at, is_new] =
      file_ids_.try_emplace({&sources, id}, static_cast<std::uint32_t>(files_.size()));
  if (is_new) files_.push_back({printable(sources.name(id)), {}});
  return at->second;
}

std::uint32_t Places::add(const source::SourceMap& sources, const source::Span& where) {
  if (!where.exists()) return 0;
  const source::Location location = sources.location(where);
  const std::string_view bytes = sources.bytes(where.file);
  const std::size_t begin = std::min<std::size_t>(where.begin, bytes.size());
  const std::size_t end = std::clamp<std::size_t>(where.end, begin, bytes.size());
  const std::string_view cited = bytes.substr(begin, end - begin);
  const auto breaks = static_cast<std::uint32_t>(std::count(cited.begin(), cited.end(), '\n'));
  // What ends at the start of a line does not reach into it.
  const std::uint32_t more = breaks - (!cited.empty() && cited.back() == '\n' ? 1 : 0);
  Place place{file_of(sources, where.file),
              location.line,
              location.column,
              location.line + std::min(more, kMostMarked - 1),
              location.line,
              ""};

  std::size_t start = begin;
  while (start > 0 && bytes[start - 1] != '\n') --start;
  const std::size_t line_end = std::min(bytes.find('\n', begin), bytes.size());
  if (line_end - start > kLongestLine) {
    place.excerpt = part_of(bytes.substr(start, line_end - start), begin - start);
    return places_.add(place);
  }
  std::uint32_t line = place.line;
  for (std::uint32_t i = 0; i < kBefore && start > 0; ++i, --line) {
    --start;
    while (start > 0 && bytes[start - 1] != '\n') --start;
  }
  auto& lines = files_[place.file].lines;
  bool is_inside = true;  // what stands deeper, or beside it behind the first line, belongs to it
  for (; start < bytes.size(); ++line) {
    const std::size_t stop = std::min(bytes.find('\n', start), bytes.size());
    const std::string_view text = bytes.substr(start, stop - start);
    is_inside = is_inside && (line <= place.last || indent_of(text) + 1 >= place.column) &&
                line <= place.line + kMostAfter;
    if (line > place.last + kAfter && !is_inside) break;
    place.shown = line;
    lines.try_emplace(line, shown(text));
    start = stop + 1;
  }
  return places_.add(place);
}

}  // namespace polreach::cli::html
