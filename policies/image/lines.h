// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "policies/image/tables.h"
#include "policies/source/source_map.h"

namespace polreach::image {

/// Finds the lines that places are in, and the widths of places, going through each text once
/// however long its lines are.
class LineWriter {
 public:
  explicit LineWriter(const source::SourceMap& sources)
      : sources_(sources), places_(sources.size()) {}

  void add(const source::Span& where) {
    if (where.exists()) places_[static_cast<std::size_t>(where.file)].push_back(where);
  }
  void write();

  RecordWriter files;
  RecordWriter lines;
  PoolWriter texts;
  RecordWriter widths;

 private:
  void write_file(std::vector<source::Span>& places, std::string_view bytes);
  void write_line(const source::Span* first, const source::Span* last, std::string_view line,
                  std::uint32_t start, std::uint32_t number);

  const source::SourceMap& sources_;
  std::vector<std::vector<source::Span>> places_;  // by file
  std::uint32_t line_count_ = 0;
  std::uint32_t width_count_ = 0;
};

}  // namespace polreach::image
