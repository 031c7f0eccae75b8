// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/reader.h"

#include <string>

#include "policies/syntax/characters.h"
#include "policies/syntax/input.h"

namespace polreach::syntax {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF"sv;

/// The name of the encoding that a byte order mark announces, other than UTF-8.
std::string_view foreign_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv)) return "UTF-16";
  return {};
}

std::size_t skip(std::string_view bytes, std::size_t at, std::string_view what) {
  at = bytes.find_first_not_of(what, at);
  return at == std::string_view::npos ? bytes.size() : at;
}

/// The rule of Format::Auto; see reader.h.
bool starts_as_json(std::string_view bytes, std::size_t from) {
  std::size_t at = skip(bytes, from, " \t\r\n["sv);
  if (at >= bytes.size() || bytes[at] != '{') return false;
  at = skip(bytes, at + 1, kJsonSpace);
  if (at >= bytes.size() || bytes[at] != '"') return false;
  for (++at; at < bytes.size() && bytes[at] != '"'; ++at) {
    if (bytes[at] == '\\') ++at;
  }
  at = at < bytes.size() ? skip(bytes, at + 1, kJsonSpace) : bytes.size();
  return at < bytes.size() && bytes[at] == ':';
}

/// A problem of the file as a whole.
void reject(const Input& input, std::string_view code, std::string message, std::string help) {
  const source::Span start = input.span(0, 0);
  input.fail(code, std::move(message), start, std::move(help));
  input.sink.unreadable(start);
}

bool check_yaml_size(const Input& input, std::size_t from) {
  if (input.bytes.size() - from <= input.limits.yaml_bytes) return true;
  reject(input, "file-too-large",
         "this file has " + std::to_string(input.bytes.size()) + " bytes; at most " +
             std::to_string(input.limits.yaml_bytes) + " bytes of YAML are read",
         "split the file, or export it as JSON (`-o json`), which is read as a stream");
  return false;
}

}  // namespace

bool Input::count_document(std::size_t offset) {
  if (++documents <= limits.documents) return true;
  fail("too-many-documents",
       "this file has more than " + std::to_string(limits.documents) + " documents", at(offset),
       "split the file; the documents from here on were not read");
  sink.unreadable(at(offset));
  return false;
}

void read(const source::SourceMap& sources, source::FileId file, Format format,
          const Limits& limits, source::Diagnostics& diagnostics, Sink& sink) {
  Input input{sources, file, sources.bytes(file), limits, diagnostics, sink};
  if (input.bytes.size() > source::Text::kLargestFile) {
    return reject(input, "file-too-large", "this file is larger than 4 GiB", "split the file");
  }
  if (const std::string_view encoding = foreign_encoding(input.bytes); !encoding.empty()) {
    return reject(input, "bad-encoding", "this file is " + std::string(encoding) + ", not UTF-8",
                  "save the file as UTF-8");
  }
  std::size_t from = input.bytes.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const bool automatic = format == Format::Auto;
  if (format == Format::Json || (automatic && starts_as_json(input.bytes, from))) {
    from = read_json(input, from, automatic);
    if (from >= input.bytes.size()) return;
  }
  if (check_yaml_size(input, from)) read_yaml(input, from);
}

}  // namespace polreach::syntax
