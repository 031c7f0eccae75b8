// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "policies/syntax/builder.h"
#include "policies/syntax/characters.h"
#include "policies/syntax/input.h"
#include "policies/syntax/json_export.h"
#include "policies/syntax/json_fault.h"
#include "policies/syntax/json_splitter.h"
#include "policies/syntax/json_walker.h"

namespace polreach::syntax {
namespace {

using Outcome = JsonWalker::Outcome;
using Document = JsonSplitter::Document;

/// How often reading resumes after a document whose end is not clear. Each time may scan all the
/// rest of the file.
constexpr int kMostResumes = 16;

class JsonReader {
 public:
  explicit JsonReader(Input& input) : input_(input), builder_(input), walker_(input, builder_) {}

  std::size_t read(std::size_t from, bool stop_at_marker);

 private:
  // `from`: elements before it have been delivered.
  [[nodiscard]] bool read_document(const Document& document, std::size_t from);
  [[nodiscard]] Outcome read_list(const Document& document, std::size_t from);
  [[nodiscard]] Outcome read_elements(const Document& document, std::uint32_t depth,
                                      std::size_t from);
  std::size_t report(std::size_t begin, std::size_t end, bool whole);

  Input& input_;
  ObjectBuilder builder_;
  JsonWalker walker_;
};

/// Adds the error of a document that is not JSON, and returns its place.
std::size_t JsonReader::report(std::size_t begin, std::size_t end, bool whole) {
  auto fault = find_json_fault(input_.bytes, begin, end, whole, input_.limits.depth);
  if (!fault) {
    // simdjson rejects what the other check accepts: too large, or a fault of one of the two.
    fault = JsonFault{"json-syntax", begin, simdjson::error_message(walker_.error()),
                      "simplify or split the document"};
  }
  const bool paired = fault->other.has_value();
  input_.fail(fault->code, fault->message, input_.at(fault->at), fault->help,
              paired ? input_.at(*fault->other) : source::Span::none(),
              paired ? "opened here" : "");
  return fault->at;
}

Outcome JsonReader::read_elements(const Document& document, std::uint32_t depth, std::size_t from) {
  builder_.begin_items(depth);
  std::size_t begin = std::max(document.elements_begin, from);
  std::size_t released = begin;
  const auto after = std::lower_bound(document.cuts.begin(), document.cuts.end(), begin);
  for (auto i = static_cast<std::size_t>(after - document.cuts.begin()); i <= document.cuts.size();
       ++i) {
    const std::size_t end = i < document.cuts.size() ? document.cuts[i] : document.elements_end;
    const std::string_view batch = input_.bytes.substr(begin, end - begin);
    // Nothing between two commas is an error that the walker cannot see.
    const bool blank = batch.find_first_not_of(kJsonSpace) == std::string_view::npos;
    if (blank && !document.cuts.empty()) return Outcome::Syntax;
    if (const Outcome outcome = walker_.walk({begin, end}); outcome != Outcome::Good) {
      return outcome;
    }
    begin = end + 1;
    if (begin - released >= JsonSplitter::kReleaseBytes) {
      input_.sources.text(input_.file).release();
      released = begin;
    }
  }
  return Outcome::Good;
}

/// An object with an array `items`: reads it without them first, to know whether it is a list.
Outcome JsonReader::read_list(const Document& document, std::size_t from) {
  const Outcome outcome = walker_.walk({document.begin, document.elements_begin},
                                       {document.elements_end, document.end});
  if (outcome != Outcome::Good) return outcome;
  if (builder_.is_list()) return read_elements(document, 2, from);
  builder_.begin(ObjectBuilder::Lists::Whole);
  const Outcome whole = walker_.walk({document.begin, document.end});
  if (whole == Outcome::Good) builder_.finish();
  return whole;
}

bool JsonReader::read_document(const Document& document, std::size_t from) {
  builder_.begin(ObjectBuilder::Lists::Split);
  Outcome outcome = Outcome::Good;
  if (document.has_elements) {
    const bool array = input_.bytes[document.begin] == '[';
    outcome = array ? read_elements(document, 1, from) : read_list(document, from);
  } else {
    outcome = walker_.walk({document.begin, document.end});
    if (outcome == Outcome::Good) builder_.finish();
  }
  if (outcome == Outcome::Syntax) report(document.begin, document.end, true);
  return outcome == Outcome::Good;
}

std::size_t JsonReader::read(std::size_t from, bool stop_at_marker) {
  JsonSplitter splitter(input_.bytes, input_.sources.text(input_.file), from, input_.limits.depth);
  // Where there is room for one more document (else the reader below says that there is none).
  const std::size_t delivered =
      input_.documents < input_.limits.documents ? read_json_export(input_, from) : from;
  if (delivered == input_.bytes.size()) {
    if (delivered != from) ++input_.documents;
    return delivered;
  }
  int resumes = 0;
  for (Document document;;) {
    const auto found = splitter.next(document);
    if (found == JsonSplitter::Found::End) return input_.bytes.size();
    if (found == JsonSplitter::Found::Marker && stop_at_marker) return document.begin;
    if (!input_.count_document(document.begin)) return input_.bytes.size();
    const bool collection =
        input_.bytes[document.begin] == '{' || input_.bytes[document.begin] == '[';
    std::size_t fault = document.begin;
    if (found == JsonSplitter::Found::Document) {
      if (read_document(document, delivered)) continue;
      input_.sink.unreadable(input_.at(document.begin));
      if (collection) continue;
    } else {
      fault = report(document.begin, input_.bytes.size(), false);
      input_.sink.unreadable(input_.at(document.begin));
    }
    // The next document may start at the next line that starts with a bracket.
    const std::size_t after = std::max(fault, document.begin + 1) - 1;
    const std::size_t next = input_.bytes.find("\n{", after);
    if (next == std::string_view::npos || ++resumes > kMostResumes) return input_.bytes.size();
    splitter.go_to(next + 1);
  }
}

}  // namespace

std::size_t read_json(Input& input, std::size_t from, bool stop_at_marker) {
  return JsonReader(input).read(from, stop_at_marker);
}

}  // namespace polreach::syntax
