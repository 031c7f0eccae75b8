// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "policies/source/source_map.h"

/// Texts that are not at hand: all that is left of them are the lines that places point into. A
/// SourceMap takes such a text like any other, and its places read as those of the whole text do.
namespace polreach::source {

/// A line that was kept.
struct KeptLine {
  std::uint32_t start = 0;   // its offset in the whole text
  std::uint32_t number = 1;  // from 1
  std::string_view text;     // as Location::text
};

/// The characters of a line before a place in it, and in the place, where bytes do not tell.
struct KeptWidth {
  std::uint32_t before = 0;
  std::uint32_t inside = 0;
};

/// The lines of one text.
class Excerpt {
 public:
  Excerpt() = default;
  Excerpt(const Excerpt&) = delete;
  Excerpt& operator=(const Excerpt&) = delete;
  virtual ~Excerpt() = default;

  /// The line that an offset is in; nothing where it was not kept.
  [[nodiscard]] virtual std::optional<KeptLine> line_at(std::uint32_t offset) const = 0;
  /// How far a place that was kept reaches in its line, in characters; nothing where it was not
  /// kept.
  [[nodiscard]] virtual std::optional<KeptWidth> width_of(const Span& where) const = 0;
};

/// A text without bytes, of which the excerpt is left.
[[nodiscard]] std::unique_ptr<Text> text_of(std::shared_ptr<const Excerpt> excerpt);

/// What is left of a text; nullptr for one that is whole. Valid as long as the text.
[[nodiscard]] const Excerpt* excerpt_of(const Text& text);

}  // namespace polreach::source
