// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/citation.h"

#include <fmt/format.h>
#define RAPIDJSON_HAS_STDSTRING 1
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <ostream>
#include <unordered_set>
#include <utility>

namespace polreach::cli::shell {
namespace {

constexpr std::uint32_t kLinesBefore = 6;
constexpr std::uint32_t kLinesBehind = 12;
constexpr std::size_t kMostLines = 2000;

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return {};
  return value;
}

/// The line without the sequences that colour it.
std::string plain(std::string_view line) {
  std::string result;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      i = std::min(line.find('m', i), line.size());
    } else {
      result += line[i];
    }
  }
  return result;
}

using Files = std::unordered_set<std::string>;

/// The place that a line ends with. A file's name may hold spaces.
std::optional<Citation> place_at_end(const std::string& line, const Files& files) {
  std::size_t start = 0;
  while (true) {
    if (auto place = parse_place(std::string_view(line).substr(start));
        place && place->column > 0 && files.contains(place->file)) {
      place->before = line.find_first_not_of(' ') == line.find("was ");
      return place;
    }
    const std::size_t space = line.find(' ', start);
    if (space == std::string::npos) return std::nullopt;
    start = space + 1;
  }
}

std::size_t number_of(std::vector<Citation>& cited, const Citation& place) {
  const auto found = std::find(cited.begin(), cited.end(), place);
  if (found != cited.end()) return static_cast<std::size_t>(found - cited.begin()) + 1;
  cited.push_back(place);
  return cited.size();
}

/// Objects that have a file, a line and a column.
class PlaceHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, PlaceHandler> {
 public:
  explicit PlaceHandler(std::vector<Citation>& cited) : cited_(cited) {}

  bool StartObject() {  // NOLINT(readability-identifier-naming): as RapidJSON calls it
    open_.emplace_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {  // NOLINT
    key_.assign(text, length);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {  // NOLINT
    if (key_ == "file" && !open_.empty()) open_.back().file.assign(text, length);
    return true;
  }
  bool Uint(unsigned value) {  // NOLINT
    if (key_ == "line" && !open_.empty()) open_.back().line = value;
    if (key_ == "column" && !open_.empty()) open_.back().column = value;
    return true;
  }
  bool EndObject(rapidjson::SizeType) {  // NOLINT
    const Citation place = std::move(open_.back());
    open_.pop_back();
    if (!place.file.empty() && place.line > 0 && place.column > 0) number_of(cited_, place);
    return true;
  }

 private:
  std::vector<Citation>& cited_;
  std::vector<Citation> open_;
  std::string key_;
};

// Lines ------------------------------------------------------------------------------------------

struct Line {
  std::size_t begin = 0;
  std::size_t end = 0;  // without what ends it
};

std::vector<Line> lines_of(std::string_view bytes) {
  std::vector<Line> lines;
  std::size_t start = 0;
  while (start < bytes.size()) {
    const std::size_t end = std::min(bytes.find('\n', start), bytes.size());
    const bool carriage = end > start && bytes[end - 1] == '\r';
    lines.push_back({start, carriage ? end - 1 : end});
    start = end + 1;
  }
  return lines;
}

/// The braces around the object that has the metadata in which the offset lies.
std::optional<Line> braces_around(std::string_view bytes, std::size_t offset) {
  std::vector<std::size_t> open;
  std::vector<std::size_t> around;
  bool quoted = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (i == offset) around = open;
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{') {
      open.push_back(i);
    } else if (c == '}' && !open.empty()) {
      const std::size_t begin = open.back();
      open.pop_back();
      if (i > offset && around.size() > 1 && begin == around[around.size() - 2]) {
        return Line{begin, i + 1};
      }
    }
  }
  return std::nullopt;
}

std::size_t indent_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string_view::npos ? line.size() : first;
}

bool is_blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line[first] == '#';
}

bool is_separator(std::string_view line) {
  return line.starts_with("---") && (line.size() == 3 || line[3] == ' ' || line[3] == '\t');
}

/// How far `metadata` is indented, of which the name in this line is a part; nothing where it is
/// not found.
std::optional<std::size_t> indent_of_metadata(std::string_view bytes,
                                              const std::vector<Line>& lines, std::size_t at) {
  for (std::size_t i = at + 1; i-- > 0;) {
    const std::string_view line = bytes.substr(lines[i].begin, lines[i].end - lines[i].begin);
    if (is_separator(line)) return std::nullopt;
    const std::size_t key = line.find("metadata:");
    if (key == std::string_view::npos) continue;
    const std::string_view before = line.substr(0, key);
    if (before.find_first_not_of(" -") == std::string_view::npos) return key;
  }
  return std::nullopt;
}

/// First and last line of the YAML object with its name in line `at`.
std::pair<std::size_t, std::size_t> block_around(std::string_view bytes,
                                                 const std::vector<Line>& lines, std::size_t at) {
  const auto text = [&](std::size_t i) {
    return bytes.substr(lines[i].begin, lines[i].end - lines[i].begin);
  };
  const auto metadata = indent_of_metadata(bytes, lines, at);
  const std::size_t indent = metadata.value_or(0);
  // An item of a list starts with a dash before its first member.
  const auto starts_item = [&](std::size_t i) {
    return indent >= 2 && text(i).find("- ") == indent_of(text(i)) && indent_of(text(i)) < indent;
  };
  std::size_t first = at;
  while (first > 0 && !starts_item(first) && !is_separator(text(first - 1))) --first;
  std::size_t last = at;
  while (last + 1 < lines.size() && !is_separator(text(last + 1)) &&
         (is_blank(text(last + 1)) || indent_of(text(last + 1)) >= indent)) {
    ++last;
  }
  while (last > at && is_blank(text(last))) --last;
  while (first < at && text(first).find_first_not_of(" \t") == std::string_view::npos) ++first;
  return {first, last};
}

