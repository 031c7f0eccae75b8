// SPDX-License-Identifier: Apache-2.0
#include "cli/report/wrap.h"

#include <algorithm>
#include <vector>

namespace polreach::cli {
namespace {

/// Narrower terminals get lines of this width: one word a line helps nobody.
constexpr std::size_t kLeastWidth = 30;
constexpr std::size_t kDeepestIndent = 12;

/// "  12 | text", "* 12 | text", "   | ^": digits, if any, and a bar.
bool is_excerpt(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size() && plain.size() < 24; ++i) {
    if (line[i] == '\x1b') {
      i = std::min(line.find('m', i), line.size());
    } else {
      plain += line[i];
    }
  }
  const std::size_t bar = plain.find(" | ");
  return bar != std::string::npos && plain.find_first_not_of("* 0123456789") == bar + 1;
}

std::string wrap_line(std::string_view line, std::size_t width) {
  if (columns_of(line) <= width || is_excerpt(line)) return std::string(line);
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  const std::string indent(std::min(first + 2, kDeepestIndent), ' ');
  std::string result(line.substr(0, first));
  std::size_t column = first;
  bool empty = true;
  std::size_t at = first;
  while (at < line.size()) {
    // A word with the spaces before it, which go where the line is broken.
    const std::size_t start = std::min(line.find_first_not_of(' ', at), line.size());
    const std::size_t end = std::min(line.find(' ', start), line.size());
    const std::string_view word = line.substr(start, end - start);
    const std::size_t wide = columns_of(word);
    if (!empty && column + (start - at) + wide > width) {
      result += "\n" + indent;
      column = indent.size();
    } else {
      result += std::string(start - at, ' ');
      column += start - at;
    }
    result += word;
    column += wide;
    empty = false;
    at = end;
  }
  return result;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
    } else {
      columns += (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    }
  }
  return columns;
}

std::streambuf::int_type WrappingStream::overflow(std::streambuf::int_type c) {
  using Traits = std::streambuf::traits_type;
  if (Traits::eq_int_type(c, Traits::eof())) return Traits::not_eof(c);
  line_ += Traits::to_char_type(c);
  if (line_.back() == '\n') {
    to_ << wrapped(line_, width_);
    line_.clear();
  }
  return to_ ? c : Traits::eof();
}

int WrappingStream::sync() {
  to_.flush();
  return to_ ? 0 : -1;
}

std::string wrapped(std::string_view text, std::size_t width) {
  if (width == 0) return std::string(text);
  width = std::max(width, kLeastWidth);
  std::string result;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    result += wrap_line(text.substr(start, end - start), width);
    if (end < text.size()) result += '\n';
    start = end + 1;
  }
  return result;
}

}  // namespace polreach::cli
