// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/targets.h"
#include "policies/azure/arm/expression.h"
#include "policies/syntax/reader.h"

// The targets that need the readers alone: their fuzzers are built without the rest.
namespace polreach::fuzz {
namespace {

/// Keeps every value, and counts.
class CountingSink : public syntax::Sink {
 public:
  explicit CountingSink(std::size_t bytes) : bytes_(bytes) {}
  bool wanted(std::span<const std::string_view>, const syntax::Tape&) override { return true; }
  void object(const syntax::Tape& tape, std::string_view list_kind, std::string_view) override {
    demand(!tape.empty(), "a document that is delivered has a root");
    const std::uint32_t nodes = tape.node(0).next;
    for (std::uint32_t i = 0; i < nodes; ++i) {
      const syntax::Tape::Node& node = tape.node(i);
      demand(node.next > i && node.next <= nodes, "a node ends inside its document");
      demand(node.span.end <= bytes_, "a node lies in the text");
      summary += tape.chars(node.key, node.key_length);
      summary += tape.chars(node.text, node.length);
    }
    summary += "o" + std::to_string(nodes) + std::string(list_kind);
  }
  void unreadable(const source::Span& where) override {
    ++unreadables;
    summary += "u" + std::to_string(where.begin);
  }

  std::size_t unreadables = 0;
  std::string summary;

 private:
  std::size_t bytes_;
};

/// Less than a user's files may hold, so that a run is short.
constexpr syntax::Limits kLimits = {.yaml_bytes = 1U << 20U,
                                    .depth = 64,
                                    .scalar_bytes = 1U << 16U,
                                    .key_bytes = 4096,
                                    .nodes = 100'000,
                                    .documents = 1000,
                                    .alias_nodes = 10'000};

std::string read_once(const std::string& text, syntax::Format format) {
  source::SourceMap sources;
  const source::FileId file = sources.add("input", source::Text::own(text));
  source::Diagnostics diagnostics;
  CountingSink sink(text.size());
  syntax::read(sources, file, format, kLimits, diagnostics, sink);
  demand(sink.unreadables == 0 || diagnostics.errors() > 0, "an unreadable document has an error");
  demand(diagnostics.errors() == 0 || sink.unreadables > 0, "an error makes a document unreadable");
  for (const source::Diagnostic& each : diagnostics.all()) {
    demand(!each.where.exists() || each.where.begin <= text.size(), "a place is in the text");
    demand(!each.message.empty() && !each.code.empty(), "a diagnostic has a code and a message");
    sink.summary += std::string(each.code) + each.message;
  }
  return sink.summary;
}

void read_twice(Bytes bytes, syntax::Format format) {
  const std::string text = text_of(bytes);
  const std::string first = read_once(text, format);
  demand(first == read_once(text, format), "a text is read alike each time", first);
}

}  // namespace

void demand(bool holds, const char* what, const std::string& detail) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n%s\n", what, detail.c_str());
  std::abort();
}

void yaml(Bytes bytes) { read_twice(bytes, syntax::Format::Yaml); }
void json(Bytes bytes) { read_twice(bytes, syntax::Format::Json); }

void expression(Bytes bytes) {
  const std::string text = "[" + text_of(bytes) + "]";
  if (!azure::arm::is_expression(text)) return;
  azure::arm::Expression read;
  const auto fault = azure::arm::parse_expression(text, read);
  if (fault) {
    demand(read.terms.empty(), "what is refused is not half read");
    demand(fault->at <= text.size() && !fault->message.empty(), "a fault has a place and words");
    return;
  }
  demand(read.root < read.terms.size(), "what is read has a root");
  for (std::size_t i = 0; i < read.terms.size(); ++i) {
    for (const std::uint32_t part : read.terms[i].parts) demand(part < i, "parts come first");
    demand(read.terms[i].begin <= read.terms[i].end && read.terms[i].end <= text.size(),
           "a term lies in the text");
  }
}

}  // namespace polreach::fuzz
