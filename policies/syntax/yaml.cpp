// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>

#include "policies/syntax/builder.h"
#include "policies/syntax/input.h"
#include "policies/syntax/yaml_documents.h"
#include "policies/syntax/yaml_errors.h"
#include "policies/syntax/yaml_handler.h"

namespace polreach::syntax {
namespace {

/// Reads bytes where they are.
class MemoryStream : public std::streambuf {
 public:
  explicit MemoryStream(std::string_view bytes) {
    char* begin = const_cast<char*>(bytes.data());  // streambuf has no const; never written to
    setg(begin, begin, begin + bytes.size());
  }
};

bool opens(char c) { return c == '[' || c == '{'; }

/// yaml-cpp keeps each `[` and what follows until it is closed, some 250 bytes a token, before the
/// first of them reaches anyone who counts how deep they are: 20 MB of `[` would take 5 GB. Of a
/// run of openers that is far longer than what may be nested, some byte is looked at.
bool check_openers(const Input& input, const YamlDocuments::Document& document) {
  constexpr std::size_t kStride = 1024;
  constexpr std::size_t kReach = 4 * kStride;
  constexpr std::size_t kMost = 1000;
  for (std::size_t at = document.begin; at < document.end; at += kStride) {
    if (!opens(input.bytes[at]) && input.bytes[at] != ' ') continue;
    std::size_t openers = 0;
    const std::size_t end = std::min(document.end, at + kReach);
    for (std::size_t i = at; i < end && (opens(input.bytes[i]) || input.bytes[i] == ' '); ++i) {
      openers += opens(input.bytes[i]) ? 1 : 0;
    }
    if (openers <= kMost) continue;
    return input.fail(
        "too-deep",
        "collections are nested more than " + std::to_string(input.limits.depth) + " deep here",
        input.at(at), "flatten the document");
  }
  return true;
}

/// Reads one document. False: an error was added.
bool read_document(const Input& input, const YamlDocuments::Document& document,
                   YamlHandler& handler) {
  if (!check_encoding(input, document.begin, document.end)) return false;
  if (!check_characters(input, document) || !check_openers(input, document)) return false;
  MemoryStream buffer(input.bytes.substr(document.begin, document.end - document.begin));
  std::istream stream(&buffer);
  handler.begin(document);
  try {
    YAML::Parser parser(stream);
    // The second call finds nothing, or the handler throws: whatever it starts with.
    while (parser.HandleNextDocument(handler)) {
    }
    handler.finish();
    return true;
  } catch (const StopYaml&) {
    return false;
  } catch (const YAML::Exception& problem) {
    explain(input, {document, problem.msg, handler.offset(problem.mark), handler.last_event(),
                    handler.open_flow()});
    return false;
  }
}

}  // namespace

void read_yaml(Input& input, std::size_t from) {
  ObjectBuilder builder(input);
  YamlHandler handler(input, builder);
  YamlDocuments documents(input.bytes, from);
  YamlDocuments::Document document;
  while (documents.next(document)) {
    if (document.empty) continue;
    if (!input.count_document(document.content)) return;
    if (!read_document(input, document, handler)) {
      input.sink.unreadable(input.at(document.content));
    }
  }
}

}  // namespace polreach::syntax
