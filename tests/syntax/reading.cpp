// SPDX-License-Identifier: Apache-2.0
#include "tests/syntax/reading.h"

namespace polreach::syntax::test {
namespace {

std::string place(const source::SourceMap& sources, const source::Span& span) {
  const source::Location location = sources.location(span);
  return std::to_string(location.line) + ":" + std::to_string(location.column);
}

void show_scalar(const Value& value, std::string& out) {
  if (value.is(Type::Null)) {
    out += "~";
  } else if (value.is(Type::String)) {
    out += "\"" + std::string(value.text()) + "\"";
  } else {
    out += value.text();
  }
}

/// Recursive: only for what the reader, which limits depth, has accepted.
void show(const Value& value, const source::SourceMap* sources, std::string& out) {
  const auto at = [&](const source::Span& span) {
    if (sources != nullptr) out += place(*sources, span) + " ";
  };
  at(value.span());
  if (!value.is(Type::Mapping) && !value.is(Type::Sequence)) return show_scalar(value, out);
  const bool mapping = value.is(Type::Mapping);
  out += mapping ? "{" : "[";
  std::string separator;
  for (const Value inner : value) {
    out += separator;
    if (mapping) {
      at(inner.key_span());
      out += std::string(inner.key()) + ":";
    }
    show(inner, sources, out);
    separator = ",";
  }
  out += mapping ? "}" : "]";
}

class Shared : public Selection {
 public:
  explicit Shared(const Wanted& wanted) : wanted_(wanted) {}
  bool wanted(std::span<const std::string_view> path, const Tape& so_far) override {
    return !wanted_ || wanted_(path, so_far);
  }

 private:
  const Wanted& wanted_;
};

class Recorder : public Sink {
 public:
  Recorder(const source::SourceMap& sources, const Wanted& wanted, Threads threads,
           Reading& reading)
      : sources_(sources), wanted_(wanted), threads_(threads), reading_(reading) {}

  std::unique_ptr<Selection> selection() const override {
    if (threads_ == Threads::One) return nullptr;
    return std::make_unique<Shared>(wanted_);
  }

  bool wanted(std::span<const std::string_view> path, const Tape& so_far) override {
    return !wanted_ || wanted_(path, so_far);
  }
  void object(const Tape& tape, std::string_view list_kind,
              std::string_view list_api_version) override {
    show(tape.root(), nullptr, reading_.objects.emplace_back());
    show(tape.root(), &sources_, reading_.placed.emplace_back());
    reading_.lists.push_back(std::string(list_kind) + "/" + std::string(list_api_version));
  }
  void unreadable(const source::Span& where) override {
    reading_.unreadable.push_back(place(sources_, where));
  }

 private:
  const source::SourceMap& sources_;
  const Wanted& wanted_;
  Threads threads_;
  Reading& reading_;
};

}  // namespace

Reading read_text(std::string text, Format format, const Limits& limits, const Wanted& wanted,
                  Threads threads) {
  source::SourceMap sources;
  const source::FileId file = sources.add("test", source::Text::own(std::move(text)));
  source::Diagnostics diagnostics;
  Reading reading;
  Recorder recorder(sources, wanted, threads, reading);
  read(sources, file, format, limits, diagnostics, recorder);
  reading.diagnostics = diagnostics.all();
  for (const source::Diagnostic& diagnostic : reading.diagnostics) {
    reading.errors.push_back(std::string(diagnostic.code) + " " + place(sources, diagnostic.where));
  }
  return reading;
}

}  // namespace polreach::syntax::test
