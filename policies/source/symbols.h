// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace polreach::source {

/// An interned string: two symbols of one table are equal exactly when their texts are. The order
/// of symbols is the order of first use, not that of their texts; sort by text for output.
enum class Symbol : std::uint32_t {};

/// Interns strings. Symbols and texts stay valid as long as the table lives.
class SymbolTable {
 public:
  Symbol intern(std::string_view text);
  /// The symbol of a text that has been interned before.
  [[nodiscard]] std::optional<Symbol> find(std::string_view text) const;
  [[nodiscard]] std::string_view text(Symbol symbol) const {
    return texts_[static_cast<std::size_t>(symbol)];
  }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::deque<std::string> texts_;  // a deque: the map's keys point into it
  std::unordered_map<std::string_view, Symbol> symbols_;
};

}  // namespace polreach::source
