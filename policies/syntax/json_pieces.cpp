// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_pieces.h"

#include <algorithm>

#include "policies/syntax/characters.h"

namespace polreach::syntax {

JsonCutter::JsonCutter(std::string_view bytes, ByteRange elements)
    : bytes_(bytes), rest_(elements) {
  constexpr std::size_t kLongestStart = 256;
  const std::string_view start =
      bytes.substr(elements.begin, std::min(kLongestStart, elements.end - elements.begin));
  const std::size_t brace = start.find_first_not_of(kJsonSpace);
  if (brace == std::string_view::npos || start[brace] != '{') return;
  if (start.substr(0, brace).find('\n') != std::string_view::npos) {
    pattern_ = "}," + std::string(start.substr(0, brace + 1));
    comma_ = 1;
    return;
  }
  const std::size_t colon = start.find(':');
  if (colon == std::string_view::npos) return;
  pattern_ = "}}," + std::string(start.substr(0, colon + 1));
  comma_ = 2;
}

ByteRange JsonCutter::next() {
  ByteRange piece = rest_;
  const std::size_t size = rest_.end - rest_.begin;
  if (size <= kPieceBytes) {
    rest_.begin = rest_.end;
    return piece;
  }
  const std::string_view where =
      bytes_.substr(rest_.begin, std::min(size, kLargestPiece)).substr(kPieceBytes);
  const std::size_t found = pattern_.empty() ? std::string_view::npos : where.find(pattern_);
  if (found != std::string_view::npos) {
    piece.end = rest_.begin + kPieceBytes + found + comma_;
    rest_.begin = piece.end + 1;
  } else {
    piece.end = std::min(rest_.end, rest_.begin + kLargestPiece);
    rest_.begin = rest_.end;
  }
  return piece;
}

}  // namespace polreach::syntax
