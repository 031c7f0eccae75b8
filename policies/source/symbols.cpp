// SPDX-License-Identifier: Apache-2.0
#include "policies/source/symbols.h"

namespace polreach::source {

Symbol SymbolTable::intern(std::string_view text) {
  const auto known = symbols_.find(text);
  if (known != symbols_.end()) return known->second;
  const auto symbol = static_cast<Symbol>(texts_.size());
  texts_.emplace_back(text);
  symbols_.emplace(texts_.back(), symbol);
  return symbol;
}

std::optional<Symbol> SymbolTable::find(std::string_view text) const {
  const auto known = symbols_.find(text);
  if (known == symbols_.end()) return std::nullopt;
  return known->second;
}

}  // namespace polreach::source
