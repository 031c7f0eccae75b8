// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "policies/syntax/input.h"
#include "policies/syntax/yaml_documents.h"

namespace polreach::syntax {

/// What is known when yaml-cpp gives up on a document.
struct YamlFailure {
  const YamlDocuments::Document& document;
  std::string message;     // yaml-cpp's
  std::size_t at;          // where it was
  std::size_t last_event;  // where the last thing was that it understood
  source::Span open_flow;  // the innermost `[` or `{` that is open
};

/// Adds the error in words that help, at the place where a person would correct it.
void explain(const Input& input, const YamlFailure& failure);

/// Adds the error of a list or mapping, written with a bracket or not, where a key is expected.
/// That is also what yaml-cpp makes of a bracket that is never closed. Always false.
bool explain_collection_key(const Input& input, const source::Span& opening, std::size_t end);

/// Whether the text has only characters that yaml-cpp reads as YAML says; else adds the error.
/// yaml-cpp 0.7.0 takes the byte 0x04 for the end of the text, and drops lone carriage returns.
bool check_characters(const Input& input, const YamlDocuments::Document& document);

}  // namespace polreach::syntax
