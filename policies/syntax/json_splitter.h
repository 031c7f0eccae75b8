// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "policies/source/source_map.h"

namespace polreach::syntax {

/// Finds where JSON documents end and where the elements of long arrays are, in one scan that
/// knows only strings and brackets; what is between them is checked by whoever parses the parts.
/// Memory: a few bytes for each kBatchBytes of the text.
class JsonSplitter {
 public:
  /// Elements are grouped until a group has this many bytes.
  static constexpr std::size_t kBatchBytes = std::size_t{1} << 16U;
  /// How often the pages behind the scan are given back.
  static constexpr std::size_t kReleaseBytes = std::size_t{1} << 26U;

  struct Document {
    std::size_t begin = 0;
    std::size_t end = 0;
    /// An array whose elements are objects: the root, or the first member `items` of the root.
    bool has_elements = false;
    std::size_t elements_begin = 0;        // after the `[`
    std::size_t elements_end = 0;          // at the `]`
    std::vector<std::uint32_t> cuts = {};  // commas between its elements, ascending
  };
  enum class Found : std::uint8_t {
    Document,
    Broken,  // brackets or quotes do not match, or are too deep; `begin` is known, and where
             // elements begin if that was found
    Marker,  // a line `---`
    End,
  };

  JsonSplitter(std::string_view bytes, const source::Text& text, std::size_t from,
               std::uint32_t depth)
      : bytes_(bytes), text_(text), at_(from), released_(from), depth_(depth) {}

  Found next(Document& document);
  [[nodiscard]] std::size_t at() const { return at_; }
  void go_to(std::size_t at) { at_ = at; }

 private:
  [[nodiscard]] bool skip_collection(Document& document);
  [[nodiscard]] std::size_t after_string(std::size_t quote) const;
  [[nodiscard]] bool skip_scalar();
  void opened(Document& document, std::size_t at);
  [[nodiscard]] bool closed(Document& document, std::size_t at);
  void comma(Document& document, std::size_t at);

  std::string_view bytes_;
  const source::Text& text_;
  std::size_t at_;
  std::size_t released_;
  std::uint32_t depth_;
  std::vector<char> open_;          // the brackets that are open
  std::size_t elements_depth_ = 0;  // how many are around the elements that are being read
  std::size_t last_cut_ = 0;
  bool key_next_ = false;  // in the root object: the next string is a key
  bool is_items_ = false;  // ... and the last one was `items`
};

}  // namespace polreach::syntax