std::size_t line_at(const std::vector<Line>& lines, std::size_t offset) {
  const auto behind = std::upper_bound(lines.begin(), lines.end(), offset,
                                       [](std::size_t at, const Line& l) { return at < l.begin; });
  return behind == lines.begin() ? 0 : static_cast<std::size_t>(behind - lines.begin()) - 1;
}

Excerpt excerpt_of(const source::SourceMap& sources, source::FileId file,
                   const std::vector<Line>& lines, std::size_t first, std::size_t last) {
  Excerpt result;
  result.file = sources.name(file);
  result.first = static_cast<std::uint32_t>(first) + 1;
  const std::string_view bytes = sources.bytes(file);
  last = std::min(last, first + kMostLines - 1);
  for (std::size_t i = first; i <= last && i < lines.size(); ++i) {
    result.lines.emplace_back(bytes.substr(lines[i].begin, lines[i].end - lines[i].begin));
  }
  return result;
}

}  // namespace

std::optional<Citation> parse_place(std::string_view text) {
  const std::size_t last = text.rfind(':');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const auto behind = number(text.substr(last + 1));
  if (!behind) return std::nullopt;
  const std::size_t before = text.rfind(':', last - 1);
  if (before != std::string_view::npos && before > 0) {
    if (const auto line = number(text.substr(before + 1, last - before - 1))) {
      return Citation{std::string(text.substr(0, before)), *line, *behind};
    }
  }
  return Citation{std::string(text.substr(0, last)), *behind, 0};
}

std::string number_places(std::string_view text, const source::SourceMap& sources,
                          const Style& style, std::vector<Citation>& cited) {
  Files files;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    files.insert(printable(sources.name(static_cast<source::FileId>(i))));
  }
  std::string result;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    result += line;
    // Most lines of a long list name no place: they end with something else than a number.
    if (const auto place = place_at_end(plain(line), files)) {
      result += " " + style.dim(fmt::format("[{}]", number_of(cited, *place)));
    }
    if (end < text.size()) result += '\n';
    start = end + 1;
  }
  return result;
}

std::vector<Citation> places_of_json(const std::string& json) {
  std::vector<Citation> cited;
  PlaceHandler handler(cited);
  rapidjson::StringStream stream(json.c_str());
  rapidjson::Reader reader;
  reader.Parse<rapidjson::kParseIterativeFlag>(stream, handler);
  return cited;
}

std::optional<source::FileId> file_called(const source::SourceMap& sources, std::string_view name) {
  for (std::size_t i = sources.size(); i-- > 0;) {
    const auto id = static_cast<source::FileId>(i);
    if (sources.name(id) == name || printable(sources.name(id)) == name) return id;
  }
  return std::nullopt;
}

std::optional<Excerpt> lines_around(const source::SourceMap& sources, source::FileId file,
                                    std::uint32_t line) {
  const std::vector<Line> lines = lines_of(sources.bytes(file));
  if (line == 0 || line > lines.size()) return std::nullopt;
  const std::size_t first = line > kLinesBefore ? line - kLinesBefore - 1 : 0;
  Excerpt result = excerpt_of(sources, file, lines, first, line + kLinesBehind - 1);
  result.marked = line;
  return result;
}

Excerpt lines_of_object(const source::SourceMap& sources, const source::Span& name) {
  const std::string_view bytes = sources.bytes(name.file);
  const std::vector<Line> lines = lines_of(bytes);
  const std::size_t at = line_at(lines, name.begin);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && bytes[first] == '{';
  if (const auto braces = json ? braces_around(bytes, name.begin) : std::nullopt) {
    return excerpt_of(sources, name.file, lines, line_at(lines, braces->begin),
                      line_at(lines, braces->end - 1));
  }
  const auto [begin, end] = block_around(bytes, lines, at);
  return excerpt_of(sources, name.file, lines, begin, end);
}

void write_text(std::ostream& out, const Style& style, const Excerpt& excerpt) {
  out << style.bold(printable(excerpt.file)) << "\n";
  const std::size_t width = std::to_string(excerpt.first + excerpt.lines.size()).size();
  std::uint32_t line = excerpt.first;
  for (const std::string& text : excerpt.lines) {
    const bool marked = line == excerpt.marked;
    // printable() makes a space of a tab, so that what it shows is as wide as it looks.
    const std::string_view shown =
        std::string_view(text).substr(0, source::SourceMap::kLongestLine);
    std::string tail = printable(shown);
    if (shown.size() < text.size()) tail += " ...";
    out << (marked ? "* " : "  ") << style.dim(fmt::format("{:>{}} | ", line, width))
        << (marked ? style.bold(tail) : tail) << "\n";
    ++line;
  }
}

}  // namespace polreach::cli::shell
