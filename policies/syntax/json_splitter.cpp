// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_splitter.h"

#include <array>
#include <cstring>

#include "policies/syntax/characters.h"

namespace polreach::syntax {
namespace {

/// The bytes that the scan stops at outside strings.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> stops{};
  for (const unsigned char c : {'"', '{', '}', '[', ']', ','}) stops[c] = true;
  return stops;
}();

constexpr std::string_view kEndsScalar = " \t\r\n\"{}[],:";

}  // namespace

/// The place after the closing quote; npos if there is none.
std::size_t JsonSplitter::after_string(std::size_t quote) const {
  const std::size_t content = quote + 1;
  for (std::size_t from = content;;) {
    const std::size_t end = bytes_.find('"', from);
    if (end == std::string_view::npos) return end;
    std::size_t first = end;  // of the backslashes before the quote
    while (first > from && bytes_[first - 1] == '\\') --first;
    // `from` is after a quote, so no backslash is counted twice.
    if ((end - first) % 2 == 0) return end + 1;
    from = end + 1;
  }
}

JsonSplitter::Found JsonSplitter::next(Document& document) {
  document = {};
  at_ = bytes_.find_first_not_of(kJsonSpace, at_);
  if (at_ == std::string_view::npos) {
    at_ = bytes_.size();
    return Found::End;
  }
  document.begin = at_;
  const char first = bytes_[at_];
  const bool line_start = at_ == 0 || bytes_[at_ - 1] == '\n';
  if (line_start && bytes_.substr(at_).starts_with("---")) return Found::Marker;
  const bool good = first == '{' || first == '[' ? skip_collection(document) : skip_scalar();
  document.end = at_;
  return good ? Found::Document : Found::Broken;
}

bool JsonSplitter::skip_scalar() {
  const std::size_t begin = at_;
  const std::size_t end =
      bytes_[at_] == '"' ? after_string(at_) : bytes_.find_first_of(kEndsScalar, at_);
  if (bytes_[begin] == '"' && end == std::string_view::npos) return false;
  at_ = end == std::string_view::npos ? bytes_.size() : end;
  return at_ != begin;
}

void JsonSplitter::comma(Document& document, std::size_t at) {
  if (open_.size() == 1) {
    key_next_ = true;
    is_items_ = false;
  }
  if (open_.size() != elements_depth_ || at - last_cut_ < kBatchBytes) return;
  document.cuts.push_back(static_cast<std::uint32_t>(at));
  last_cut_ = at;
  if (at - released_ < kReleaseBytes) return;
  text_.release();
  released_ = at;
}

void JsonSplitter::opened(Document& document, std::size_t at) {
  const char bracket = bytes_[at];
  if (open_.empty()) key_next_ = bracket == '{';
  const bool root = open_.empty() && bracket == '[';
  const bool items = open_.size() == 1 && bracket == '[' && is_items_ && open_[0] == '{';
  open_.push_back(bracket);
  if (document.has_elements || !(root || items)) return;
  document.has_elements = true;
  document.elements_begin = last_cut_ = at + 1;
  elements_depth_ = open_.size();
}

bool JsonSplitter::closed(Document& document, std::size_t at) {
  if (open_.back() != (bytes_[at] == '}' ? '{' : '[')) return false;
  if (open_.size() == elements_depth_) {
    document.elements_end = at;
    elements_depth_ = 0;
  }
  open_.pop_back();
  if (open_.size() == 1) is_items_ = false;
  return true;
}

bool JsonSplitter::skip_collection(Document& document) {
  open_.clear();
  elements_depth_ = 0;
  key_next_ = is_items_ = false;
  const char* const bytes = bytes_.data();
  for (std::size_t at = at_; at < bytes_.size();) {
    const char c = bytes[at];
    if (!kStops[static_cast<unsigned char>(c)]) {
      ++at;
    } else if (c == '"') {
      const std::size_t end = after_string(at);
      if (end == std::string_view::npos) return false;
      if (open_.size() == 1) {
        is_items_ = key_next_ && bytes_.substr(at, end - at) == "\"items\"";
        key_next_ = false;
      }
      at = end;
    } else if (c == ',') {
      comma(document, at++);
    } else if (c == '{' || c == '[') {
      if (open_.size() >= depth_) return false;
      opened(document, at++);
    } else {
      if (!closed(document, at++)) return false;
      if (open_.empty()) {
        at_ = at;
        return true;
      }
    }
  }
  return false;
}

}  // namespace polreach::syntax
