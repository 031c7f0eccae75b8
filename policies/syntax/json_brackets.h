// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace polreach::syntax {

/// Whether a JSON text is one collection whose brackets match, kind by kind, and are at most
/// `depth` deep; simdjson only counts those of values that are skipped, and stops behind the
/// collection.
class JsonBrackets {
 public:
  /// `text` has SIMDJSON_PADDING bytes behind it that may be read.
  [[nodiscard]] bool match(const std::string& text, std::uint32_t depth);

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> index_;
  std::vector<char> open_;
};

}  // namespace polreach::syntax
