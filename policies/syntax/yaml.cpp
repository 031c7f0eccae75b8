// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>

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

/// Reads one document. False: an error was added.
bool read_document(const Input& input, const YamlDocuments::Document& document,
                   YamlHandler& handler) {
  if (!check_encoding(input, document.begin, document.end)) return false;
  if (!check_characters(input, document)) return false;
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
