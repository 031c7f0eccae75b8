// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "policies/syntax/reader.h"

namespace polreach::syntax {

/// The file that is being read and where its content and its errors go. Offsets are those of the
/// file. A document is reported as unreadable exactly once, by whoever reads documents; everything
/// below says `return input.fail(...)` and unwinds.
struct Input {
  const source::SourceMap& sources;
  source::FileId file;
  std::string_view bytes;
  const Limits& limits;
  source::Diagnostics& diagnostics;
  Sink& sink;
  std::uint32_t documents = 0;  // counted up to now

  [[nodiscard]] source::Span span(std::size_t begin, std::size_t end) const {
    return {file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }
  [[nodiscard]] source::Span at(std::size_t offset) const { return span(offset, offset + 1); }

  /// Adds an error; always false.
  bool fail(std::string_view code, std::string message, const source::Span& where,
            std::string help = {}, const source::Span& other = source::Span::none(),
            std::string other_message = {}) const {
    diagnostics.add({source::Severity::Error,
                     code,
                     std::move(message),
                     where,
                     {},
                     std::move(help),
                     other,
                     std::move(other_message)});
    return false;
  }

  /// Counts one more document, which starts at that offset. False: that is one too many; the rest
  /// of the file is not read.
  bool count_document(std::size_t offset);
};

/// Whether all bytes are UTF-8 without NUL; else adds the error, at the first byte that is not.
bool check_encoding(const Input& input, std::size_t begin, std::size_t end);

/// The offset of the first byte that is not UTF-8; `end` if there is none.
std::size_t first_invalid_utf8(std::string_view bytes, std::size_t begin, std::size_t end);

/// Reads bytes [from, end of file) as YAML.
void read_yaml(Input& input, std::size_t from);

/// Reads bytes [from, end of file) as JSON. Where `stop_at_marker`, stops before a line `---`
/// between documents. Returns the offset up to which it read.
std::size_t read_json(Input& input, std::size_t from, bool stop_at_marker);

}  // namespace polreach::syntax
