// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/report/style.h"
#include "policies/source/source_map.h"

namespace polreach::cli::shell {

/// A place that an answer names.
struct Citation {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool before = false;  // it is in what was compared with: "was ..." of a difference
  friend bool operator==(const Citation&, const Citation&) = default;
};

/// Adds "[1]" behind each line of an answer that ends with a place in one of the files, the same
/// number for the same place, and gives the places.
[[nodiscard]] std::string number_places(std::string_view text, const source::SourceMap& sources,
                                        const Style& style, std::vector<Citation>& cited);

/// The places of an answer in JSON, in the order in which they stand there.
[[nodiscard]] std::vector<Citation> places_of_json(const std::string& json);

/// "file:12" or "file:12:3"; nothing where it has another form.
[[nodiscard]] std::optional<Citation> parse_place(std::string_view text);

/// Lines of a file.
struct Excerpt {
  std::string file;
  std::uint32_t first = 1;         // the number of the first line
  std::uint32_t marked = 0;        // the number of the line that matters; 0: none
  std::vector<std::string> lines;  // as they are in the file, without their ends
};

/// The last file of that name; nothing where there is none.
[[nodiscard]] std::optional<source::FileId> file_called(const source::SourceMap& sources,
                                                        std::string_view name);
/// Some lines before and behind a place. Nothing where the file has no such line.
[[nodiscard]] std::optional<Excerpt> lines_around(const source::SourceMap& sources,
                                                  source::FileId file, std::uint32_t line);
/// The lines of the object whose name stands at the place: of YAML its document or its item of a
/// list, of JSON its braces.
[[nodiscard]] Excerpt lines_of_object(const source::SourceMap& sources, const source::Span& name);

void write_text(std::ostream& out, const Style& style, const Excerpt& excerpt);

}  // namespace polreach::cli::shell
