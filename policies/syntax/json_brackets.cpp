// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/json_brackets.h"

namespace polreach::syntax {

bool JsonBrackets::match(const std::string& text, std::uint32_t depth) {
  if (!index_ || index_->capacity() < text.size()) {
    index_.reset();
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        text.size(), simdjson::DEFAULT_MAX_DEPTH, index_);
    if (error != simdjson::SUCCESS) return false;
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  if (index_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
    return false;
  }
  open_.clear();
  for (std::uint32_t i = 0; i < index_->n_structural_indexes; ++i) {
    const char c = text[index_->structural_indexes[i]];
    if (c == '{' || c == '[') {
      if (open_.size() >= depth) return false;
      open_.push_back(c);
    } else if (c == '}' || c == ']') {
      if (open_.empty() || open_.back() != (c == '}' ? '{' : '[')) return false;
      open_.pop_back();
      // Behind the bracket that closes the first there is nothing.
      if (open_.empty()) return i + 1 == index_->n_structural_indexes;
    }
  }
  return false;
}

}  // namespace polreach::syntax
