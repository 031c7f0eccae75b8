// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_documents.h"

namespace polreach::syntax {
namespace {

/// Whether the line is `---` or `...`, alone or followed by white space.
bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == 3 || std::string_view(" \t\r\n").find(line[3]) != std::string_view::npos);
}

/// Where the content of a line starts; npos for blank lines and comments.
std::size_t content_of(std::string_view line, std::size_t from) {
  const std::size_t at = line.find_first_not_of(" \t\r\n", from);
  return at == std::string_view::npos || line[at] == '#' ? std::string_view::npos : at;
}

}  // namespace

bool YamlDocuments::next(Document& document) {
  if (at_ >= bytes_.size()) return false;
  document = {at_, bytes_.size(), at_, true};
  bool prologue = may_have_directives_;
  may_have_directives_ = false;
  for (std::size_t begin = at_; begin < bytes_.size();) {
    std::size_t end = bytes_.find('\n', begin);
    end = end == std::string_view::npos ? bytes_.size() : end + 1;
    const std::string_view line = bytes_.substr(begin, end - begin);
    const bool starts = is_marker(line, "---");
    if (starts && begin != at_ && !prologue) {
      document.end = begin;
      break;
    }
    const bool ends = is_marker(line, "...");
    const std::size_t content = content_of(line, starts || ends ? 3 : 0);
    const bool directive = prologue && !starts && line.starts_with('%');
    if (starts || (content != std::string_view::npos && !directive)) prologue = false;
    if (content != std::string_view::npos && document.empty) {
      document.empty = false;
      document.content = begin + content;
    }
    begin = end;
    if (ends) {
      document.end = end;
      may_have_directives_ = true;
      break;
    }
  }
  at_ = document.end;
  return true;
}

}  // namespace polreach::syntax
