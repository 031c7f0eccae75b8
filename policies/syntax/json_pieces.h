// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/syntax/json_walker.h"
#include "policies/syntax/tape.h"

namespace polreach::syntax {

/// Objects that were read and wait to be delivered. Their memory is used again.
class Objects {
 public:
  void clear() { count_ = 0; }
  void add(const Tape& tape) {
    if (count_ == tapes_.size()) tapes_.emplace_back();
    tapes_[count_++] = tape;
  }
  [[nodiscard]] std::size_t size() const { return count_; }
  [[nodiscard]] const Tape& operator[](std::size_t i) const { return tapes_[i]; }

 private:
  std::vector<Tape> tapes_;
  std::size_t count_ = 0;
};

/// Cuts the elements of a long array into pieces of some size, at commas that look like those
/// between elements: before the same white space as in front of the first element, where that has
/// a line end, else between `}}` and the same key.
class JsonCutter {
 public:
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 18U;
  /// No piece is larger.
  static constexpr std::size_t kLargestPiece = std::size_t{1} << 21U;

  JsonCutter(std::string_view bytes, ByteRange elements);

  /// The next piece; an empty one where there is none. Where no comma looks right, the last piece
  /// is one of kLargestPiece bytes, which is none, as parsing it shows.
  [[nodiscard]] ByteRange next();

 private:
  std::string_view bytes_;
  ByteRange rest_;
  std::string pattern_;
  std::size_t comma_ = 0;  // where in the pattern it is
};

}  // namespace polreach::syntax
