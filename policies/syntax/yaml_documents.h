// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace polreach::syntax {

/// Cuts a YAML text into documents at the lines that are document markers. YAML forbids these
/// inside any scalar, so this is exact without parsing; and one broken document costs no other.
class YamlDocuments {
 public:
  struct Document {
    std::size_t begin = 0;  // with its `---` and directives
    std::size_t end = 0;
    std::size_t content = 0;  // the first byte that is no marker, comment or white space
    bool empty = true;        // there is none
  };

  YamlDocuments(std::string_view bytes, std::size_t from) : bytes_(bytes), at_(from) {}

  /// False at the end of the text.
  bool next(Document& document);

 private:
  std::string_view bytes_;
  std::size_t at_;
  bool may_have_directives_ = true;  // at the start, and after `...`
};

}  // namespace polreach::syntax
